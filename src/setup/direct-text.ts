// Sends a verification text from the main number without an app, always a new one, and follows it.
import { RelayPhoneError } from '../errors.js';
import { reconcileInterrupted } from './run.js';
import type { Setup } from './setup.js';
import { sameNumber, verificationTextStep } from './steps/verification-text.js';
import { followVerificationText, sendVerificationText } from './verification.js';

/**
 * Sends it to `to`; how it fared is in the facts and the journal.
 *
 * @returns the same in words
 * @throws RelayPhoneError `needsUser` without a main number, else as {@link sendVerificationText}.
 */
export async function sendDirectText(setup: Setup, to: string): Promise<string> {
  const { mainNumber: from } = setup.settings;
  if (from === undefined) throw noMainNumber();
  if (from === to) throw sameNumber(to);
  await reconcileInterrupted(setup, verificationTextStep);
  return followVerificationText(setup, await sendVerificationText(setup, from, to));
}

function noMainNumber(): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'send the verification text',
    reason: 'there is no main number to send it from',
    tryNext: ['relay-phone init, which finds or buys one', 'or set TWILIO_MAIN_NUMBER'],
  });
}
