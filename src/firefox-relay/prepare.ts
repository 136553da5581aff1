// Prepares a checkout of Relay for phones: its database, the flags, a user with a token.
import { openStateFolder } from '../state/folder.js';
import { findKeptToken, keepToken } from './kept-token.js';
import { listFlags, NEEDED_FLAGS } from './phone-user.js';
import type { Python } from './python.js';
import { explainRefusal } from './refused.js';
import { runCheckoutScript, type ScriptReport } from './script.js';
import { listSettingFaults } from './settings.js';
import { type CheckoutWork, chooseEmail, findCheckoutPython, toPrepareError } from './work.js';

/** Flags that Relay gives phones without, and that are switched on where somebody wishes. */
export type ExtraFlag = 'multi_replies' | 'outbound_phone';

/** A checkout that may be prepared. */
export interface Preparable extends CheckoutWork {
  readonly python: Python;
}

/** What came of it. */
export interface Prepared {
  readonly python: string;
  readonly database: string;
  readonly email: string;
  /** The flags that are on for everyone. */
  readonly flags: readonly string[];
  /** What was done, a line each; empty when all was there. */
  readonly changes: readonly string[];
}

/**
 * Checks, without running any of Relay's code, that this is a checkout for local work with a Python of its own.
 *
 * @throws RelayPhoneError `needsUser` when it is not; the first reason is the most dangerous.
 */
export function verifyPreparable(work: CheckoutWork): Preparable {
  const [fault] = listSettingFaults(work.checkout, work.environment);
  if (fault) throw toPrepareError(fault);
  const python = findCheckoutPython(work);
  if ('reason' in python) throw toPrepareError(python);
  return { ...work, python };
}

/**
 * Runs the script, and keeps the token of the user in the state folder at `statePath`.
 *
 * @throws RelayPhoneError `needsUser` when the script refuses; then nothing was changed.
 */
export async function prepareCheckout(
  work: Preparable,
  extra: readonly ExtraFlag[],
  statePath: string,
): Promise<Prepared> {
  const email = chooseEmail(work);
  const { found, refusal } = await runCheckoutScript({ ...work, email, flags: [...NEEDED_FLAGS, ...extra] });
  if (refusal) throw toPrepareError(explainRefusal(refusal, work.python));
  const kept = keepTokenOf(found, email, statePath);
  return {
    python: work.python.path,
    database: found.database,
    email,
    flags: listFlags(found),
    changes: [...found.changes, ...kept],
  };
}

function keepTokenOf({ token }: ScriptReport, email: string, statePath: string): string[] {
  if (token === null) throw new Error('the script prepared the checkout and told no token');
  const folder = openStateFolder(statePath);
  const before = findKeptToken(folder);
  if (before?.token === token && before.email === email) return [];
  keepToken(folder, { email, token });
  return [`API token kept in ${folder.path}`];
}
