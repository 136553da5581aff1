// Reads the form that sends a message, and refuses what Twilio refuses.
import { findValue } from '../../form.js';
import { findPhoneNumber, type PhoneNumber } from '../../numbers/phone-number.js';
import { findBlock } from '../../numbers/stock.js';
import { invalidParameter, TwilioProblem } from '../../problem.js';
import type { World } from '../../world.js';
import { findMessageStatusCallback } from '../applications/format.js';
import { textPrice } from '../pricing/tariff.js';
import { findWebUrl, isWebUrl } from '../webhook-settings.js';
import { isPrivateHost } from './private-host.js';
import { countSegments } from './segments.js';
import type { Draft } from './store.js';

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
export function readDraft(form: URLSearchParams, world: World): Draft {
  const to = readRecipientText(form);
  const from = readFrom(form);
  const { body, mediaUrls } = readContent(form);
  const sender = verifySender(from, mediaUrls, world);
  const recipient = verifyRecipient(to, sender);
  verifyTrial(body, world);
  verifyValidity(form);
  const segments = countSegments(body);
  const price = textPrice(recipient.country, segments, mediaUrls.length > 0);
  const statusCallback = readStatusCallback(form, world) ?? null;
  return { sender, recipient: recipient.number, body, segments, mediaUrls, price, statusCallback };
}

/** The `To` parameter. @throws TwilioProblem 21604 when it is missing. */
export function readRecipientText(form: URLSearchParams): string {
  const to = findValue(form, 'To');
  if (to === undefined) throw new TwilioProblem(400, 21604, "A 'To' phone number is required.");
  return to;
}

function readFrom(form: URLSearchParams): string {
  const from = findValue(form, 'From');
  if (from !== undefined) return from;
  if (!form.get('MessagingServiceSid')) {
    throw new TwilioProblem(400, 21603, "A 'From' phone number is required.");
  }
  throw new TwilioProblem(404, 21701, 'The Messaging Service does not exist');
}

/** What a message says and shows. @throws TwilioProblem 21602, 21617, 21619, 21620 or 21623. */
export function readContent(form: URLSearchParams): Pick<Draft, 'body' | 'mediaUrls'> {
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

function verifySender(from: string, mediaUrls: readonly string[], { numbers, accountSid }: World): string {
  const sender = findPhoneNumber(from)?.number;
  if (sender === undefined) {
    const what = 'is not a valid phone number, shortcode, or alphanumeric sender ID.';
    throw new TwilioProblem(400, 21212, `The 'From' number ${from} ${what}`);
  }
  const block = findBlock(sender);
  if (!block) {
    const what = 'is not a Twilio phone number or Short Code country mismatch';
    throw new TwilioProblem(400, 21659, `'From' ${sender} ${what}`);
  }
  if (!numbers.owned().has(sender)) {
    throw new TwilioProblem(
      400,
      21660,
      `Mismatch between the 'From' number ${sender} and the account ${accountSid}`,
    );
  }
  if (mediaUrls.length > 0 && !block.capabilities.mms) {
    throw new TwilioProblem(400, 21621, "The 'From' number has not been enabled for MMS");
  }
  return sender;
}

function verifyRecipient(to: string, sender: string): PhoneNumber {
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

function verifyValidity(form: URLSearchParams): void {
  const seconds = findValue(form, 'ValidityPeriod');
  if (
    seconds === undefined ||
    (/^\d{1,5}$/.test(seconds) && Number(seconds) >= 1 && Number(seconds) <= 36_000)
  )
    return;
  throw new TwilioProblem(400, 21624, `Invalid validity period value: ${seconds}`);
}

/** The form's own callback wins over its application's. */
function readStatusCallback(form: URLSearchParams, world: World): string | undefined {
  const own = findValue(form, 'StatusCallback');
  const applicationSid = findValue(form, 'ApplicationSid');
  const application = applicationSid === undefined ? undefined : world.applications.find(applicationSid);
  if (applicationSid !== undefined && !application) throw invalidParameter('ApplicationSid', applicationSid);
  const url = own ?? (application && findMessageStatusCallback(application));
  if (url !== undefined && !isCallback(url, world.strict)) {
    throw new TwilioProblem(400, 21609, `The StatusCallback URL ${url} is not a valid URL.`);
  }
  return url;
}

function isCallback(text: string, strict: boolean): boolean {
  const url = text.length <= MAX_CALLBACK ? findWebUrl(text) : undefined;
  return url !== undefined && !url.hostname.includes('_') && !(strict && isPrivateHost(url));
}
