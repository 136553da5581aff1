// Prepares a Relay checkout for phones: migrates its database, turns on flags, creates a user with a token.
import { RelayPhoneError } from '../errors.js';
import type { StateFolder } from '../state/folder.js';
import { chooseEmail, findSavedToken, saveToken } from './api-token.js';
import { type CheckoutContext, findCheckoutPython, type Python } from './checkout.js';
import type { CheckoutFault } from './needs.js';
import {
  explainScriptRefusal,
  listFlagsOn,
  NEEDED_FLAGS,
  runCheckoutScript,
  type ScriptReport,
} from './script.js';
import { listSettingFaults } from './settings.js';

const TASK = 'prepare the checkout';

/** Optional flags of Relay. */
export type ExtraFlag = 'multi_replies' | 'outbound_phone';

/** A checkout that is safe to prepare. */
export interface PreparableCheckout extends CheckoutContext {
  readonly python: Python;
}

/** The result of {@link prepareCheckout}. */
export interface PreparedCheckout {
  readonly python: string;
  readonly database: string;
  readonly email: string;
  /** The flags that are on for everyone. */
  readonly flags: readonly string[];
  /** What was done, one line each; empty if nothing was missing. */
  readonly changes: readonly string[];
}

/**
 * Verifies that the checkout is set up for local development and has a Python. Runs none of Relay's code.
 *
 * @param task what fails without it
 * @throws RelayPhoneError `needsUser` with the most dangerous fault.
 */
export async function verifyPreparable(context: CheckoutContext, task = TASK): Promise<PreparableCheckout> {
  const [fault] = await listSettingFaults(context.checkout, context.environment, context.readEnv);
  if (fault) throw createCheckoutError(fault, task);
  const python = findCheckoutPython(context);
  if ('reason' in python) throw createCheckoutError(python, task);
  return { ...context, python };
}

/**
 * Verifies that the user agreed to run the checkout's Python.
 *
 * @param task what fails without it
 * @throws RelayPhoneError `needsUser` if not
 */
export async function verifyTrusted(
  { checkout, python, findDistrust }: PreparableCheckout,
  task = TASK,
): Promise<void> {
  const distrust = await findDistrust(checkout, python);
  if (distrust) throw createCheckoutError(distrust, task);
}

/**
 * Runs the script, and saves the user's token in the state folder.
 *
 * @throws RelayPhoneError `needsUser` if the script refuses; then it has changed nothing.
 */
export async function prepareCheckout(
  context: PreparableCheckout,
  extra: readonly ExtraFlag[],
  openState: () => StateFolder,
): Promise<PreparedCheckout> {
  const email = chooseEmail(context);
  const { found, refusal } = await runCheckoutScript({
    ...context,
    email,
    flags: [...NEEDED_FLAGS, ...extra],
  });
  if (refusal) throw createCheckoutError(explainScriptRefusal(refusal, context.python), TASK);
  const saved = saveTokenOf(found, email, openState);
  return {
    python: context.python.path,
    database: found.database,
    email,
    flags: listFlagsOn(found),
    changes: [...found.changes, ...saved],
  };
}

function saveTokenOf({ token }: ScriptReport, email: string, openState: () => StateFolder): string[] {
  if (token === null) throw new Error('the script prepared the checkout without returning a token');
  const folder = openState();
  const [last, before] = [findSavedToken(folder), findSavedToken(folder, email)];
  if (last?.email === email && last.token === token) return [];
  saveToken(folder, { email, token });
  return before?.token === token ? [] : [`API token saved in ${folder.path}`];
}

/** Returns the error for a checkout on which nothing can be done. @param task what failed */
export function createCheckoutError({ reason, tryNext }: CheckoutFault, task: string): RelayPhoneError {
  return new RelayPhoneError({ kind: 'needsUser', task, reason, tryNext });
}
