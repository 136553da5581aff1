// The settings for a program in the sandbox, beside a `.env` that may hold a live account and stays as it is.
import { findOriginFault } from '../../../origin.js';
import { isSandboxSid } from '../../../sandbox-sid.js';
import { planAllowedHosts } from '../../../settings/env-file/hosts.js';
import type { LoadedSettings } from '../../../settings/load.js';
import type { SettingName, Settings } from '../../../settings/schema.js';
import { required, type Setup } from '../../../setup/setup.js';
import { explainTwilioFailure, isNotFound } from '../../../twilio/failure.js';
import type { CommandContext } from '../../core/command-context.js';
import { isSandboxAccount } from '../../core/sandbox-account.js';

/** Settings that do not depend on the account. */
const ALWAYS: readonly SettingName[] = ['stateDir', 'timeout'];
/** Settings that belong to the account named beside them. */
const OF_ACCOUNT: readonly SettingName[] = ['mainNumber', 'applicationSid'];
const PUBLIC: readonly SettingName[] = ['publicUrl'];

/** Returns the context without the settings of a live account, and without a public base that needs a tunnel. */
export function forSandbox(context: CommandContext): CommandContext {
  const { values, sources } = context.loaded;
  const isOurs = isSandboxAccount(context.state, values.accountSid ?? '');
  const names = [
    ...ALWAYS,
    ...(isOurs ? OF_ACCOUNT : []),
    ...(isPublicUrlUsable(context.loaded) ? PUBLIC : []),
  ];
  const kept = names.filter((name) => values[name] !== undefined);
  return {
    ...context,
    loaded: {
      values: Object.fromEntries(kept.map((name) => [name, values[name]])) as Settings,
      // As if everything came from `.env`: what another sandbox left there is replaced instead of refused.
      sources: Object.fromEntries(kept.map((name) => [name, name === 'publicUrl' ? sources[name] : '.env'])),
      ignored: [],
      unresolved: [],
    },
  };
}

/** A public base in `.env` is used only if it is on this machine. */
function isPublicUrlUsable({ values: { publicUrl }, sources }: LoadedSettings): boolean {
  if (publicUrl === undefined || sources.publicUrl !== '.env') return publicUrl !== undefined;
  return findOriginFault(publicUrl, true) === undefined && findOriginFault(publicUrl, false) !== undefined;
}

/**
 * Returns the variables for the program's environment, which override its `.env`. A variable that the sandbox has no
 * value for is empty; otherwise the app would take a live value from `.env`.
 */
export function createSandboxValues(
  { ports: { environment }, envFile, checkout }: CommandContext,
  { facts, authToken, client: { accountSid } }: Setup,
): Record<string, string> {
  const base = required(facts.publicBase);
  const values = new Map(envFile?.values);
  for (const [key, value] of Object.entries(environment)) if (value !== undefined) values.set(key, value);
  const hosts = planAllowedHosts(values, new URL(base).hostname, checkout?.hostsKey);
  const valueIf = (isOurs: boolean, key: string) => (isOurs ? (values.get(key) ?? '') : '');
  const hasService = values.get('TWILIO_ACCOUNT_SID') === accountSid;
  const hasTest = isSandboxSid(values.get('TWILIO_TEST_ACCOUNT_SID') ?? '');
  return {
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_MAIN_NUMBER: required(facts.mainNumber).phoneNumber,
    TWILIO_SMS_APPLICATION_SID: required(required(facts.app).sid),
    TWILIO_MESSAGING_SERVICE_SID: valueIf(hasService, 'TWILIO_MESSAGING_SERVICE_SID'),
    TWILIO_TEST_ACCOUNT_SID: valueIf(hasTest, 'TWILIO_TEST_ACCOUNT_SID'),
    TWILIO_TEST_AUTH_TOKEN: valueIf(hasTest, 'TWILIO_TEST_AUTH_TOKEN'),
    [hosts.key]: hosts.value,
    SITE_ORIGIN: base,
  };
}

/** What an SDK reads besides the account: keys of a live account, and a part of Twilio's own network. */
const KEY_VARIABLES = ['TWILIO_API_KEY', 'TWILIO_API_SECRET'] as const;
const NETWORK_VARIABLES = ['TWILIO_REGION', 'TWILIO_EDGE'] as const;

/**
 * Returns those variables that the program would otherwise see, except for a key of the sandbox: undefined for one to
 * remove, empty for one that the program would then take from `.env`.
 *
 * @throws RelayPhoneError if the sandbox does not answer.
 */
export async function listRemovedVariables(
  { ports: { environment }, envFile }: CommandContext,
  { client }: Pick<Setup, 'client'>,
): Promise<Record<string, '' | undefined>> {
  const isInFile = (name: string) => Boolean(envFile?.values.get(name));
  const key = environment.TWILIO_API_KEY ?? envFile?.values.get('TWILIO_API_KEY');
  const isKeyOurs = Boolean(key) && (await hasApiKey(client, key ?? ''));
  const names = isKeyOurs ? NETWORK_VARIABLES : [...KEY_VARIABLES, ...NETWORK_VARIABLES];
  const seen = names.filter((name) => environment[name] !== undefined || isInFile(name));
  return Object.fromEntries(seen.map((name) => [name, isInFile(name) ? '' : undefined]));
}

async function hasApiKey(client: Setup['client'], sid: string): Promise<boolean> {
  try {
    await client.account.keys(sid).fetch();
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw explainTwilioFailure(`look for the API key ${sid}`, error);
  }
}
