// Signs a browser in to a Relay checkout as a prepared user, and ends that session.
import { isLoopback } from '../origin.js';
import { type CheckoutContext, findCheckout, type Python } from './checkout.js';
import { createCheckoutError, type PreparableCheckout } from './prepare.js';
import { explainScriptRefusal, runLoginScript, runLogoutScript, type SessionCookie } from './script.js';
import { listSettingFaults, readSiteOrigin } from './settings.js';

/** What fails if a browser cannot be signed in. */
export const LOGIN_TASK = 'sign a browser in';

/**
 * Returns SITE_ORIGIN. Runs none of Relay's code.
 *
 * @throws RelayPhoneError `needsUser` if it is not an address of this machine
 */
export async function verifyLocalSite(context: CheckoutContext): Promise<URL> {
  const { key, value, source } = await readSiteOrigin(context);
  const site = URL.canParse(value) ? new URL(value) : undefined;
  if (site && /^https?:$/.test(site.protocol) && isLoopback(site.hostname)) return site;
  const reason = site
    ? `${key} in ${source} is not an address of this machine, and nobody is signed in to a public one`
    : `${key} in ${source} is not a URL`;
  const tryNext = [`set ${key}=http://127.0.0.1:8000 in .env, and restart Relay without a tunnel`];
  throw createCheckoutError({ need: 'settings', reason, tryNext }, LOGIN_TASK);
}

/** A session in Relay's database. */
export interface StartedRelaySession {
  readonly cookies: readonly SessionCookie[];
  readonly database: string;
}

/**
 * Starts a session of the user in Relay's database.
 *
 * @param id names the session, for {@link endSession}
 * @param onRefused is called if it certainly was not started
 * @throws RelayPhoneError `needsUser` if the script refuses
 */
export async function startSession(
  context: PreparableCheckout,
  email: string,
  id: string,
  onRefused: () => void,
): Promise<StartedRelaySession> {
  const { found, refusal } = await runLoginScript({ ...context, email }, id);
  if (found) return found;
  // Without an answer of the script nobody knows.
  if (refusal.word !== 'python') onRefused();
  throw createCheckoutError(explainScriptRefusal(refusal, context.python), LOGIN_TASK);
}

/** A session that {@link startSession} started. */
export interface EndableSession {
  readonly id: string;
  /** The folder of the checkout. */
  readonly checkout: string;
  /** The path of the Python. */
  readonly python: string;
  /** Undefined if it was not certain that the session started. */
  readonly database?: string | undefined;
  readonly email: string;
}

/** The parts of a checkout's context that do not depend on the session. */
export type EndingContext = Pick<CheckoutContext, 'environment' | 'readEnv' | 'findDistrust' | 'signal'>;

/**
 * Ends a session, as the user of Relay would by signing out. Runs Relay's code only if its settings are those of local
 * development and the user agreed to run its Python.
 *
 * @returns whether it is over, and a sentence about it
 */
export async function endSession(
  session: EndableSession,
  context: EndingContext,
): Promise<{ readonly undone: boolean; readonly text: string }> {
  const { id, email, database } = session;
  const checkout = findCheckout(session.checkout);
  if (!checkout) return { undone: true, text: `${session.checkout} is no checkout any more` };
  const python: Python = { path: session.python, source: 'of the login' };
  const stays = (reason: string) => ({
    undone: false,
    text: `the browser session of ${email} stays: ${reason}`,
  });
  const [fault] = await listSettingFaults(checkout, context.environment, context.readEnv);
  if (fault) return stays(fault.reason);
  const distrust = await context.findDistrust(checkout, python);
  if (distrust) return stays(distrust.reason);
  const { found, refusal } = await runLogoutScript({ ...context, checkout, python, email }, id);
  if (refusal) return stays(explainScriptRefusal(refusal, python).reason);
  if (found.ended > 0) return { undone: true, text: `ended the browser session of ${email}` };
  if (database !== undefined && found.database !== database)
    return stays(`it is in ${database}, and Relay now uses ${found.database}`);
  return { undone: true, text: `the browser session of ${email} has ended already` };
}
