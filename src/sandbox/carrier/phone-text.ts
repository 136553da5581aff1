// Sends a text from a phone to the account.
import { RelayPhoneError } from '../../errors.js';
import { findPhoneNumber } from '../numbers/phone-number.js';
import type { SentText, TextOutcome } from '../phones/sent-text.js';
import type { OwnedNumber } from '../resources/incoming-phone-numbers/store.js';
import { isWebUrl } from '../resources/webhook-settings.js';
import { SandboxStopped } from '../webhooks/sender.js';
import type { World } from '../world.js';
import { receiveText } from './inbound.js';

const MAX_BODY = 1600;
const MAX_MEDIA = 10;

/**
 * Sends a text, and resolves when the app's answer was carried out.
 *
 * @throws RelayPhoneError `usage` when it cannot be sent, `interrupted` when the sandbox stops meanwhile.
 */
export async function sendFromPhone(world: World, text: SentText): Promise<TextOutcome> {
  const number = verifyText(text, world);
  const sent = { ...text, to: number.phoneNumber, body: toStorable(text.body) };
  try {
    return await world.clock.during(receiveText(world, sent, number));
  } catch (error) {
    if (error instanceof SandboxStopped) throw interrupted(error);
    throw error;
  }
}

/** SQLite would end the text at a NUL, and knows no halves of characters. */
function toStorable(body: string): string {
  return Buffer.from(body.replaceAll('\0', '')).toString();
}

function verifyText({ from, to, body, mediaUrls }: SentText, { numbers }: World): OwnedNumber {
  const recipient = findPhoneNumber(to)?.number ?? to;
  const number = numbers.findByNumber(recipient);
  if (!number) throw cannotSend(from, `${recipient} is no number of the account`, 'buy it first');
  if (numbers.owned().has(from)) {
    throw cannotSend(from, 'that number belongs to the account, and is no phone', '--from +12025550190');
  }
  if (body === '' && mediaUrls.length === 0) throw cannotSend(from, 'it says and shows nothing');
  if (body.length > MAX_BODY) throw cannotSend(from, `it is longer than ${MAX_BODY} characters`);
  if (mediaUrls.length > MAX_MEDIA) throw cannotSend(from, `it has more than ${MAX_MEDIA} pictures`);
  if (!mediaUrls.every(isWebUrl)) throw cannotSend(from, 'mediaUrls must be http or https URLs');
  return number;
}

function cannotSend(from: string, reason: string, ...tryNext: string[]): RelayPhoneError {
  return new RelayPhoneError({ kind: 'usage', task: `send a text from ${from}`, reason, tryNext });
}

function interrupted(cause: SandboxStopped): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'interrupted',
    task: 'send the text',
    reason: 'the sandbox was closed or reset before the app had answered',
    cause,
  });
}
