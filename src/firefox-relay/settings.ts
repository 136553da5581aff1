// Checks a checkout's settings before running any of its code: they must be those of local development.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RelayPhoneError } from '../errors.js';
import { createEnvReader, type EnvReader, isTrue, readWithDecouple } from '../settings/env-file/read.js';
import type { Checkout, CheckoutContext, CheckoutEnvironment } from './checkout.js';
import { type CheckoutFault, OTHER_CHECKOUT_ADVICE } from './needs.js';

/** Files that python-decouple finds before `.env`. */
const OTHER_SETTINGS_FILES = [
  'settings.ini',
  join('privaterelay', '.env'),
  join('privaterelay', 'settings.ini'),
];

/** Lists what is wrong with the settings, the most dangerous first. Shows no secret values. */
export async function listSettingFaults(
  checkout: Checkout,
  environment: CheckoutEnvironment,
  readEnv: EnvReader = createEnvReader(),
): Promise<CheckoutFault[]> {
  const other = OTHER_SETTINGS_FILES.find((name) => existsSync(join(checkout.path, name)));
  if (other !== undefined) return [otherFile(other)];
  try {
    const values = await readValues(readEnv, join(checkout.path, '.env'));
    if (!values) return [noFile(checkout)];
    const find = createFindSetting(values, environment);
    const defaults = (await readValues(readEnv, join(checkout.path, '.env-dist'))) ?? new Map();
    return [...listDeploymentFaults(find, defaults), ...listGaps(find)];
  } catch (error) {
    if (!(error instanceof RelayPhoneError)) throw error;
    return [{ need: 'env-file', reason: `${error.task}: ${error.reason}`, tryNext: error.tryNext }];
  }
}

/** The address of Relay without the setting, as its own documentation has it. */
const DEFAULT_ORIGIN = 'http://127.0.0.1:8000';

/**
 * Returns SITE_ORIGIN as Relay reads it, with its default if it is empty.
 *
 * @throws RelayPhoneError `needsUser` if `.env` cannot be read
 */
export async function readSiteOrigin({
  checkout,
  environment,
  readEnv = createEnvReader(),
}: CheckoutContext): Promise<RelaySetting> {
  const values = (await readValues(readEnv, join(checkout.path, '.env'))) ?? new Map();
  const found = createFindSetting(values, environment)('SITE_ORIGIN');
  return { ...found, value: found.value || DEFAULT_ORIGIN };
}

async function readValues(
  readEnv: EnvReader,
  path: string,
): Promise<ReadonlyMap<string, string> | undefined> {
  const file = await readEnv(path);
  return file && readWithDecouple(file.bytes);
}

/** Like python-decouple: a set variable overrides `.env`, even if it is empty. */
function createFindSetting(
  values: ReadonlyMap<string, string>,
  environment: CheckoutEnvironment,
): FindSetting {
  return (key) => {
    const override = environment[key];
    return override === undefined
      ? { key, value: values.get(key) ?? '', source: '.env' }
      : { key, value: override, source: 'the environment' };
  };
}

function listGaps(find: FindSetting): CheckoutFault[] {
  const faults: CheckoutFault[] = [];
  const phones = find('PHONES_ENABLED');
  if (find('SECRET_KEY').value === '')
    faults.push(createSettingFault('SECRET_KEY is not set, and Django needs one'));
  if (!isTrue(phones.value)) faults.push(createSettingFault(`PHONES_ENABLED is off in ${phones.source}`));
  return faults;
}

function createSettingFault(reason: string): CheckoutFault {
  return { need: 'settings', reason, tryNext: ['relay-phone init, which sets it in .env'] };
}

function noFile({ path }: Checkout): CheckoutFault {
  return {
    need: 'env-file',
    reason: `there is no .env in ${path}`,
    tryNext: [
      'relay-phone init, which creates it from .env-dist',
      'relay-phone init --sandbox, without a Twilio account',
    ],
  };
}

function otherFile(name: string): CheckoutFault {
  return {
    need: 'env-file',
    reason: `Relay reads its settings from ${name}, not from .env`,
    tryNext: [`move ${name} away, then relay-phone init`, OTHER_CHECKOUT_ADVICE],
  };
}

/** A setting, as Relay reads it. */
export interface RelaySetting {
  readonly key: string;
  /** Empty if it is not set. */
  readonly value: string;
  /** Where it is set, for people. */
  readonly source: string;
}

/** Returns the setting of a key. */
export type FindSetting = (key: string) => RelaySetting;

/** Keys of secrets for shared services. */
const SECRET_KEYS = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'GOOGLE_CLOUD_PROFILER_CREDENTIALS_B64',
  'SENTRY_DSN',
];
const ACCOUNT_KEYS = [
  'FXA_BASE_ORIGIN',
  'FXA_OAUTH_ENDPOINT',
  'FXA_PROFILE_ENDPOINT',
  'FXA_ACCOUNTS_ENDPOINT',
];
const LOCAL_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Lists signs of a deployment, or of shared databases and services.
 *
 * @param defaults the values of `.env-dist`, which are not secret
 */
function listDeploymentFaults(find: FindSetting, defaults: ReadonlyMap<string, string>): CheckoutFault[] {
  const isOwn = ({ key, value }: RelaySetting) => value !== '' && value !== defaults.get(key);
  return [
    ...channelFaults(find('RELAY_CHANNEL'), find('SITE_ORIGIN')),
    ...SECRET_KEYS.map(find).filter(isOwn).map(secretFault),
    ...ACCOUNT_KEYS.map(find).filter(isProduction).map(endpointFault),
    ...[find('REDIS_URL')].filter(isElsewhere).map(redisFault),
    ...[find('DATABASE_URL')].filter(isServer).map(databaseFault),
  ];
}

function channelFaults({ value, source }: RelaySetting, origin: RelaySetting): CheckoutFault[] {
  if (value !== '' && value !== 'local')
    return [createDeploymentFault(`RELAY_CHANNEL in ${source} is ${value}, not local`, 'RELAY_CHANNEL')];
  const isDeployed = /(^|\.)(relay\.firefox\.com|allizom\.org)$/.test(hostOf(origin.value) ?? '');
  if (value === 'local' || !isDeployed) return [];
  return [
    createDeploymentFault(`SITE_ORIGIN in ${origin.source} belongs to a deployment of Relay`, 'SITE_ORIGIN'),
  ];
}

function secretFault({ key, source }: RelaySetting): CheckoutFault {
  return createDeploymentFault(`${key} is set in ${source}, so this does not look like a local Relay`, key);
}

function isProduction({ value }: RelaySetting): boolean {
  return /(^|\.)accounts\.firefox\.com$/.test(hostOf(value) ?? '');
}

function endpointFault({ key, source }: RelaySetting): CheckoutFault {
  return createDeploymentFault(
    `${key} in ${source} points to the public Mozilla accounts, which everybody uses`,
    key,
  );
}

function isElsewhere({ value }: RelaySetting): boolean {
  return value !== '' && !LOCAL_HOST.test(hostOf(value) ?? '');
}

function redisFault({ key, source }: RelaySetting): CheckoutFault {
  return createDeploymentFault(`${key} in ${source} is on another machine`, key);
}

function isServer({ value }: RelaySetting): boolean {
  return value !== '' && !/^sqlite:/i.test(value);
}

function databaseFault({ key, value, source }: RelaySetting): CheckoutFault {
  const scheme = /^[a-z0-9+]+(?=:)/i.exec(value)?.[0] ?? 'something else';
  return {
    need: 'database',
    reason: `${key} in ${source} points to ${scheme}, and only a local SQLite file can be prepared`,
    tryNext: [`remove ${key}: Relay then uses db.sqlite3 in the checkout`, OTHER_CHECKOUT_ADVICE],
  };
}

function createDeploymentFault(reason: string, key: string): CheckoutFault {
  return {
    need: 'settings',
    reason,
    tryNext: [`remove ${key} if this is a local Relay`, OTHER_CHECKOUT_ADVICE],
  };
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}
