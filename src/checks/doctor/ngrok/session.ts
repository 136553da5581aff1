// Checks that ngrok accepts a session: opens a tunnel for a moment, unless one is open already.
import { NoAnswer } from '../../../http/send.js';
import { createNgrok } from '../../../tunnel/ngrok/open.js';
import { findDomain } from '../../../tunnel/ngrok/settings.js';
import { TunnelError } from '../../../tunnel/tunnel.js';
import { type CheckFinding, nothingToCheck, pass, passUnless } from '../../check.js';
import { requestPublicBase } from '../app/public-way.js';
import { createDoctorCheck, type DoctorContext, findConfiguredPublicBase } from '../doctor-context.js';
import { findUsableAuthtoken } from './in-play.js';

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
      return passUnless('', [describe(error)]);
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

function describe({ kind, reason, tryNext, ngrokCode }: TunnelError): CheckFinding<Id> {
  const ids = { network: 'ngrok-unreachable', needsUser: 'ngrok-unloadable' } as const;
  const id = kind === 'network' || kind === 'needsUser' ? ids[kind] : 'ngrok-refuses';
  return { id: ngrokCode === SESSION_LIMIT ? 'ngrok-session-limit' : id, what: reason, tryNext };
}
