// Checks that the public base can be reached from the internet, and leads to this app.
import { findSystemCode } from '../../../errors.js';
import { findAgent } from '../../../http/agent.js';
import { type HttpAnswer, NoAnswer, sendRequest } from '../../../http/send.js';
import { isLoopback } from '../../../origin.js';
import { createSignature } from '../../../twilio/signature.js';
import { type CheckFinding, found, nothingToCheck, pass, passUnless } from '../../check.js';
import { classifyAnswer, createTestCallbacks, sendTestCallback } from '../../test-callbacks.js';
import { createDoctorCheck, type DoctorContext, findConfiguredPublicBase } from '../doctor-context.js';

type PublicBaseFinding =
  | 'public-base-unresolved'
  | 'public-base-silent'
  | 'public-base-certificate'
  | 'public-base-offline';

const LOST = 'Twilio cannot reach the app: texts and calls are lost.';
const TUNNEL = 'relay-phone tunnel';

/** Checks that the public base answers, with a valid certificate. */
export const publicBaseCheck = createDoctorCheck<PublicBaseFinding>({
  id: 'public-base',
  group: 'public base',
  expects: 'the public base resolves and answers, with a valid certificate',
  needs: ['site-origin'],
  findings: {
    'public-base-unresolved': { severity: 'fault', why: LOST },
    'public-base-silent': { severity: 'fault', why: LOST },
    'public-base-certificate': {
      severity: 'fault',
      why: 'Twilio calls only hosts with a valid certificate (11237).',
    },
    'public-base-offline': { severity: 'fault', why: LOST },
  },
  run: async (context) => {
    const base = findConfiguredPublicBase(context);
    if (base === undefined) return nothingToCheck('no public base is set');
    const isApp = base === context.findAppOrigin();
    const isHere = base.startsWith('http:') || (isApp && isLoopback(new URL(base).hostname));
    return isHere ? pass(`${base}, on this machine`) : checkReachable(context, base);
  },
});

async function checkReachable(context: DoctorContext, base: string) {
  try {
    const answer = await requestPublicBase(context, base);
    const code = answer.headers['ngrok-error-code'];
    if (code === undefined) return pass(`${base} answers`);
    const what = `${base}: ngrok itself answers (${code}), because no tunnel is open`;
    return found({ id: 'public-base-offline', what, tryNext: [TUNNEL] });
  } catch (error) {
    // A proxy that does not connect says nothing about the public base.
    if (!(error instanceof NoAnswer) || error.proxyFailure) throw error;
    return found(describeNoAnswer(base, error));
  }
}

function describeNoAnswer(base: string, { message, cause }: NoAnswer): CheckFinding<PublicBaseFinding> {
  const code = findSystemCode(cause) ?? '';
  const what = `${base}: ${message}`;
  if (['ENOTFOUND', 'EAI_AGAIN'].includes(code)) {
    const tryNext = [TUNNEL, 'relay-phone init --public-url, with a host that exists'];
    return { id: 'public-base-unresolved', what, tryNext };
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) {
    const tryNext = ['use a tunnel with its own certificate: relay-phone tunnel', 'renew the certificate'];
    return { id: 'public-base-certificate', what, tryNext };
  }
  const tryNext = [TUNNEL, 'start the tunnel or proxy that leads from there to the app'];
  return { id: 'public-base-silent', what, tryNext };
}

/** Checks that the app behind the public base is this app. */
export const publicWayCheck = createDoctorCheck({
  id: 'public-way',
  group: 'public base',
  expects: 'the public base leads to the app, and nothing changes requests on the way',
  needs: ['public-base', 'app-signature'],
  findings: {
    'public-base-leads-elsewhere': {
      severity: 'fault',
      why: 'Webhooks reach another program, or are changed on the way so that their signature is invalid.',
    },
  },
  run: async (context) => {
    const publicBase = findConfiguredPublicBase(context);
    if (!publicBase || publicBase === context.findAppOrigin())
      return nothingToCheck('the public base is the app itself');
    const { setup, twimlApp: findTwimlApp } = await context.openAccount();
    const callbacks = createTestCallbacks({
      accountSid: setup.client.accountSid,
      twimlApp: await findTwimlApp(),
    });
    const route = { origin: publicBase, publicBase, ...findRoute(context, publicBase) };
    const answers = await Promise.all(
      callbacks.map(async (callback) => {
        const signature = createSignature(setup.authToken, publicBase + callback.path, callback.form);
        return { path: callback.path, answer: await sendTestCallback(callback, { ...route, signature }) };
      }),
    );
    const refused = answers.find(({ answer }) => classifyAnswer(answer) !== 'accepted');
    return passUnless(`${publicBase} leads to the app`, [
      refused && {
        id: 'public-base-leads-elsewhere',
        what: `${publicBase} answers ${refused.answer.status} to ${refused.path}, but the app accepts it`,
        tryNext: [
          TUNNEL,
          'point the tunnel to the port of the app, and let it pass on Host, path and body unchanged',
        ],
      },
    ]);
  },
});

/** Headers that skip the page which ngrok and localtunnel show to browsers. */
const SKIP_INTERSTITIAL = { 'ngrok-skip-browser-warning': '1', 'Bypass-Tunnel-Reminder': '1' } as const;

/**
 * Requests the first page of the public base.
 *
 * @param headers default: headers that skip the interstitial page of a tunnel
 * @throws NoAnswer if nothing answers
 */
export async function requestPublicBase(
  context: DoctorContext,
  base: string,
  headers: Readonly<Record<string, string>> = SKIP_INTERSTITIAL,
): Promise<HttpAnswer> {
  return sendRequest({ method: 'GET', url: new URL('/', base), headers, ...findRoute(context, base) });
}

/**
 * Goes through the proxy of the environment, so that we see what the internet sees. Certificates are verified on this
 * machine too: a public base with a certificate of its own stands for one that Twilio calls.
 */
function findRoute({ environment, timeoutMs }: DoctorContext, base: string) {
  const url = new URL(base);
  return { timeoutMs, ...(!isLoopback(url.hostname) && { agent: findAgent(environment, url) }) };
}
