// Reads the form that sends a message, and refuses what Twilio refuses.

import { findMessageStatusCallback } from '../../accounts/applications/format.js';
import { findRefusal } from '../../accounts/compliance/refusal.js';
import { textPrice } from '../../numbers/pricing/tariff.js';
import { findPhoneNumber, isShortCode, type PhoneNumber } from '../../platform/phone-number.js';
import { findFlag, findValue } from '../../server/form.js';
import { invalidParameter, TwilioProblem } from '../../server/problem.js';
import { isPrivateHost } from '../../webhooks/private-host.js';
import { findWebUrl, isWebUrl } from '../../webhooks/settings.js';
import type { World } from '../../world.js';
import { verifySubscribed } from '../opt-outs/opt-outs.js';
import { countSegments } from '../segments.js';
import { chooseSender } from '../services/sender.js';
import { isValidity, readServiceSettings } from '../services/settings.js';
import type { MessagingService } from '../services/store.js';
import { encodeSmartly } from '../smart-encoding.js';
import type { NewMessage } from '../store/messages.js';
import type { OutboundDraft } from '../submit.js';
import { findSendAt } from './schedule.js';
import { readSender, requireSender } from './sender.js';

const MAX_BODY = 1600;
const MAX_MEDIA = 10;
const MAX_CALLBACK = 4000;

/** The whole of what a trial account may say; see https://www.twilio.com/docs/usage/trial-account. */
const TRIAL_TEMPLATE =
  /^sms_(2fa|appointment_reminders|order_confirmation|delivery_updates|customer_support|marketing_promotions|event_notifications|account_alerts|feedback_surveys|internal_alerts)$/;

/**
 * The message a form asks to send.
 *
 * @throws TwilioProblem with the code of https://www.twilio.com/docs/api/errors that applies first:
 *   what is missing, then the sender, then the recipient, then the rest.
 */
export function readDraft(form: URLSearchParams, world: World): OutboundDraft {
  const to = readRecipientText(form);
  requireSender(form);
  const { body: written, mediaUrls } = readContent(form);
  const hasMedia = mediaUrls.length > 0;
  const origin = readSender(form, hasMedia, world);
  const body = !hasMedia && isSmartlyEncoded(form, origin.service) ? encodeSmartly(written) : written;
  const recipient = verifyRecipient(to, origin.sender);
  verifyTrial(body, world);
  const validity = findValidity(form, origin.service);
  const segments = countSegments(body);
  const price = textPrice(recipient.country, segments, hasMedia);
  const statusCallback = readStatusCallback(form, origin.service, world) ?? null;
  const sender = origin.sender ?? chooseSender(origin.service, recipient, hasMedia, world);
  verifySubscribed(world, sender, recipient.number, origin.service?.sid);
  const refusal = findRefusal(sender, recipient.country, world);
  return {
    sender,
    recipient: recipient.number,
    body,
    segments,
    mediaUrls,
    direction: 'outbound-api',
    price,
    statusCallback,
    serviceSid: origin.service?.sid ?? null,
    refusal,
    validity,
    sendAt: findSendAt(form, origin.service, world.now()),
  };
}

/** The `To` parameter. @throws TwilioProblem 21604 when it is missing. */
export function readRecipientText(form: URLSearchParams): string {
  const to = findValue(form, 'To');
  if (to === undefined) throw new TwilioProblem(400, 21604, "A 'To' phone number is required.");
  return to;
}

/** What a message says and shows. @throws TwilioProblem 21602, 21617, 21619, 21620 or 21623. */
export function readContent(form: URLSearchParams): Pick<NewMessage, 'body' | 'mediaUrls'> {
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
  if (!recipient) throw new TwilioProblem(400, 21211, `The 'To' number ${to} is not a valid phone number.`);
  if (recipient.number === sender) {
    throw new TwilioProblem(400, 21266, "'To' and 'From' numbers cannot be the same");
  }
  return recipient;
}

function verifyTrial(body: string, { accounts }: World): void {
  if (accounts.fixed.type === 'Full' || TRIAL_TEMPLATE.test(body)) return;
  const message = 'Invalid template name. Trial accounts can only use predefined SMS templates.';
  throw new TwilioProblem(400, 572006, message);
}

/** Services do it unless they are told not to; numbers only do when they are asked to. */
function isSmartlyEncoded(form: URLSearchParams, service: MessagingService | undefined): boolean {
  return findFlag(form, 'SmartEncoded') ?? service?.settings.smartEncoding === true;
}

/** How many seconds the message is worth sending: as the form says, or as its service does. */
function findValidity(form: URLSearchParams, service: MessagingService | undefined): number | undefined {
  const seconds = findValue(form, 'ValidityPeriod');
  if (seconds === undefined) return service && readServiceSettings(service).validityPeriod;
  if (!isValidity(seconds)) throw new TwilioProblem(400, 21624, `Invalid validity period value: ${seconds}`);
  return Number(seconds);
}

/** The form's own callback wins over its application's, and that over its service's. */
function readStatusCallback(
  form: URLSearchParams,
  service: MessagingService | undefined,
  world: World,
): string | undefined {
  const own = findValue(form, 'StatusCallback');
  const applicationSid = findValue(form, 'ApplicationSid');
  const application = applicationSid === undefined ? undefined : world.applications.find(applicationSid);
  if (applicationSid !== undefined && !application) throw invalidParameter('ApplicationSid', applicationSid);
  const url =
    own ??
    (application && findMessageStatusCallback(application)) ??
    (service && readServiceSettings(service).statusCallback);
  if (url !== undefined && !isCallback(url, world.strict)) {
    throw new TwilioProblem(400, 21609, `The StatusCallback URL ${url} is not a valid URL.`);
  }
  return url;
}

function isCallback(text: string, strict: boolean): boolean {
  const url = text.length <= MAX_CALLBACK ? findWebUrl(text) : undefined;
  return url !== undefined && !url.hostname.includes('_') && !(strict && isPrivateHost(url));
}
