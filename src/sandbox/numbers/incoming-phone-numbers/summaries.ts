// The account's numbers as the library and the control API list them: where each sends its webhooks.
import type { ApplicationStore } from '../../accounts/applications/store.js';
import { findDestination, type WebhookSettings } from '../../webhooks/settings.js';
import { type Capabilities, findBlock } from '../inventory.js';
import type { NumberStore, OwnedNumber } from './store.js';

/** Where the webhooks of a number go; null if nothing is configured. */
export interface NumberWebhook {
  /** The TwiML app whose URL it is; null if the number has its own. */
  readonly applicationSid: string | null;
  readonly url: string | null;
  readonly method: string | null;
}

/**
 * A number of the account.
 *
 * @example
 * expect(sandbox.numbers()).toMatchObject([{ number: '+12025550100', sms: { url: 'http://127.0.0.1:8000/sms' } }]);
 */
export interface NumberSummary {
  /** E.164. */
  readonly number: string;
  readonly sid: string;
  readonly friendlyName: string;
  readonly capabilities: Pick<Capabilities, 'voice' | 'sms' | 'mms'>;
  /** For texts. A Messaging Service may have a URL of its own, which then counts. */
  readonly sms: NumberWebhook;
  /** For calls. */
  readonly voice: NumberWebhook;
  /** The Messaging Service that the number belongs to; null if it belongs to none. */
  readonly messagingServiceSid: string | null;
}

/** What the list needs. */
export interface NumberSummaryDeps {
  readonly numbers: Pick<NumberStore, 'list'>;
  readonly applications: Pick<ApplicationStore, 'find'>;
  /** The Messaging Service of a number (E.164). */
  readonly findServiceSid: (phoneNumber: string) => string | undefined;
}

/** Lists the numbers of the account in the order in which they were bought. */
export function listNumbers(deps: NumberSummaryDeps): readonly NumberSummary[] {
  const all = deps.numbers.list({ limit: Number.MAX_SAFE_INTEGER, offset: 0 }, {});
  return all.toReversed().map((number) => summariseNumber(number, deps));
}

/** Says where a number of the account sends its webhooks. */
export function summariseNumber(
  { phoneNumber, sid, friendlyName, settings }: OwnedNumber,
  { applications, findServiceSid }: Omit<NumberSummaryDeps, 'numbers'>,
): NumberSummary {
  const capabilities = findBlock(phoneNumber)?.capabilities;
  const { voice = true, sms = true, mms = true } = capabilities ?? {};
  const webhook = (kind: 'sms' | 'voice') => describeWebhook(kind, settings, applications);
  return {
    number: phoneNumber,
    sid,
    friendlyName,
    capabilities: { voice, sms, mms },
    sms: webhook('sms'),
    voice: webhook('voice'),
    messagingServiceSid: findServiceSid(phoneNumber) ?? null,
  };
}

/** A TwiML app replaces the URL of the number. */
function describeWebhook(
  kind: 'sms' | 'voice',
  settings: WebhookSettings,
  applications: NumberSummaryDeps['applications'],
): NumberWebhook {
  const sid = settings[`${kind}ApplicationSid`];
  const application = sid === undefined ? undefined : applications.find(String(sid));
  const destination = findDestination(application?.settings ?? settings, `${kind}Url`, `${kind}Method`);
  return {
    applicationSid: application?.sid ?? null,
    url: destination?.url ?? null,
    method: destination?.method ?? null,
  };
}
