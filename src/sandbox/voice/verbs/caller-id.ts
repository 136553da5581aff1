// Decides what number a dialled phone is shown.
import { findPhoneNumber } from '../../platform/phone-number.js';
import type { Dial } from '../../twiml/voice/verbs.js';
import { alertOf } from '../execution/alert.js';
import type { CallExecution } from '../execution/execution.js';

/**
 * The caller id of a `<Dial>`: the caller's number, unless it says another one. That may be either number of the call,
 * a number of the account or one verified for it; see https://www.twilio.com/docs/voice/twiml/dial#callerid. In a call
 * that the account placed, the default is that call's `From`; Twilio does not say.
 *
 * @returns undefined, after an alert, for one that may not be shown: nobody is called then
 */
export function findCallerId(run: CallExecution, { callerId }: Dial): string | undefined {
  const { sender, recipient } = run.leg.call();
  // The sender is a word, and no number, when it is withheld.
  if (callerId === undefined || callerId === sender) return sender;
  const number = findPhoneNumber(callerId)?.number;
  if (number === undefined) {
    alertOf(run, run.url, 13247, `Dial: Invalid From number (caller ID): ${callerId}`);
    return undefined;
  }
  const { numbers, callerIds } = run.world;
  if ([sender, recipient].includes(number) || numbers.owned().has(number) || callerIds.isVerified(number)) {
    return number;
  }
  alertOf(run, run.url, 13214, `Dial: Invalid callerId value: ${number}`, 'warning');
  return undefined;
}
