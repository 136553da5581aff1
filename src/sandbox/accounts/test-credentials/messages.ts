// Sends texts with test credentials: magic numbers and their errors.
import { readContent, readRecipientText } from '../../messaging/api/messages/create-form.js';
import { formatMessage } from '../../messaging/api/messages/routes.js';
import { countSegments } from '../../messaging/segments.js';
import { createHex32 } from '../../platform/formats.js';
import { findPhoneNumber } from '../../platform/phone-number.js';
import { findValue } from '../../server/form.js';
import { TwilioProblem } from '../../server/problem.js';

const SENDER = '+15005550006';

/**
 * Returns the answer to a text; it is not stored, charged or delivered.
 * See https://www.twilio.com/docs/iam/test-credentials.
 *
 * @throws TwilioProblem with the error of the magic number; `From` is checked first, then the text itself
 */
export function sendTestMessage(form: URLSearchParams, accountSid: string, at: number) {
  const to = readRecipientText(form);
  const from = findValue(form, 'From');
  if (from === undefined) throw new TwilioProblem(400, 21603, "A 'From' phone number is required.");
  verifySender(from);
  const { body, mediaUrls } = readContent(form);
  const recipient = verifyRecipient(to, mediaUrls.length > 0 ? 'MMS' : 'SMS');
  return formatMessage(accountSid, {
    seq: 0,
    sid: (mediaUrls.length > 0 ? 'MM' : 'SM') + createHex32(),
    sender: from,
    recipient,
    body,
    segments: countSegments(body),
    mediaUrls: JSON.stringify(mediaUrls),
    direction: 'outbound-api',
    status: 'queued',
    errorCode: null,
    price: 0,
    statusCallback: null,
    createdAt: at,
    updatedAt: at,
    sentAt: null,
    inTransit: null,
    serviceSid: null,
    refusal: null,
    dueAt: null,
    expiresAt: null,
  });
}

function verifySender(from: string): void {
  if (from === SENDER) return;
  if (from === '+15005550001') {
    const what = 'is not a valid phone number, shortcode, or alphanumeric sender ID.';
    throw new TwilioProblem(400, 21212, `The 'From' number ${from} ${what}`);
  }
  if (from === '+15005550008') throw new TwilioProblem(429, 21611, 'SMS queue is full.');
  const what = 'is not a valid, SMS-capable inbound phone number or short code for your account.';
  throw new TwilioProblem(400, 21606, `The From phone number ${from} ${what}`);
}

function verifyRecipient(to: string, kind: string): string {
  const refusals: Record<string, [number, string]> = {
    '+15005550002': [
      21612,
      `The 'To' phone number: ${to}, is not currently reachable using the 'From' phone number: ${SENDER} via ${kind}.`,
    ],
    '+15005550003': [
      21408,
      `Permission to send an SMS has not been enabled for the region indicated by the 'To' number: ${to}.`,
    ],
    '+15005550004': [21610, 'Attempt to send to unsubscribed recipient'],
    '+15005550009': [21614, `To number: ${to}, is not a mobile number`],
  };
  const [code, message] = refusals[to] ?? [];
  if (code !== undefined && message !== undefined) throw new TwilioProblem(400, code, message);
  const number = to === '+15005550001' ? undefined : findPhoneNumber(to)?.number;
  if (number === undefined)
    throw new TwilioProblem(400, 21211, `The 'To' number ${to} is not a valid phone number.`);
  return number;
}
