// Sends a text from a phone to a number of the account.
import { RelayPhoneError } from '../../../errors.js';
import type { NumberStore, OwnedNumber } from '../../numbers/incoming-phone-numbers/store.js';
import type { Clock } from '../../platform/clock.js';
import type { OpenTraces } from '../../platform/events/open-traces.js';
import type { EventStream } from '../../platform/events/stream.js';
import { findPhoneNumber } from '../../platform/phone-number.js';
import { SandboxStopped, type WebhookDispatch } from '../../webhooks/dispatch.js';
import { WebhookFailure } from '../../webhooks/failure.js';
import type { WebhookNetwork } from '../../webhooks/http-request.js';
import { findWebUrl } from '../../webhooks/webhook-url.js';
import {
  type DownloadPlan,
  download,
  findDataFile,
  guessContentType,
  type MediaFile,
} from '../media/download.js';
import { MAX_MEDIA_BYTES } from '../media/fetch-media.js';
import type { SentText, TextGateway, TextUnderway } from '../text-gateway.js';
import type { InboundMessages } from './inbound.js';

const MAX_BODY = 1600;
const MAX_MEDIA = 10;
/** See https://www.twilio.com/docs/api/errors/11751. */
const TOO_LARGE = 'Media exceeds messaging provider size limit (11751)';

/** What sending from a phone needs. */
export interface TextFromPhoneDeps {
  readonly clock: Clock;
  readonly numbers: Pick<NumberStore, 'findByNumber' | 'owned'>;
  readonly webhooks: Pick<WebhookDispatch, 'stopSignal'>;
  readonly network: WebhookNetwork;
  readonly events: Pick<EventStream, 'begin'>;
  readonly traces: OpenTraces;
  readonly phones: Pick<TextGateway, 'keepSent'>;
  readonly inbound: Pick<InboundMessages, 'receive'>;
}

/**
 * Sends a text from a phone. Resolves when the text has left the phone.
 *
 * @throws RelayPhoneError `usage` if it cannot be sent, `interrupted` if the sandbox stops meanwhile.
 */
export async function sendTextFromPhone(text: SentText, deps: TextFromPhoneDeps): Promise<TextUnderway> {
  const number = verifyText(text, deps);
  const files = text.mediaUrls.length === 0 ? [] : await loadFiles(text, deps);
  const sent = {
    from: text.from,
    to: number.phoneNumber,
    body: toStorable(text.body),
    mediaUrls: text.mediaUrls.map(shortenDataUrl),
  };
  const trace = deps.events.begin({ kind: 'phone.texts', ...sent });
  const { traceId } = trace;
  const keep = (messageSid: string | null) => deps.phones.keepSent(sent, messageSid, deps.clock.now());
  const received = deps.inbound.receive(sent, files, number, trace, keep);
  const outcome = deps.clock.during(deps.traces.during(traceId, received)).catch(explainStop);
  // Not every caller waits for the outcome.
  outcome.catch(() => {});
  return { traceId, outcome };
}

/** @throws RelayPhoneError `interrupted` instead of SandboxStopped. */
function explainStop(error: unknown): never {
  throw error instanceof SandboxStopped ? interrupted(error) : error;
}

/** Reads the files of a text. @throws as {@link sendTextFromPhone} does. */
function loadFiles({ from, mediaUrls }: SentText, deps: TextFromPhoneDeps): Promise<MediaFile[]> {
  const { clock, network, webhooks } = deps;
  const plan = { network, signal: webhooks.stopSignal(), maxBytes: MAX_MEDIA_BYTES };
  const loadAll = async () => {
    const files: MediaFile[] = [];
    for (const url of mediaUrls) files.push(await loadFile(url, from, plan));
    if (files.reduce((sum, { bytes }) => sum + bytes.length, 0) > MAX_MEDIA_BYTES) {
      throw cannotSend(from, `${TOO_LARGE}: its files have more than 5 MB together`);
    }
    return files;
  };
  return clock.during(loadAll()).catch(explainStop);
}

/** A phone sends files that it has: if one cannot be fetched, no text is sent. */
async function loadFile(url: string, from: string, plan: DownloadPlan): Promise<MediaFile> {
  try {
    const file = findDataFile(url) ?? (await download(url, plan));
    return { ...file, contentType: file.contentType || guessContentType(url) };
  } catch (error) {
    if (!(error instanceof WebhookFailure)) throw error;
    throw cannotSend(from, `${url} could not be fetched: ${error.message} (${error.code})`);
  }
}

/** Cuts the data off a data URL: the file is stored once, not again with every copy of the URL. */
function shortenDataUrl(url: string): string {
  return findWebUrl(url) ? url : url.replace(/,.*$/s, ',');
}

/** Drops NULs, at which SQLite would end the text, and replaces lone surrogates, which UTF-8 cannot hold. */
function toStorable(body: string): string {
  return Buffer.from(body.replaceAll('\0', '')).toString();
}

function verifyText({ from, to, body, mediaUrls }: SentText, { numbers }: TextFromPhoneDeps): OwnedNumber {
  const recipient = findPhoneNumber(to)?.number ?? to;
  const number = numbers.findByNumber(recipient);
  if (!number) throw cannotSend(from, `the account does not own ${recipient}`, 'buy it first');
  if (numbers.owned().has(from)) {
    throw cannotSend(from, 'the account owns that number, so it is not a phone', '--from +12025550190');
  }
  if (body === '' && mediaUrls.length === 0) throw cannotSend(from, 'the text has no body and no media');
  if (body.length > MAX_BODY) throw cannotSend(from, `the body is longer than ${MAX_BODY} characters`);
  if (mediaUrls.length > MAX_MEDIA) throw cannotSend(from, `the text has more than ${MAX_MEDIA} media files`);
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
