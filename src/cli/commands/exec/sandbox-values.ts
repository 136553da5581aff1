// The settings of the app that say which account it uses and where it is: for `exec`, those of the sandbox.
import { isSandboxSid } from '../../../sandbox-sid.js';
import { planAllowedHosts } from '../../../settings/env-file/hosts.js';
import { required, type Setup } from '../../../setup/setup.js';
import type { CommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';

/**
 * What to put into a program's environment, where it wins over `.env`. What the sandbox has none of is set empty: else
 * the app would take a live value of it from `.env`.
 */
export function createSandboxValues(
  { environment }: CliPorts,
  { envFile, checkout }: CommandContext,
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
