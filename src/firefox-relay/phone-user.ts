// What a user lacks to have phones in Relay: flags, an account, a token.
import { type CheckoutFault, PREPARE } from './fault.js';
import { digestToken, type KeptToken } from './kept-token.js';
import type { ScriptReport } from './script.js';

/** The flags without which Relay gives nobody a phone. */
export const NEEDED_FLAGS = ['phones', 'free_phones'] as const;

/** The flags that are on for everyone. */
export function listFlags({ flags }: ScriptReport): string[] {
  return Object.entries(flags ?? {})
    .filter(([, isOn]) => isOn)
    .map(([name]) => name);
}

/**
 * What is missing, in a database with all its tables.
 *
 * @param email of the user
 * @param kept the token that `checkout prepare` kept
 */
export function listUserFaults(
  { flags, user }: ScriptReport,
  email: string,
  kept: KeptToken | undefined,
): CheckoutFault[] {
  // A group or a test subscription does as well.
  const off = user?.phone ? [] : NEEDED_FLAGS.filter((name) => !flags?.[name]);
  const tryNext = [PREPARE];
  const faults: CheckoutFault[] = [];
  if (off.length > 0) faults.push({ need: 'flags', reason: `off: ${off.join(', ')}`, tryNext });
  if (!user) return [...faults, { need: 'user', reason: `there is no user ${email}`, tryNext }];
  if (!user.active) faults.push({ need: 'user', reason: `${email} was deactivated`, tryNext: [OTHER] });
  if (!user.account) faults.push({ need: 'user', reason: `${email} has no Mozilla account`, tryNext });
  const reason = findTokenFault(user.token, email, kept);
  return reason ? [...faults, { need: 'token', reason, tryNext }] : faults;
}

const OTHER = `${PREPARE} --email ADDRESS of another user`;

function findTokenFault(
  digest: string | null,
  email: string,
  kept: KeptToken | undefined,
): string | undefined {
  if (digest === null) return `${email} has no API token`;
  if (kept?.email !== email) return `the API token of ${email} was not kept`;
  return digestToken(kept) === digest
    ? undefined
    : 'the API token that was kept is not the one in the database';
}
