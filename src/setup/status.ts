// Builds the JSON document of `status`: what is set up in the account and on this machine. Changes nothing.

import type { EnvFile } from '../settings/env-file/read.js';
import type { LoadedSettings } from '../settings/load.js';
import { SECRET_SETTINGS, type SettingName } from '../settings/schema.js';
import { REQUIRED_ENV_KEYS } from './env-values.js';
import { listAccountNumbers, listOwnNumbers } from './numbers.js';
import { addPrices, createPriceFinder, findPresentPrice } from './price.js';
import type { StatusReport } from './report.js';
import { listUndoable } from './run.js';
import { type Price, required, type Setup } from './setup.js';
import { accountStep } from './steps/account.js';
import { fieldsOf, findApp } from './webhooks.js';

/** What {@link createStatusReport} needs besides the account. */
export interface StatusInput {
  readonly loaded: LoadedSettings;
  readonly envPath: string;
  /** Undefined if it does not exist. */
  readonly envFile: EnvFile | undefined;
  /** The origin of the state folder's sandbox; undefined if it is not running. */
  readonly sandboxOrigin: string | undefined;
  /** How many lines of the journal cannot be read. */
  readonly unreadableLines: number;
  /** What could not be found out. */
  readonly warnings: readonly string[];
}

/**
 * Returns the document of `status`. Without a `setup` (no target or no credentials) it covers only this machine.
 *
 * @throws RelayPhoneError `refused` or `network` if Twilio does not answer for the account.
 */
export async function createStatusReport(
  setup: Setup | undefined,
  { loaded, envPath, envFile, sandboxOrigin, unreadableLines, warnings }: StatusInput,
): Promise<StatusReport> {
  const account = setup ? await findAccount(setup) : undefined;
  const numbers = setup && account ? await listPriced(setup) : [];
  const mainNumber = setup && account ? await findMainNumber(setup, numbers) : undefined;
  const app = setup && account ? await findAppState(setup) : undefined;
  const text = setup?.journal.find('text-sent', 'done').at(-1);
  return {
    command: 'status',
    target: setup?.target ?? null,
    settings: formatSettings(loaded),
    account: account ?? null,
    mainNumber: mainNumber ?? null,
    masks: setup ? findMasks(setup, numbers) : [],
    numbers: setup && account ? countNumbers(setup, numbers) : null,
    app: app ?? null,
    envFile: formatEnvState(envPath, envFile),
    text: text ? { to: text.data.to, status: text.data.status ?? 'on its way', at: text.at } : null,
    sandbox: { running: sandboxOrigin !== undefined, origin: sandboxOrigin ?? null },
    monthlyCost: addPrices(numbers.map(({ monthly }) => monthly)) ?? null,
    openChanges: setup ? listUndoable(setup).length : 0,
    unreadableLines,
    warnings: [...loaded.ignored, ...warnings, ...(setup?.warnings ?? [])],
    next: listNext(setup, mainNumber ?? null, app ?? null),
  };
}

function listNext(
  setup: Setup | undefined,
  number: StatusReport['mainNumber'],
  app: StatusReport['app'],
): string[] {
  if (!setup) return ['relay-phone init, with a Twilio account', 'relay-phone init --sandbox, without one'];
  return number?.owned && app?.exists ? [] : ['relay-phone init, which sets up what is missing'];
}

async function findAccount(setup: Setup): Promise<StatusReport['account']> {
  await accountStep.plan(setup);
  const account = required(setup.facts.account);
  return { ...account, balance: account.balance ?? null };
}

/** A number of the account, with its monthly price. */
interface PricedListing {
  readonly phoneNumber: string;
  readonly sid: string;
  readonly monthly: Price | null;
}

async function listPriced(setup: Setup): Promise<readonly PricedListing[]> {
  const findPrice = createPriceFinder((number) => findPresentPrice(setup, number));
  return Promise.all(
    (await listAccountNumbers(setup)).map(async ({ phoneNumber, sid }) => ({
      phoneNumber,
      sid,
      monthly: (await findPrice(phoneNumber)) ?? null,
    })),
  );
}

async function findMainNumber(
  setup: Setup,
  numbers: readonly PricedListing[],
): Promise<StatusReport['mainNumber']> {
  const { mainNumber: phoneNumber } = setup.settings;
  if (!phoneNumber) return null;
  const owned = numbers.find((number) => number.phoneNumber === phoneNumber);
  if (owned) return { ...owned, owned: true };
  const monthly = (await findPresentPrice(setup, phoneNumber)) ?? null;
  return { phoneNumber, sid: null, owned: false, monthly };
}

/** Returns the masks that `serve` bought, according to the journal, and that the account still owns. */
function findMasks(setup: Setup, numbers: readonly PricedListing[]): StatusReport['masks'] {
  const bought = setup.journal
    .find('number-bought', 'done')
    .filter(({ data }) => data.applicationSid !== undefined)
    .map(({ data }) => data.phoneNumber);
  return numbers
    .filter(({ phoneNumber }) => bought.includes(phoneNumber))
    .map(({ phoneNumber, monthly }) => ({ phoneNumber, monthly }));
}

function countNumbers(setup: Setup, numbers: readonly PricedListing[]): StatusReport['numbers'] {
  const own = listOwnNumbers(setup);
  const others = numbers.filter(
    ({ phoneNumber }) => phoneNumber !== setup.settings.mainNumber && !own.has(phoneNumber),
  );
  return {
    count: numbers.length,
    notOurs: others.length,
    unpriced: numbers.filter(({ monthly }) => monthly === null).length,
  };
}

async function findAppState(setup: Setup): Promise<StatusReport['app']> {
  const { applicationSid: sid } = setup.settings;
  if (!sid) return null;
  const app = await findApp(setup, sid);
  if (!app) return { sid, friendlyName: null, exists: false, webhooks: null };
  return { sid, friendlyName: app.friendlyName, exists: true, webhooks: fieldsOf(app) };
}

function formatEnvState(path: string, file: EnvFile | undefined): StatusReport['envFile'] {
  return {
    path,
    exists: file !== undefined,
    missing: REQUIRED_ENV_KEYS.filter((key) => !file?.values.get(key)),
  };
}

function formatSettings({ values, sources }: LoadedSettings): StatusReport['settings'] {
  const names = Object.keys(sources) as SettingName[];
  return Object.fromEntries(
    names.map((name) => {
      const value = SECRET_SETTINGS.has(name) ? '(hidden)' : String(values[name]);
      return [name, { value, source: required(sources[name]) }];
    }),
  );
}
