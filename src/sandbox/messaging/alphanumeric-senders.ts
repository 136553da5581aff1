// Alphanumeric sender IDs: which texts can be one, and to which countries they send.
import type { PhoneNumber } from '../platform/phone-number.js';
import { TwilioProblem } from '../server/problem.js';

/** Up to eleven of these characters; {@link isAlphanumericSender} requires a letter too. */
const CHARACTERS = /^[A-Za-z0-9 \-+_&]{1,11}$/;

/**
 * Countries outside of North America whose networks replace or refuse such senders. Countries that require a
 * registration are not listed: the account counts as registered. Twilio keeps its list in
 * https://help.twilio.com/articles/223133767; only North America is certain.
 */
const WITHOUT = new Set(['AR', 'BR', 'CL', 'CN', 'CO', 'KR', 'MX', 'MY', 'TW']);

/** True if a text can be an alphanumeric sender ID. See https://www.twilio.com/docs/glossary/what-alphanumeric-sender-id. */
export function isAlphanumericSender(text: string): boolean {
  return CHARACTERS.test(text) && /[A-Za-z]/.test(text);
}

/**
 * Checks that an alphanumeric sender ID can send to a recipient.
 *
 * @throws TwilioProblem 21657, see https://www.twilio.com/docs/api/errors/21657.
 */
export function verifyAlphanumericDestination(sender: string, { callingCode, country }: PhoneNumber): void {
  if (callingCode !== '1' && !(country !== undefined && WITHOUT.has(country))) return;
  const what = `${sender} cannot be used to send to ${country ?? `+${callingCode}`}`;
  throw new TwilioProblem(400, 21657, `The Sender ID is invalid: ${what}`);
}
