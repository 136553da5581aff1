// Checks ngrok itself: it accepts a session, no local agent is in the way, and no page of its own is in front of the app.
import { NoAnswer } from '../../../http/send.js';
import { listAgentEndpoints, servesPort } from '../../../tunnel/ngrok/agent-api.js';
import { createNgrok } from '../../../tunnel/ngrok/open.js';
import { findDomain } from '../../../tunnel/ngrok/settings.js';
import { TunnelError } from '../../../tunnel/tunnel.js';
import { type CheckFinding, nothingToCheck, pass, passUnless } from '../../check.js';
import { requestPublicBase } from '../app/public-base.js';
import { createDoctorCheck, type DoctorContext, findConfiguredPublicBase } from '../doctor-context.js';
import { findUsableAuthtoken } from './settings.js';

type Id = 'ngrok-session-limit' | 'ngrok-refuses' | 'ngrok-unreachable' | 'ngrok-unloadable';

/** Milliseconds to open one. */
const OPEN_TIMEOUT_MS = 10_000;
/** Nobody listens there: the app is not let out for a look. */
const DISCARD_PORT = 9;
const SESSION_LIMIT = 108;
const ALREADY_ONLINE = 334;

/** Whether it would open a tunnel. */
export const ngrokSessionCheck = createDoctorCheck<Id>({
  id: 'ngrok-session',
  group: 'ngrok',
  checks: 'ngrok, where it is used: that it takes the authtoken, and the plan has a session left',
  needs: ['ngrok'],
  findings: {
    'ngrok-session-limit': { severity: 'fault', why: 'No tunnel opens before another one ends.' },
    'ngrok-refuses': { severity: 'fault', why: 'No tunnel opens.' },
    'ngrok-unreachable': { severity: 'fault', why: 'No tunnel opens.' },
    'ngrok-unloadable': { severity: 'fault', why: 'No tunnel opens.' },
  },
  run: async (context) => {
    const authtoken = findUsableAuthtoken(context);
    if (!authtoken) return nothingToCheck('there is no authtoken');
    if (await isTunnelOpen(context)) return pass('a tunnel is open');
    const { places, readEdge } = context.ngrok;
    const open = createNgrok({
      authtoken,
      domain: findDomain(undefined, places),
      port: DISCARD_PORT,
      environment: context.environment,
      edge: readEdge(),
    });
    try {
      const tunnel = await open({ timeoutMs: OPEN_TIMEOUT_MS, signal: AbortSignal.timeout(OPEN_TIMEOUT_MS) });
      await tunnel.close();
      return pass(`opens ${tunnel.publicBase}`);
    } catch (error) {
      if (!(error instanceof TunnelError)) throw error;
      if (error.ngrokCode === ALREADY_ONLINE) return pass('a tunnel is open, from elsewhere');
      return passUnless('', [describeTunnelError(error)]);
    }
  },
});

/** Whether the public base leads somewhere; ngrok itself answers for one that does not. */
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

function describeTunnelError({ kind, reason, tryNext, ngrokCode }: TunnelError): CheckFinding<Id> {
  const ids = { network: 'ngrok-unreachable', needsUser: 'ngrok-unloadable' } as const;
  const id = kind === 'network' || kind === 'needsUser' ? ids[kind] : 'ngrok-refuses';
  return { id: ngrokCode === SESSION_LIMIT ? 'ngrok-session-limit' : id, what: reason, tryNext };
}

/** Of a browser, as ngrok looks for them. */
const BROWSER_HEADERS = { 'User-Agent': 'Mozilla/5.0', Accept: 'text/html' } as const;
const INTERSTITIAL = 'ERR_NGROK_6024';

/** Whether an agent that runs on this machine takes the public base elsewhere. */
export const ngrokAgentCheck = createDoctorCheck({
  id: 'ngrok-agent',
  group: 'ngrok',
  checks: 'ngrok, where it is used: an agent on this machine that leads the public base elsewhere',
  needs: ['ngrok', 'app'],
  findings: {
    'ngrok-agent-elsewhere': {
      severity: 'warning',
      why: 'Webhooks go where it leads, and relay-phone tunnel cannot open under the same host.',
    },
  },
  run: async (context) => {
    const base = findConfiguredPublicBase(context);
    if (base === undefined) return nothingToCheck('no public base is set');
    const port = Number(new URL(await context.findAppOrigin()).port || 80);
    const endpoints = await listAgentEndpoints();
    const others = endpoints.filter((one) => one.url.replace(/\/$/, '') === base && !servesPort(one, port));
    return passUnless(endpoints.length === 0 ? 'none runs' : 'one runs, and is not in the way', [
      ...others.map(({ url, upstream }) => ({
        id: 'ngrok-agent-elsewhere' as const,
        what: `an ngrok agent on this machine leads ${url} to ${upstream}, and the app is at port ${port}`,
        tryNext: [`ngrok http ${port} --url ${url}`, 'end the agent, and use relay-phone tunnel'],
      })),
    ]);
  },
});

/** Whether people see a page of ngrok's before the app. */
export const ngrokInterstitialCheck = createDoctorCheck({
  id: 'ngrok-interstitial',
  group: 'ngrok',
  checks: 'ngrok, where it is used: its page in front of the app, which browsers see on a free plan',
  needs: ['ngrok', 'public-base'],
  findings: {
    'ngrok-interstitial': {
      severity: 'warning',
      why: 'A browser, or a test with one, meets this page first. The webhooks of Twilio do not.',
    },
  },
  run: async (context) => {
    const base = findConfiguredPublicBase(context);
    if (!base?.startsWith('https:')) return nothingToCheck('it is not used');
    const { headers } = await requestPublicBase(context, base, BROWSER_HEADERS);
    return passUnless('no page in front of the app', [
      headers['ngrok-error-code'] === INTERSTITIAL
        ? {
            id: 'ngrok-interstitial',
            what: `ngrok shows browsers a page of its own at ${base}`,
            tryNext: [
              'the header ngrok-skip-browser-warning in tests',
              'click it away: it stays so for a week',
            ],
          }
        : undefined,
    ]);
  },
});
