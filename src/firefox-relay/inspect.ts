// Checks everything that a Relay checkout needs for phones, without changing it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chooseEmail, digestToken, findSavedToken, type SavedToken } from './api-token.js';
import { type Checkout, type CheckoutContext, findCheckoutPython, type Python } from './checkout.js';
import { type CheckoutFault, NEED_REASONS, NEEDS, type Need, PREPARE_COMMAND } from './needs.js';
import {
  explainScriptRefusal,
  listFlagsOn,
  NEEDED_FLAGS,
  runCheckoutScript,
  type ScriptReport,
} from './script.js';
import { listSettingFaults } from './settings.js';

/** One thing that a checkout needs, and how it is. */
export interface CheckoutRow {
  readonly id: Need;
  /** Null when it could not be looked at, because of another row. */
  readonly ok: boolean | null;
  /** How it is, as a clause. */
  readonly what: string;
  /** Why it matters, as a clause. */
  readonly why: string;
  /** What to run, most promising first; empty when it is well. */
  readonly tryNext: readonly string[];
}

/** How the needs are that are well; those that are not in it were not looked at. */
type NeedStates = Partial<Record<Need, string>>;

/** Those that are seen without running anything. */
const FILES = { 'env-file': '.env', translations: 'there' } as const;

/**
 * One row for each of {@link NEEDS}, in their order. Relay's code is started, once, only where its settings are those of
 * local development.
 */
export async function inspectCheckout(context: CheckoutContext): Promise<readonly CheckoutRow[]> {
  const faults = listSettingFaults(context.checkout, context.environment);
  const texts = listLocaleFaults(context.checkout);
  const python = findCheckoutPython(context);
  if ('reason' in python) return listRows([python, ...faults, ...texts], FILES);
  if (faults.length > 0) return listRows([...faults, ...texts], { python: describePython(python), ...FILES });
  const { found, refusal } = await runCheckoutScript({ ...context, python, email: chooseEmail(context) });
  const seen = found ? listFaults(context, found) : [explainScriptRefusal(refusal, python)];
  return listRows([...seen, ...texts], dropUnchecked(describeNeeds(context, python, found), seen));
}

function listRows(faults: readonly CheckoutFault[], known: NeedStates): CheckoutRow[] {
  return NEEDS.map((id) => {
    const why = NEED_REASONS[id];
    const own = faults.filter(({ need }) => need === id);
    if (own.length === 0)
      return { id, ok: id in known ? true : null, what: known[id] ?? 'not looked at', why, tryNext: [] };
    const tryNext = [...new Set(own.flatMap((fault) => fault.tryNext))];
    return { id, ok: false, what: own.map(({ reason }) => reason).join('; '), why, tryNext };
  });
}

function listFaults(context: CheckoutContext, found: ScriptReport): CheckoutFault[] {
  const { exists, database, pending } = found;
  const tryNext = [PREPARE_COMMAND];
  if (!exists) return [{ need: 'database', reason: `there is no ${database} yet`, tryNext }];
  if (pending.length > 0) return [{ need: 'migrations', reason: describePending(pending), tryNext }];
  return listUserFaults(found, chooseEmail(context), context.folder && findSavedToken(context.folder));
}

/** A submodule, which a plain clone leaves empty. */
function listLocaleFaults({ path }: Checkout): CheckoutFault[] {
  if (existsSync(join(path, LOCALES, 'en'))) return [];
  const tryNext = [`git submodule update --init ${LOCALES}`];
  return [{ need: 'translations', reason: `${LOCALES} is empty`, tryNext }];
}

const LOCALES = 'privaterelay/locales';

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

/** What builds on a need that is not met was not looked at. Flags, user and token are independent of each other. */
function dropUnchecked(known: Record<Need, string>, faults: readonly CheckoutFault[]): NeedStates {
  const last = faults.map(({ need }) => NEEDS.indexOf(need)).find((index) => index < NEEDS.indexOf('flags'));
  const seen = NEEDS.filter((need, index) => need in FILES || last === undefined || index < last);
  return Object.fromEntries(seen.map((need) => [need, known[need]]));
}

/**
 * What is missing, in a database with all its tables.
 *
 * @param email of the user
 * @param kept the token that `checkout prepare` kept
 */
function listUserFaults(
  { flags, user }: ScriptReport,
  email: string,
  saved: SavedToken | undefined,
): CheckoutFault[] {
  // A group or a test subscription does as well.
  const off = user?.phone ? [] : NEEDED_FLAGS.filter((name) => !flags?.[name]);
  const tryNext = [PREPARE_COMMAND];
  const faults: CheckoutFault[] = [];
  if (off.length > 0) faults.push({ need: 'flags', reason: `off: ${off.join(', ')}`, tryNext });
  if (!user) return [...faults, { need: 'user', reason: `there is no user ${email}`, tryNext }];
  if (!user.active)
    faults.push({ need: 'user', reason: `${email} was deactivated`, tryNext: [OTHER_USER_COMMAND] });
  if (!user.account) faults.push({ need: 'user', reason: `${email} has no Mozilla account`, tryNext });
  const reason = findTokenFault(user.token, email, saved);
  return reason ? [...faults, { need: 'token', reason, tryNext }] : faults;
}

const OTHER_USER_COMMAND = `${PREPARE_COMMAND} --email ADDRESS of another user`;

function findTokenFault(
  digest: string | null,
  email: string,
  saved: SavedToken | undefined,
): string | undefined {
  if (digest === null) return `${email} has no API token`;
  if (saved?.email !== email) return `the API token of ${email} was not saved`;
  return digestToken(saved) === digest ? undefined : 'the saved API token is not the one in the database';
}
