// Checks that the public base can be reached from outside, and leads to this app.
import { findSystemCode } from '../../../errors.js';
import { findProxyAgent } from '../../../http/proxy.js';
import { type HttpAnswer, NoAnswer, sendRequest } from '../../../http/send.js';
import { createSignature } from '../../../twilio/signature.js';
import { type CheckFinding, nothingToCheck, pass, passUnless } from '../../check.js';
import { classifyAnswer, createTestCallbacks, sendTestCallback } from '../../test-callbacks.js';
import { createDoctorCheck, type DoctorContext, findConfiguredPublicBase } from '../doctor-context.js';

type PublicBaseFinding =
  | 'public-base-unresolved'
  | 'public-base-silent'
  | 'public-base-certificate'
  | 'public-base-offline';

const LOST = 'Twilio cannot reach the app: texts and calls are lost.';
const TUNNEL = 'relay-phone tunnel';

/** Whether it answers, with a certificate that holds. */
export const publicBaseCheck = createDoctorCheck<PublicBaseFinding>({
  id: 'public-base',
  group: 'public base',
  checks: 'the public base: resolves, answers, with a certificate that holds',
  needs: ['site-origin'],
  findings: {
    'public-base-unresolved': { severity: 'fault', why: LOST },
    'public-base-silent': { severity: 'fault', why: LOST },
    'public-base-certificate': {
      severity: 'fault',
      why: 'Twilio calls only what has a valid certificate (11237).',
    },
    'public-base-offline': { severity: 'fault', why: LOST },
  },
  run: async (context) => {
    const base = findConfiguredPublicBase(context);
    if (base === undefined) return nothingToCheck('none is set');
    return base.startsWith('http:') ? pass(`${base}, this machine itself`) : checkReachable(context, base);
  },
});

async function checkReachable(context: DoctorContext, base: string) {
  try {
    const answer = await requestPublicBase(context, base);
    const code = answer.headers['ngrok-error-code'];
    if (code === undefined) return pass(`${base} answers`);
    const what = `${base}: ngrok answers itself (${code}), for no tunnel is open`;
    return passUnless('', [{ id: 'public-base-offline', what, tryNext: [TUNNEL] } as const]);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return passUnless('', [describeNoAnswer(base, error)]);
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
    const tryNext = ['a tunnel with a certificate of its own: relay-phone tunnel', 'renew the certificate'];
    return { id: 'public-base-certificate', what, tryNext };
  }
  return {
    id: 'public-base-silent',
    what,
    tryNext: [TUNNEL, 'start whatever else leads from there to the app'],
  };
}

/** What keeps the pages away that ngrok and localtunnel show to browsers. */
const SKIP_INTERSTITIAL = { 'ngrok-skip-browser-warning': '1', 'Bypass-Tunnel-Reminder': '1' } as const;

/** Whether the app is what stands behind it. */
export const publicWayCheck = createDoctorCheck({
  id: 'public-way',
  group: 'public base',
  checks: 'the public base: leads to the app, which takes there what it takes here',
  needs: ['public-base', 'app-signature'],
  findings: {
    'public-base-leads-elsewhere': {
      severity: 'fault',
      why: 'Webhooks come to somebody else, or are changed on their way so that their signature is wrong.',
    },
  },
  run: async (context) => {
    const publicBase = findConfiguredPublicBase(context);
    if (!publicBase || publicBase === (await context.findAppOrigin()))
      return nothingToCheck('it is the app itself');
    const view = await context.openAccount();
    const { client, authToken } = view.setup;
    const about = { accountSid: client.accountSid, app: await view.twimlApp() };
    const way = { origin: publicBase, publicBase, ...(await findRoute(context, publicBase)) };
    const answers = await Promise.all(
      createTestCallbacks(about).map(async (one) => {
        const signature = createSignature(authToken, publicBase + one.path, one.form);
        const { status, headers } = await sendTestCallback(one, { ...way, signature });
        return { status, path: one.path, isTaken: classifyAnswer({ status, headers, body: '' }) === 'taken' };
      }),
    );
    const refused = answers.find(({ isTaken }) => !isTaken);
    return passUnless(`${publicBase} leads to the app`, [
      refused && {
        id: 'public-base-leads-elsewhere',
        what: `${publicBase} answers ${refused.status} to ${refused.path}, and the app takes it`,
        tryNext: [
          'relay-phone tunnel',
          'have the tunnel lead to the port of the app, and leave Host, path and body as they are',
        ],
      },
    ]);
  },
});

/** Asks the public base for its first page, as no browser unless other headers are given. @throws NoAnswer */
export async function requestPublicBase(
  context: DoctorContext,
  base: string,
  headers: Readonly<Record<string, string>> = SKIP_INTERSTITIAL,
): Promise<HttpAnswer> {
  return sendRequest({
    method: 'GET',
    url: new URL('/', base),
    headers,
    ...(await findRoute(context, base)),
  });
}

/** Through a proxy, where there is one: what is asked is what the world sees. */
async function findRoute({ environment, timeoutMs: timeout }: DoctorContext, base: string) {
  return { timeout, agent: await findProxyAgent(environment, new URL(base).hostname) };
}
