// Looks at all that a checkout of Relay needs for phones, and changes nothing.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type CheckoutFault, NEEDS, type Need, PREPARE } from './fault.js';
import type { Checkout } from './find.js';
import { findKeptToken } from './kept-token.js';
import { listFlags, listUserFaults } from './phone-user.js';
import type { Python } from './python.js';
import { explainRefusal } from './refused.js';
import { runCheckoutScript, type ScriptReport } from './script.js';
import { listSettingFaults } from './settings.js';
import { type CheckoutWork, chooseEmail, findCheckoutPython } from './work.js';

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

/** Why each need matters, as a clause. */
export const WHY: Readonly<Record<Need, string>> = {
  python: 'Relay runs with a Python of its own',
  requirements: 'without Django and the rest Relay does not start',
  'env-file': 'Relay reads its settings from it',
  settings: 'only a local Relay is prepared, and without PHONES_ENABLED it has no phones',
  database: 'it holds users, phones and masks',
  migrations: 'its tables must be those that the code expects',
  flags: 'Relay gives phones only to users with these flags',
  user: 'a phone belongs to a user with a Mozilla account; one that exists here alone will do',
  token: 'relay-phone send-test asks Relay as that user',
  translations: 'without its texts Relay fails where it would tell an owner what is wrong with a reply',
};

/** How the needs are that are well; those that are not in it were not looked at. */
type Known = Partial<Record<Need, string>>;

/** Those that are seen without running anything. */
const FILES = { 'env-file': '.env', translations: 'there' } as const;

/**
 * One row for each of {@link NEEDS}, in their order. Relay's code is started, once, only where its settings are those of
 * local development.
 */
export async function inspectCheckout(work: CheckoutWork): Promise<readonly CheckoutRow[]> {
  const faults = listSettingFaults(work.checkout, work.environment);
  const texts = listTextFaults(work.checkout);
  const python = findCheckoutPython(work);
  if ('reason' in python) return listRows([python, ...faults, ...texts], FILES);
  if (faults.length > 0) return listRows([...faults, ...texts], { python: describePython(python), ...FILES });
  const { found, refusal } = await runCheckoutScript({ ...work, python, email: chooseEmail(work) });
  const seen = found ? listFaults(work, found) : [explainRefusal(refusal, python)];
  return listRows([...seen, ...texts], cutOff(describe(work, python, found), seen));
}

function listRows(faults: readonly CheckoutFault[], known: Known): CheckoutRow[] {
  return NEEDS.map((id) => {
    const why = WHY[id];
    const own = faults.filter(({ need }) => need === id);
    if (own.length === 0)
      return { id, ok: id in known ? true : null, what: known[id] ?? 'not looked at', why, tryNext: [] };
    const tryNext = [...new Set(own.flatMap((fault) => fault.tryNext))];
    return { id, ok: false, what: own.map(({ reason }) => reason).join('; '), why, tryNext };
  });
}

function listFaults(work: CheckoutWork, found: ScriptReport): CheckoutFault[] {
  const { exists, database, pending } = found;
  const tryNext = [PREPARE];
  if (!exists) return [{ need: 'database', reason: `there is no ${database} yet`, tryNext }];
  if (pending.length > 0) return [{ need: 'migrations', reason: describePending(pending), tryNext }];
  return listUserFaults(found, chooseEmail(work), work.folder && findKeptToken(work.folder));
}

/** A submodule, which a plain clone leaves empty. */
function listTextFaults({ path }: Checkout): CheckoutFault[] {
  if (existsSync(join(path, TEXTS, 'en'))) return [];
  const tryNext = [`git submodule update --init ${TEXTS}`];
  return [{ need: 'translations', reason: `${TEXTS} is empty`, tryNext }];
}

const TEXTS = 'privaterelay/locales';

function describePending([first = '', ...others]: readonly string[]): string {
  return others.length > 0
    ? `${others.length + 1} are pending, the first is ${first}`
    : `${first} is pending`;
}

function describe(work: CheckoutWork, python: Python, found: ScriptReport | undefined): Record<Need, string> {
  return {
    python: describePython(python, found),
    requirements: 'installed',
    ...FILES,
    settings: 'those of a local Relay with phones',
    database: found?.database ?? 'a local SQLite file',
    migrations: 'all applied',
    flags: `on for everyone: ${found ? listFlags(found).join(', ') : ''}`,
    user: chooseEmail(work),
    token: 'kept for relay-phone send-test',
  };
}

function describePython({ path, source }: Python, found?: ScriptReport): string {
  return `${path} (${source}${found ? `, ${found.python}` : ''})`;
}

/** What builds on a need that is not met was not looked at. Flags, user and token are independent of each other. */
function cutOff(known: Record<Need, string>, faults: readonly CheckoutFault[]): Known {
  const last = faults.map(({ need }) => NEEDS.indexOf(need)).find((index) => index < NEEDS.indexOf('flags'));
  const seen = NEEDS.filter((need, index) => need in FILES || last === undefined || index < last);
  return Object.fromEntries(seen.map((need) => [need, known[need]]));
}
