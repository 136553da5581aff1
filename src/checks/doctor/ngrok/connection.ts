// Checks ngrok itself: it accepts a session, no local agent is in the way, and it shows browsers no page of its own.
import { NoAnswer } from '../../../http/send.js';
import { listAgentEndpoints, servesPort } from '../../../tunnel/ngrok/agent-api.js';
import { createNgrok } from '../../../tunnel/ngrok/open.js';
import { findDomain } from '../../../tunnel/ngrok/settings.js';
import { TunnelError } from '../../../tunnel/tunnel.js';
import { type CheckFinding, found, nothingToCheck, pass, passUnless } from '../../check.js';
import { requestPublicBase } from '../app/public-base.js';
import { createDoctorCheck, type DoctorContext, findConfiguredPublicBase } from '../doctor-context.js';
import { findUsableAuthtoken } from './settings.js';

type SessionFinding = 'ngrok-session-limit' | 'ngrok-refuses' | 'ngrok-unreachable' | 'ngrok-unloadable';

const OPEN_TIMEOUT_MS = 10_000;
/** Nothing listens on this port: the tunnel of the check must not expose the app. */
const DISCARD_PORT = 9;
/** https://ngrok.com/docs/errors/err_ngrok_108 */
const SESSION_LIMIT = 108;
/** https://ngrok.com/docs/errors/err_ngrok_334 */
const ALREADY_ONLINE = 334;
const NO_TUNNEL = 'No tunnel opens.';

/** Checks that ngrok accepts a session, by opening a tunnel for a moment, unless one is open already. */
export const ngrokSessionCheck = createDoctorCheck<SessionFinding>({
  id: 'ngrok-session',
  group: 'ngrok',
  expects: 'ngrok accepts the authtoken and the plan has a session left, if ngrok is used',
  needs: ['ngrok'],
  findings: {
    'ngrok-session-limit': { severity: 'fault', why: 'No tunnel opens until another one is closed.' },
    'ngrok-refuses': { severity: 'fault', why: NO_TUNNEL },
    'ngrok-unreachable': { severity: 'fault', why: NO_TUNNEL },
    'ngrok-unloadable': { severity: 'fault', why: NO_TUNNEL },
  },
  run: async (context) => {
    const authtoken = findUsableAuthtoken(context);
    if (!authtoken) return nothingToCheck('no authtoken is set');
    if (await isTunnelOpen(context)) return pass('a tunnel is open');
    const { sources, readEdge } = context.ngrok;
    const open = createNgrok({
      authtoken,
      domain: findDomain(undefined, sources),
      port: DISCARD_PORT,
      environment: context.environment,
      edge: readEdge(),
    });
    try {
      const tunnel = await open({
        timeoutMs: OPEN_TIMEOUT_MS,
        signal: AbortSignal.timeout(OPEN_TIMEOUT_MS),
      });
      await tunnel.close();
      return pass(`opens ${tunnel.publicBase}`);
    } catch (error) {
      if (!(error instanceof TunnelError)) throw error;
      if (error.ngrokCode === ALREADY_ONLINE) return pass('another program has the tunnel open');
      return found(describeTunnelError(error));
    }
  },
});

/** True if the public base leads to a tunnel. Without one, ngrok itself answers, with an error code. */
async function isTunnelOpen(context: DoctorContext): Promise<boolean> {
  const base = findConfiguredPublicBase(context);
  if (!base?.startsWith('https:')) return false;
  try {
    return (await requestPublicBase(context, base)).headers['ngrok-error-code'] === undefined;
  } catch (error) {
    if (error instanceof NoAnswer) return false;
    throw error;
  }
}

function describeTunnelError({
  kind,
  reason,
  tryNext,
  ngrokCode,
}: TunnelError): CheckFinding<SessionFinding> {
  const ids = { network: 'ngrok-unreachable', needsUser: 'ngrok-unloadable' } as const;
  const id = kind === 'network' || kind === 'needsUser' ? ids[kind] : 'ngrok-refuses';
  return { id: ngrokCode === SESSION_LIMIT ? 'ngrok-session-limit' : id, what: reason, tryNext };
}

/** Checks that no ngrok agent on this machine leads the public base to another port. */
export const ngrokAgentCheck = createDoctorCheck<'ngrok-agent-elsewhere'>({
  id: 'ngrok-agent',
  group: 'ngrok',
  expects: 'no ngrok agent on this machine leads the public base to another port, if ngrok is used',
  needs: ['ngrok', 'app'],
  findings: {
    'ngrok-agent-elsewhere': {
      severity: 'warning',
      why: 'Webhooks go to that port, and relay-phone tunnel cannot use the same host.',
    },
  },
  run: async (context) => {
    const base = findConfiguredPublicBase(context);
    if (base === undefined) return nothingToCheck('no public base is set');
    const port = Number(new URL(context.findAppOrigin()).port || 80);
    const endpoints = await listAgentEndpoints();
    const others = endpoints.filter((one) => one.url.replace(/\/$/, '') === base && !servesPort(one, port));
    return passUnless(
      endpoints.length === 0 ? 'no agent is running' : 'an agent is running, and is not in the way',
      others.map(({ url, upstream }) => ({
        id: 'ngrok-agent-elsewhere',
        what: `an ngrok agent on this machine leads ${url} to ${upstream}, but the app is at port ${port}`,
        tryNext: [`ngrok http ${port} --url ${url}`, 'stop the agent, and use relay-phone tunnel'],
      })),
    );
  },
});

/** Headers that make ngrok treat a request as one of a browser. */
const BROWSER_HEADERS = { 'User-Agent': 'Mozilla/5.0', Accept: 'text/html' } as const;
/** https://ngrok.com/docs/errors/err_ngrok_6024 */
const INTERSTITIAL = 'ERR_NGROK_6024';

/** Checks that ngrok does not show browsers its interstitial page before the app. */
export const ngrokInterstitialCheck = createDoctorCheck({
  id: 'ngrok-interstitial',
  group: 'ngrok',
  expects: 'ngrok shows browsers no page of its own before the app (free plans do), if ngrok is used',
  needs: ['ngrok', 'public-base'],
  findings: {
    'ngrok-interstitial': {
      severity: 'warning',
      why: 'A browser, or a test with one, gets this page first. Webhooks from Twilio do not.',
    },
  },
  run: async (context) => {
    const base = findConfiguredPublicBase(context);
    if (!base?.startsWith('https:')) return nothingToCheck('ngrok is not used');
    const { headers } = await requestPublicBase(context, base, BROWSER_HEADERS);
    return passUnless('no page before the app', [
      headers['ngrok-error-code'] === INTERSTITIAL
        ? {
            id: 'ngrok-interstitial',
            what: `ngrok shows browsers a page of its own at ${base}`,
            tryNext: [
              'send the header ngrok-skip-browser-warning in tests',
              'click it away: it stays away for a week',
            ],
          }
        : undefined,
    ]);
  },
});
