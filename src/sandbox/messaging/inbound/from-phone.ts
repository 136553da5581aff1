// Sends a text from a phone to the account.
import { RelayPhoneError } from '../../../errors.js';
import type { OwnedNumber } from '../../numbers/incoming-phone-numbers/store.js';
import type { SentText, TextOutcome } from '../../phones/sent-text.js';
import { findPhoneNumber } from '../../platform/phone-number.js';
import { SandboxStopped } from '../../webhooks/dispatch.js';
import { WebhookFailure } from '../../webhooks/failure.js';
import type { WebhookNetwork } from '../../webhooks/http-request.js';
import { findWebUrl } from '../../webhooks/settings.js';
import type { World } from '../../world.js';
import { guessContentType } from '../media/content-type.js';
import { findDataFile } from '../media/data-url.js';
import { type DownloadPlan, download, type WebFile } from '../media/download.js';
import { MOST_BYTES } from '../media/limits.js';
import { receiveText } from './inbound.js';

const MAX_BODY = 1600;
const MAX_MEDIA = 10;

/**
 * Sends a text, and resolves when the app's answer was carried out.
 *
 * @throws RelayPhoneError `usage` when it cannot be sent, `interrupted` when the sandbox stops meanwhile.
 */
export async function sendFromPhone(
  world: World,
  text: SentText,
  network: WebhookNetwork,
): Promise<TextOutcome> {
  const number = verifyText(text, world);
  try {
    return await world.clock.during(send(world, text, number, network));
  } catch (error) {
    if (error instanceof SandboxStopped) throw interrupted(error);
    throw error;
  }
}

async function send(
  world: World,
  { from, body, mediaUrls }: SentText,
  number: OwnedNumber,
  network: WebhookNetwork,
): Promise<TextOutcome> {
  const files: WebFile[] = [];
  const signal = world.webhooks.life();
  for (const url of mediaUrls) files.push(await pickUp(url, from, { network, signal, most: MOST_BYTES }));
  const text = { from, to: number.phoneNumber, body: toStorable(body), mediaUrls: mediaUrls.map(shorten) };
  return receiveText(world, text, files, number);
}

/** A phone has what it sends: where that cannot be had, there is no text. */
async function pickUp(url: string, from: string, plan: DownloadPlan): Promise<WebFile> {
  try {
    const file = findDataFile(url) ?? (await download(url, plan));
    return { ...file, contentType: file.contentType || guessContentType(url) };
  } catch (error) {
    if (!(error instanceof WebhookFailure)) throw error;
    throw cannotSend(from, `${url} could not be fetched: ${error.message} (${error.code})`);
  }
}

/** A file that stands in its URL is kept once, and not in everything that shows the URL. */
function shorten(url: string): string {
  return findWebUrl(url) ? url : url.replace(/,.*$/s, ',');
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
  if (!mediaUrls.every((url) => findWebUrl(url) ?? findDataFile(url))) {
    throw cannotSend(from, 'mediaUrls must be http, https or data URLs');
  }
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
