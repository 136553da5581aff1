// Tells the settings of a deployment, which must be left alone, from those of a laptop.
import { type CheckoutFault, ELSEWHERE } from './fault.js';

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
const SECRETS = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'GOOGLE_CLOUD_PROFILER_CREDENTIALS_B64',
  'SENTRY_DSN',
];
const ENDPOINTS = ['FXA_BASE_ORIGIN', 'FXA_OAUTH_ENDPOINT', 'FXA_PROFILE_ENDPOINT', 'FXA_ACCOUNTS_ENDPOINT'];
const LOCAL_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * What speaks for a deployment, or a database that others use.
 *
 * @param usual the values of `.env-dist`, which are nobody's secrets
 */
export function listDeploymentFaults(find: FindSetting, usual: ReadonlyMap<string, string>): CheckoutFault[] {
  const isOwn = ({ key, value }: RelaySetting) => value !== '' && value !== usual.get(key);
  return [
    ...channelFaults(find('RELAY_CHANNEL'), find('SITE_ORIGIN')),
    ...SECRETS.map(find).filter(isOwn).map(secretFault),
    ...ENDPOINTS.map(find).filter(isProduction).map(endpointFault),
    ...[find('REDIS_URL')].filter(isElsewhere).map(redisFault),
    ...[find('DATABASE_URL')].filter(isServer).map(databaseFault),
  ];
}

function channelFaults({ value, place }: RelaySetting, origin: RelaySetting): CheckoutFault[] {
  if (value !== '' && value !== 'local')
    return [fault(`RELAY_CHANNEL in ${place} is ${value}, not local`, 'RELAY_CHANNEL')];
  const isDeployed = /(^|\.)(relay\.firefox\.com|allizom\.org)$/.test(hostOf(origin.value) ?? '');
  if (value === 'local' || !isDeployed) return [];
  return [fault(`SITE_ORIGIN in ${origin.place} is that of a deployment of Relay`, 'SITE_ORIGIN')];
}

function secretFault({ key, place }: RelaySetting): CheckoutFault {
  return fault(`${key} is set in ${place}, so this looks like more than a local Relay`, key);
}

function isProduction({ value }: RelaySetting): boolean {
  return /(^|\.)accounts\.firefox\.com$/.test(hostOf(value) ?? '');
}

function endpointFault({ key, place }: RelaySetting): CheckoutFault {
  return fault(`${key} in ${place} is that of the Mozilla accounts of everybody`, key);
}

function isElsewhere({ value }: RelaySetting): boolean {
  return value !== '' && !LOCAL_HOST.test(hostOf(value) ?? '');
}

function redisFault({ key, place }: RelaySetting): CheckoutFault {
  return fault(`${key} in ${place} is on another machine`, key);
}

function isServer({ value }: RelaySetting): boolean {
  return value !== '' && !/^sqlite:/i.test(value);
}

function databaseFault({ key, value, place }: RelaySetting): CheckoutFault {
  const scheme = /^[a-z0-9+]+(?=:)/i.exec(value)?.[0] ?? 'something else';
  return {
    need: 'database',
    reason: `${key} in ${place} leads to ${scheme}, and only a local SQLite file is prepared`,
    tryNext: [`take ${key} out: Relay then uses db.sqlite3 in the checkout`, ELSEWHERE],
  };
}

function fault(reason: string, key: string): CheckoutFault {
  return { need: 'settings', reason, tryNext: [`take ${key} out, if this is local all the same`, ELSEWHERE] };
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}
