// The settings of a Messaging Service: what a form may set, and what they mean where texts come in and go out.
import { invalidParameter } from '../../../server/problem.js';
import {
  applyForm,
  type SettingKinds,
  verifyWord,
  type WebhookSettings,
} from '../../../webhooks/settings.js';
import { VALIDITY } from '../messages/new-message.js';
import type { MessagingService } from './store.js';

/** The settings of a Messaging Service. */
export const SERVICE_SETTINGS = {
  areaCodeGeomatch: 'flag',
  fallbackMethod: 'method',
  fallbackToLongCode: 'flag',
  fallbackUrl: 'url',
  inboundMethod: 'method',
  inboundRequestUrl: 'url',
  mmsConverter: 'flag',
  scanMessageContent: 'text',
  smartEncoding: 'flag',
  statusCallback: 'url',
  stickySender: 'flag',
  synchronousValidation: 'flag',
  usecase: 'text',
  useInboundWebhookOnNumber: 'flag',
  validityPeriod: 'text',
} satisfies SettingKinds;

/** What a new service has set. */
const DEFAULTS: WebhookSettings = {
  areaCodeGeomatch: true,
  fallbackToLongCode: true,
  mmsConverter: true,
  smartEncoding: true,
  stickySender: true,
};

/** How a service's numbers take inbound texts, and where it hears what became of outbound ones. */
export interface ServiceSettings {
  readonly sid: string;
  /** Undefined, with `useInboundWebhookOnNumber` off: its numbers receive nothing. */
  readonly inboundRequestUrl: string | undefined;
  readonly inboundMethod: string;
  readonly fallbackUrl: string | undefined;
  readonly fallbackMethod: string;
  readonly statusCallback: string | undefined;
  /** Whether a number's own webhook is called, and the service's are not. */
  readonly useInboundWebhookOnNumber: boolean;
  /** How long its messages are worth sending, seconds. */
  readonly validityPeriod: number | undefined;
}

/**
 * The settings after a form was applied to them.
 *
 * @throws TwilioProblem 21402, 21403 or 20422.
 */
export function applyServiceForm(form: URLSearchParams, current = DEFAULTS): WebhookSettings {
  const settings = applyForm(SERVICE_SETTINGS, current, form, () => false);
  verifyWord(settings, 'scanMessageContent', ['inherit', 'enable', 'disable']);
  verifyValidity(settings);
  return settings;
}

/** What the webhooks of a service are, with Twilio's defaults for what is not set. */
export function readServiceSettings({ sid, settings }: MessagingService): ServiceSettings {
  return {
    sid,
    inboundRequestUrl: findText(settings, 'inboundRequestUrl'),
    inboundMethod: findText(settings, 'inboundMethod') ?? 'POST',
    fallbackUrl: findText(settings, 'fallbackUrl'),
    fallbackMethod: findText(settings, 'fallbackMethod') ?? 'POST',
    statusCallback: findText(settings, 'statusCallback'),
    useInboundWebhookOnNumber: settings.useInboundWebhookOnNumber === true,
    validityPeriod: settings.validityPeriod === undefined ? undefined : Number(settings.validityPeriod),
  };
}

function findText(settings: WebhookSettings, name: string): string | undefined {
  const value = settings[name];
  return value === undefined ? undefined : String(value);
}

function verifyValidity({ validityPeriod }: WebhookSettings): void {
  if (validityPeriod === undefined || isValidity(String(validityPeriod))) return;
  throw invalidParameter('ValidityPeriod', String(validityPeriod));
}

/** Whether a text is a validity period: whole seconds from 1 to 36000. */
export function isValidity(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= VALIDITY;
}
