// Reads the form that sends a message, with the checks and error codes of Twilio.
import { findHostFault } from '../../../../public-host.js';
import type { AccountStore } from '../../../accounts/account/store.js';
import { findMessageStatusCallback } from '../../../accounts/applications/format.js';
import type { ApplicationStore } from '../../../accounts/applications/store.js';
import { findRefusal, type RefusalDeps } from '../../../accounts/compliance/refusal.js';
import { textPrice } from '../../../numbers/pricing/tariff.js';
import { findPhoneNumber, isShortCode, type PhoneNumber } from '../../../platform/phone-number.js';
import { findFlag, findValue } from '../../../server/form.js';
import { invalidAddress, invalidParameter, TwilioProblem } from '../../../server/problem.js';
import { findWebUrl, isWebUrl } from '../../../webhooks/webhook-url.js';
import { type DestinationDeps, verifyDestination } from '../../destination.js';
import { type SubscriptionDeps, verifySubscribed } from '../../opt-outs/opt-outs.js';
import { findSendAt } from '../../scheduling.js';
import { countSegments } from '../../segments.js';
import {
  chooseSender,
  readSender,
  requireSender,
  type SenderFormDeps,
  type SenderPoolDeps,
} from '../../sender-selection.js';
import { encodeSmartly } from '../../smart-encoding.js';
import type { MessagingService } from '../services/store.js';
import { isValidityPeriod, readServiceSettings } from '../services/store.js';
import type { NewMessage } from './message.js';

/** Characters. */
const MAX_BODY = 1600;
const MAX_MEDIA = 10;
/** Characters. */
const MAX_CALLBACK = 4000;

/** The only bodies that a trial account may send; see https://www.twilio.com/docs/usage/trial-account. */
const TRIAL_TEMPLATE =
  /^sms_(2fa|appointment_reminders|order_confirmation|delivery_updates|customer_support|marketing_promotions|event_notifications|account_alerts|feedback_surveys|internal_alerts)$/;

/** An outgoing message that is not stored yet. */
export type OutboundDraft = NewMessage & {
  readonly direction: 'outbound-api' | 'outbound-call' | 'outbound-reply';
};

/** What reading the form needs. */
export interface MessageFormDeps
  extends SenderFormDeps,
    SenderPoolDeps,
    DestinationDeps,
    SubscriptionDeps,
    RefusalDeps {
  readonly pool: SenderFormDeps['pool'] & SenderPoolDeps['pool'];
  readonly accounts: Pick<AccountStore, 'fixed'>;
  readonly applications: Pick<ApplicationStore, 'find'>;
  /** Whether status callbacks to private hosts are refused, as Twilio does. */
  readonly strict: boolean;
  readonly now: () => number;
}

/**
 * The message that a form asks to send.
 *
 * @throws TwilioProblem with the code of https://www.twilio.com/docs/api/errors that applies first:
 *   missing parameters, then the sender, then the recipient, then the rest.
 */
export function readMessageForm(
  form: URLSearchParams,
  direction: OutboundDraft['direction'],
  deps: MessageFormDeps,
): OutboundDraft {
  const to = readRecipientText(form);
  requireSender(form);
  const { body: written, mediaUrls } = readContent(form);
  const hasMedia = mediaUrls.length > 0;
  const from = readSender(form, hasMedia, deps);
  const body = !hasMedia && isSmartlyEncoded(form, from.service) ? encodeSmartly(written) : written;
  const recipient = verifyRecipient(to, from.sender);
  verifyDestination(from.sender, recipient, deps);
  verifyTrial(body, deps);
  const validitySeconds = findValidity(form, from.service);
  const segments = countSegments(body);
  const price = textPrice(recipient.country, segments, hasMedia);
  const statusCallback = readStatusCallback(form, from.service, deps) ?? null;
  const sender = from.sender ?? chooseSender(from.service, recipient, hasMedia, deps);
  verifySubscribed(sender, recipient.number, from.service?.sid, deps);
  const refusal = findRefusal(sender, recipient.country, deps);
  return {
    sender,
    recipient: recipient.number,
    body,
    segments,
    mediaUrls,
    direction,
    price,
    statusCallback,
    serviceSid: from.service?.sid ?? null,
    refusal,
    validitySeconds,
    sendAt: findSendAt(form, from.service, deps.now()),
  };
}

/** The `To` parameter. @throws TwilioProblem 21604 when it is missing. */
export function readRecipientText(form: URLSearchParams): string {
  const to = findValue(form, 'To');
  if (to === undefined) throw new TwilioProblem(400, 21604, "A 'To' phone number is required.");
  return to;
}

/** The body and media of a message. @throws TwilioProblem 21655, 21602, 21617, 21619, 21620 or 21623. */
export function readContent(form: URLSearchParams): Pick<NewMessage, 'body' | 'mediaUrls'> {
  const contentSid = findValue(form, 'ContentSid');
  if (contentSid !== undefined) {
    const why = 'the sandbox has no content templates';
    throw new TwilioProblem(400, 21655, `The ContentSid ${contentSid} is invalid: ${why}`);
  }
  const body = form.get('Body') ?? '';
  const mediaUrls = form.getAll('MediaUrl').filter((url) => url !== '');
  if (body === '' && mediaUrls.length === 0) {
    if (form.has('Body')) throw new TwilioProblem(400, 21602, 'Message body is required.');
    throw new TwilioProblem(400, 21619, 'A text message body or media urls must be specified.');
  }
  if (body.length > MAX_BODY) {
    throw new TwilioProblem(
      400,
      21617,
      `The concatenated message body exceeds the ${MAX_BODY} character limit`,
    );
  }
  if (mediaUrls.length > MAX_MEDIA) {
    throw new TwilioProblem(400, 21623, 'Number of media files exceeds allowed limit');
  }
  if (!mediaUrls.every(isWebUrl)) throw new TwilioProblem(400, 21620, 'Invalid media URL(s)');
  return { body, mediaUrls };
}

function verifyRecipient(to: string, sender: string | undefined): PhoneNumber {
  if (isShortCode(to)) throw new TwilioProblem(400, 21265, "'To' number cannot be a Short Code");
  const recipient = findPhoneNumber(to);
  if (!recipient) {
    throw invalidAddress(21211, 'To', to, `The 'To' number ${to} is not a valid phone number.`);
  }
  if (recipient.number === sender) {
    throw new TwilioProblem(400, 21266, "'To' and 'From' numbers cannot be the same");
  }
  return recipient;
}

function verifyTrial(body: string, { accounts }: MessageFormDeps): void {
  if (accounts.fixed.type === 'Full' || TRIAL_TEMPLATE.test(body)) return;
  const message = 'Invalid template name. Trial accounts can only use predefined SMS templates.';
  throw new TwilioProblem(400, 572006, message);
}

/** Smart encoding is on by default with a service, and off with a number alone. */
function isSmartlyEncoded(form: URLSearchParams, service: MessagingService | undefined): boolean {
  return findFlag(form, 'SmartEncoded') ?? service?.settings.smartEncoding === true;
}

/** The validity period in seconds: the form's, else its service's; undefined if neither sets one. */
function findValidity(form: URLSearchParams, service: MessagingService | undefined): number | undefined {
  const seconds = findValue(form, 'ValidityPeriod');
  if (seconds === undefined) return service && readServiceSettings(service).validitySeconds;
  if (!isValidityPeriod(seconds))
    throw new TwilioProblem(400, 21624, `Invalid validity period value: ${seconds}`);
  return Number(seconds);
}

/** The status callback in order of precedence: the form's own, its application's, its service's. */
function readStatusCallback(
  form: URLSearchParams,
  service: MessagingService | undefined,
  { applications, strict }: MessageFormDeps,
): string | undefined {
  const own = findValue(form, 'StatusCallback');
  const applicationSid = findValue(form, 'ApplicationSid');
  const application = applicationSid === undefined ? undefined : applications.find(applicationSid);
  if (applicationSid !== undefined && !application) throw invalidParameter('ApplicationSid', applicationSid);
  const url =
    own ??
    (application && findMessageStatusCallback(application)) ??
    (service && readServiceSettings(service).statusCallback);
  if (url !== undefined && !isStatusCallback(url, strict)) {
    throw new TwilioProblem(400, 21609, `The StatusCallback URL ${url} is not a valid URL.`);
  }
  return url;
}

function isStatusCallback(text: string, strict: boolean): boolean {
  const url = text.length <= MAX_CALLBACK ? findWebUrl(text) : undefined;
  return (
    url !== undefined && !url.hostname.includes('_') && !(strict && findHostFault(url.hostname) !== undefined)
  );
}
