// Checks a checkout's settings before running any of its code: they must be those of local development.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RelayPhoneError } from '../errors.js';
import { isTrue, readEnvFile, readWithDecouple } from '../settings/env-file/read.js';
import type { Checkout, CheckoutEnvironment } from './checkout.js';
import { type CheckoutFault, OTHER_CHECKOUT_ADVICE } from './needs.js';

/** What Relay's reader takes for its settings before `.env`. */
const OTHER_SETTINGS_FILES = [
  'settings.ini',
  join('privaterelay', '.env'),
  join('privaterelay', 'settings.ini'),
];

/** What is wrong with the settings, most dangerous first; no value of a setting is told. */
export function listSettingFaults(checkout: Checkout, environment: CheckoutEnvironment): CheckoutFault[] {
  const other = OTHER_SETTINGS_FILES.find((name) => existsSync(join(checkout.path, name)));
  if (other !== undefined) return [otherFile(other)];
  try {
    const values = readValues(join(checkout.path, '.env'));
    if (!values) return [noFile(checkout)];
    const find = createFindSetting(values, environment);
    const usual = readValues(join(checkout.path, '.env-dist')) ?? new Map();
    return [...listDeploymentFaults(find, usual), ...listGaps(find)];
  } catch (error) {
    if (!(error instanceof RelayPhoneError)) throw error;
    return [{ need: 'env-file', reason: `${error.task}: ${error.reason}`, tryNext: error.tryNext }];
  }
}

function readValues(path: string): ReadonlyMap<string, string> | undefined {
  const file = readEnvFile(path);
  return file && readWithDecouple(file.bytes);
}

/** As python-decouple does it: a variable that is set and empty wins too. */
function createFindSetting(
  values: ReadonlyMap<string, string>,
  environment: CheckoutEnvironment,
): FindSetting {
  return (key) => {
    const stronger = environment[key];
    return stronger === undefined
      ? { key, value: values.get(key) ?? '', place: '.env' }
      : { key, value: stronger, place: 'the environment' };
  };
}

function listGaps(find: FindSetting): CheckoutFault[] {
  const faults: CheckoutFault[] = [];
  const phones = find('PHONES_ENABLED');
  if (find('SECRET_KEY').value === '')
    faults.push(createSettingFault('SECRET_KEY is not set, and Django needs one'));
  if (!isTrue(phones.value)) faults.push(createSettingFault(`PHONES_ENABLED is off in ${phones.place}`));
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
      'relay-phone init, which makes it from .env-dist',
      'relay-phone init --sandbox, without a Twilio account',
    ],
  };
}

function otherFile(name: string): CheckoutFault {
  return {
    need: 'env-file',
    reason: `Relay takes its settings from ${name} and not from .env`,
    tryNext: [`move ${name} away, then relay-phone init`, OTHER_CHECKOUT_ADVICE],
  };
}

/** A setting as Relay reads it. */
export interface RelaySetting {
  readonly key: string;
  /** Empty when it is not set. */
  readonly value: string;
  /** For people: where it is set. */
  readonly place: string;
}

/** Looks a setting up. */
export type FindSetting = (key: string) => RelaySetting;

/** Keys to what others use too. */
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
 * What speaks for a deployment, or a database that others use.
 *
 * @param usual the values of `.env-dist`, which are nobody's secrets
 */
function listDeploymentFaults(find: FindSetting, usual: ReadonlyMap<string, string>): CheckoutFault[] {
  const isOwn = ({ key, value }: RelaySetting) => value !== '' && value !== usual.get(key);
  return [
    ...channelFaults(find('RELAY_CHANNEL'), find('SITE_ORIGIN')),
    ...SECRET_KEYS.map(find).filter(isOwn).map(secretFault),
    ...ACCOUNT_KEYS.map(find).filter(isProduction).map(endpointFault),
    ...[find('REDIS_URL')].filter(isElsewhere).map(redisFault),
    ...[find('DATABASE_URL')].filter(isServer).map(databaseFault),
  ];
}

function channelFaults({ value, place }: RelaySetting, origin: RelaySetting): CheckoutFault[] {
  if (value !== '' && value !== 'local')
    return [createDeploymentFault(`RELAY_CHANNEL in ${place} is ${value}, not local`, 'RELAY_CHANNEL')];
  const isDeployed = /(^|\.)(relay\.firefox\.com|allizom\.org)$/.test(hostOf(origin.value) ?? '');
  if (value === 'local' || !isDeployed) return [];
  return [
    createDeploymentFault(`SITE_ORIGIN in ${origin.place} is that of a deployment of Relay`, 'SITE_ORIGIN'),
  ];
}

function secretFault({ key, place }: RelaySetting): CheckoutFault {
  return createDeploymentFault(`${key} is set in ${place}, so this looks like more than a local Relay`, key);
}

function isProduction({ value }: RelaySetting): boolean {
  return /(^|\.)accounts\.firefox\.com$/.test(hostOf(value) ?? '');
}

function endpointFault({ key, place }: RelaySetting): CheckoutFault {
  return createDeploymentFault(`${key} in ${place} is that of the Mozilla accounts of everybody`, key);
}

function isElsewhere({ value }: RelaySetting): boolean {
  return value !== '' && !LOCAL_HOST.test(hostOf(value) ?? '');
}

function redisFault({ key, place }: RelaySetting): CheckoutFault {
  return createDeploymentFault(`${key} in ${place} is on another machine`, key);
}

function isServer({ value }: RelaySetting): boolean {
  return value !== '' && !/^sqlite:/i.test(value);
}

function databaseFault({ key, value, place }: RelaySetting): CheckoutFault {
  const scheme = /^[a-z0-9+]+(?=:)/i.exec(value)?.[0] ?? 'something else';
  return {
    need: 'database',
    reason: `${key} in ${place} leads to ${scheme}, and only a local SQLite file is prepared`,
    tryNext: [`take ${key} out: Relay then uses db.sqlite3 in the checkout`, OTHER_CHECKOUT_ADVICE],
  };
}

function createDeploymentFault(reason: string, key: string): CheckoutFault {
  return {
    need: 'settings',
    reason,
    tryNext: [`take ${key} out, if this is local all the same`, OTHER_CHECKOUT_ADVICE],
  };
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}
