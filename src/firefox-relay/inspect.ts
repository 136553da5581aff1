// Checks everything that a Relay checkout needs for phones, without changing it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chooseEmail, digestToken, findSavedToken, type SavedToken } from './api-token.js';
import { type Checkout, type CheckoutContext, findCheckoutPython, type Python } from './checkout.js';
import {
  type CheckoutFault,
  LOCALES,
  LOCALES_COMMAND,
  NEED_REASONS,
  NEEDS,
  type Need,
  PREPARE_COMMAND,
} from './needs.js';
import {
  explainScriptRefusal,
  listFlagsOn,
  NEEDED_FLAGS,
  runCheckoutScript,
  type ScriptReport,
} from './script.js';
import { listSettingFaults } from './settings.js';

/** One need of a checkout, and its state. */
export interface CheckoutRow {
  readonly id: Need;
  /** Null if it was not checked, because another row failed. */
  readonly ok: boolean | null;
  /** The state, as a clause. */
  readonly what: string;
  /** Why it matters, as a clause. */
  readonly why: string;
  /** What to run, most promising first; empty if the need is met. */
  readonly tryNext: readonly string[];
}

/** The state of each met need. Needs that are not in it were not checked. */
type NeedStates = Partial<Record<Need, string>>;

/** Needs that can be checked without running the script. */
const FILES = { 'env-file': '.env', translations: 'there' } as const;

/**
 * Returns one row for each of {@link NEEDS}, in their order. Runs Relay's code at most once, and only if its settings are
 * those of local development and the user agreed to run its Python.
 */
export async function inspectCheckout(context: CheckoutContext): Promise<readonly CheckoutRow[]> {
  const faults = await listSettingFaults(context.checkout, context.environment, context.readEnv);
  const texts = listLocaleFaults(context.checkout);
  const python = findCheckoutPython(context);
  if ('reason' in python) return listRows([python, ...faults, ...texts], FILES);
  if (faults.length > 0) return listRows([...faults, ...texts], { python: describePython(python), ...FILES });
  const distrust = await context.findDistrust(context.checkout, python);
  if (distrust) return listRows([distrust, ...texts], FILES);
  const { found, refusal } = await runCheckoutScript({ ...context, python, email: chooseEmail(context) });
  const seen = found ? listFaults(context, found) : [explainScriptRefusal(refusal, python)];
  return listRows([...seen, ...texts], dropUnchecked(describeNeeds(context, python, found), seen));
}

/** Asks the user to agree if {@link inspectCheckout} would run the checkout's Python, before progress is shown. */
export async function askForTrust(context: CheckoutContext): Promise<void> {
  const python = findCheckoutPython(context);
  if ('reason' in python) return;
  if ((await listSettingFaults(context.checkout, context.environment, context.readEnv)).length > 0) return;
  await context.findDistrust(context.checkout, python);
}

function listRows(faults: readonly CheckoutFault[], known: NeedStates): CheckoutRow[] {
  return NEEDS.map((id) => {
    const why = NEED_REASONS[id];
    const own = faults.filter(({ need }) => need === id);
    if (own.length === 0)
      return { id, ok: id in known ? true : null, what: known[id] ?? 'not checked', why, tryNext: [] };
    const tryNext = [...new Set(own.flatMap((fault) => fault.tryNext))];
    return { id, ok: false, what: own.map(({ reason }) => reason).join('; '), why, tryNext };
  });
}

function listFaults(context: CheckoutContext, found: ScriptReport): CheckoutFault[] {
  const { exists, database, pending } = found;
  const tryNext = [describePrepare(context)];
  if (!exists) return [{ need: 'database', reason: `there is no ${database} yet`, tryNext }];
  if (pending.length > 0) return [{ need: 'migrations', reason: describePending(pending), tryNext }];
  return listUserFaults(context, found);
}

function listLocaleFaults({ path }: Checkout): CheckoutFault[] {
  if (existsSync(join(path, LOCALES, 'en'))) return [];
  return [{ need: 'translations', reason: `${LOCALES} is empty`, tryNext: [LOCALES_COMMAND] }];
}

function describePending([first = '', ...others]: readonly string[]): string {
  return others.length > 0
    ? `${others.length + 1} are pending, the first is ${first}`
    : `${first} is pending`;
}

function describeNeeds(
  context: CheckoutContext,
  python: Python,
  found: ScriptReport | undefined,
): Record<Need, string> {
  return {
    python: describePython(python, found),
    requirements: 'installed',
    ...FILES,
    settings: 'those of a local Relay with phones',
    database: found?.database ?? 'a local SQLite file',
    migrations: 'all applied',
    flags: `on for everyone: ${found ? listFlagsOn(found).join(', ') : ''}`,
    user: chooseEmail(context),
    token: 'saved for relay-phone send-test',
  };
}

function describePython({ path, source }: Python, found?: ScriptReport): string {
  return `${path} (${source}${found ? `, ${found.python}` : ''})`;
}

/** Drops the first unmet need and those after it, which were not checked. Flags, user and token are independent. */
function dropUnchecked(known: Record<Need, string>, faults: readonly CheckoutFault[]): NeedStates {
  const last = faults.map(({ need }) => NEEDS.indexOf(need)).find((index) => index < NEEDS.indexOf('flags'));
  const seen = NEEDS.filter((need, index) => need in FILES || last === undefined || index < last);
  return Object.fromEntries(seen.map((need) => [need, known[need]]));
}

/** Lists what a user lacks for phones, in a database with all its tables. */
function listUserFaults(context: CheckoutContext, { flags, user }: ScriptReport): CheckoutFault[] {
  const email = chooseEmail(context);
  // Instead of flags for everyone, a group or a test subscription is enough.
  const off = user?.phone ? [] : NEEDED_FLAGS.filter((name) => !flags?.[name]);
  const tryNext = [describePrepare(context)];
  const faults: CheckoutFault[] = [];
  if (off.length > 0) faults.push({ need: 'flags', reason: `off: ${off.join(', ')}`, tryNext });
  if (!user) return [...faults, { need: 'user', reason: `the user ${email} does not exist`, tryNext }];
  if (!user.active)
    faults.push({ need: 'user', reason: `${email} was deactivated`, tryNext: [OTHER_USER_COMMAND] });
  if (!user.account) faults.push({ need: 'user', reason: `${email} has no Mozilla account`, tryNext });
  const reason = findTokenFault(user.token, email, context.folder && findSavedToken(context.folder, email));
  return reason ? [...faults, { need: 'token', reason, tryNext }] : faults;
}

function describePrepare({ email }: CheckoutContext): string {
  return email === undefined ? PREPARE_COMMAND : `${PREPARE_COMMAND} --email ${email}`;
}

const OTHER_USER_COMMAND = `${PREPARE_COMMAND} --email ADDRESS of another user`;

function findTokenFault(
  digest: string | null,
  email: string,
  saved: SavedToken | undefined,
): string | undefined {
  if (digest === null) return `${email} has no API token`;
  if (!saved) return `the API token of ${email} was not saved`;
  return digestToken(saved) === digest ? undefined : 'the saved API token is not the one in the database';
}
