// Texts a code to a phone, once, and leaves nothing behind when it cannot go.
import { randomInt } from 'node:crypto';
import { explainTwilioFailure, mayHaveHappened } from '../../twilio/failure.js';
import { listTwilioMessages } from '../listed-messages.js';
import { formatCode } from '../policy/notices.js';
import type { Relay } from '../relay.js';
import type { Phone } from '../store/phones.js';
import { HttpError } from '../webhooks/guard.js';
import type { UserApi } from './api.js';

/** Milliseconds that Twilio's clock and ours may differ by. */
const CLOCK_SKEW_MS = 10 * 60_000;

/** Six digits that nobody can guess. */
export function createCode(): string {
  return randomInt(1_000_000).toString().padStart(6, '0');
}

/**
 * The number from which the owner is texted.
 *
 * @throws Unwelcome 503 when there is none.
 */
export function findMainNumber({ mainNumber }: Pick<UserApi, 'mainNumber'>): string {
  if (mainNumber) return mainNumber;
  throw new HttpError(
    503,
    'There is no main number to send texts from: run relay-phone init, then start serve again.',
  );
}

/**
 * Sends a phone its code. After an unclear answer Twilio's list says whether it went.
 *
 * @throws RelayPhoneError when it did not; then the phone is forgotten. When even that cannot be seen it stays: the
 * text may still come.
 */
export async function sendCode(relay: Relay, api: UserApi, from: string, phone: Phone): Promise<void> {
  const { number: to, code } = phone;
  const body = formatCode(code);
  try {
    await api.client.account.messages.create({ from, to, body });
  } catch (error) {
    if (!mayHaveHappened(error) || !(await isSent(api, { from, to, body }, phone))) {
      relay.phones.remove(phone.id);
      throw explainTwilioFailure(`send a code to ${to}`, error);
    }
  }
  relay.emit({ kind: 'code.sent', from, to });
}

interface SentCode {
  readonly from: string;
  readonly to: string;
  readonly body: string;
}

/** The code makes the body its own fingerprint; old trial accounts put a heading in front of it. */
async function isSent({ client }: UserApi, { from, to, body }: SentCode, phone: Phone): Promise<boolean> {
  try {
    const oldest = (phone.sentAt ?? 0) - CLOCK_SKEW_MS;
    for await (const row of listTwilioMessages(client, { from, to }, oldest)) {
      if (row.body.endsWith(body)) return true;
    }
    return false;
  } catch (error) {
    throw explainTwilioFailure(`see whether a code went to ${to} (should it come, it counts)`, error);
  }
}
