// Checks that ngrok accepts a session: opens a tunnel for a moment, unless one is open already.
import { NoAnswer } from '../../../http/send.js';
import { createNgrok } from '../../../tunnel/ngrok/open.js';
import { findDomain } from '../../../tunnel/ngrok/settings.js';
import { TunnelError } from '../../../tunnel/tunnel.js';
import { type CheckFinding, createCheck, nothingToCheck, pass, toOutcome } from '../../check.js';
import { askPublicBase } from '../app/public-way.js';
import { type DoctorContext, findSetPublicBase } from '../doctor-context.js';
import { findToken } from './in-play.js';

type Id = 'ngrok-session-limit' | 'ngrok-refuses' | 'ngrok-unreachable' | 'ngrok-unloadable';

/** Milliseconds to open one. */
const LIMIT = 10_000;
/** Nobody listens there: the app is not let out for a look. */
const DISCARD = 9;
const SESSION_LIMIT = 108;
const ALREADY_ONLINE = 334;

/** Whether it would open a tunnel. */
export const ngrokSessionCheck = createCheck<Id>({
  id: 'ngrok-session',
  group: 'ngrok',
  looksAt: 'ngrok, where it is used: that it takes the authtoken, and the plan has a session left',
  needs: ['ngrok'],
  findings: {
    'ngrok-session-limit': { severity: 'fault', why: 'No tunnel opens before another one ends.' },
    'ngrok-refuses': { severity: 'fault', why: 'No tunnel opens.' },
    'ngrok-unreachable': { severity: 'fault', why: 'No tunnel opens.' },
    'ngrok-unloadable': { severity: 'fault', why: 'No tunnel opens.' },
  },
  look: async (context) => {
    const authtoken = findToken(context);
    if (!authtoken) return nothingToCheck('there is no authtoken');
    if (await isOpen(context)) return pass('a tunnel is open');
    const { places, readEdge } = context.ngrok;
    const open = createNgrok({
      authtoken,
      domain: findDomain(undefined, places),
      port: DISCARD,
      environment: context.environment,
      edge: readEdge(),
    });
    try {
      const tunnel = await open({ timeoutMs: LIMIT, signal: AbortSignal.timeout(LIMIT) });
      await tunnel.close();
      return pass(`opens ${tunnel.publicBase}`);
    } catch (error) {
      if (!(error instanceof TunnelError)) throw error;
      if (error.ngrokCode === ALREADY_ONLINE) return pass('a tunnel is open, from elsewhere');
      return toOutcome('', [describe(error)]);
    }
  },
});

/** Whether the public base leads somewhere; ngrok itself answers for one that does not. */
async function isOpen(context: DoctorContext): Promise<boolean> {
  const base = findSetPublicBase(context);
  if (!base?.startsWith('https:')) return false;
  try {
    return (await askPublicBase(context, base)).headers['ngrok-error-code'] === undefined;
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
