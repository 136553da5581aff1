// Fetches the media of an outgoing message before it is sent, and checks their types and sizes.
import type { AlertStore } from '../../accounts/alerts/store.js';
import { createConcurrencyLimit } from '../../platform/concurrency-limit.js';
import type { EventStream } from '../../platform/events/stream.js';
import type { WebhookDispatch } from '../../webhooks/dispatch.js';
import { WebhookFailure } from '../../webhooks/failure.js';
import type { WebhookNetwork } from '../../webhooks/http-request.js';
import type { FetchedMedia, Media, MediaStore } from '../api/media/store.js';
import type { InFlightMessage } from '../delivery/outcome.js';
import { download, type MediaFile } from './download.js';

/** What fetching media needs. */
export interface MediaFetcherDeps {
  readonly media: MediaStore;
  readonly alerts: AlertStore;
  readonly events: EventStream;
  readonly webhooks: Pick<WebhookDispatch, 'stopSignal'>;
  readonly network: WebhookNetwork;
}

/** How many messages may have their media fetched at once: each holds all its files in memory. */
const MAX_AT_ONCE = 10;

/**
 * Creates the function that fetches the media of a message. If a file cannot be fetched, an alert is added, and the
 * message fails with the same error code. Twilio documents these codes for messages, but not the status `failed`.
 *
 * @returns null, or the code with which the message fails
 */
export function createMediaFetcher(
  deps: MediaFetcherDeps,
): (entry: InFlightMessage) => Promise<number | null> {
  const limit = createConcurrencyLimit(MAX_AT_ONCE);
  return (entry) => limit(() => fetchMedia(entry, deps));
}

async function fetchMedia(entry: InFlightMessage, deps: MediaFetcherDeps): Promise<number | null> {
  const { media, network } = deps;
  const { sid } = entry.message;
  const signal = deps.webhooks.stopSignal();
  signal.throwIfAborted();
  const fetched: FetchedMedia[] = [];
  for (const medium of media.all(sid)) {
    try {
      const file = await download(medium.url, { network, maxBytes: MAX_MEDIA_BYTES, signal });
      verifyFile(file);
      fetched.push({ medium, file });
      verifyTotal(fetched.map((each) => each.file));
      report(entry, medium, { file }, deps);
    } catch (error) {
      if (!(error instanceof WebhookFailure)) throw error;
      alert(entry, medium, error, deps);
      report(entry, medium, { failure: error }, deps);
      return error.code;
    }
  }
  media.fill(fetched);
  return null;
}

function report(
  { message, trace }: InFlightMessage,
  { url }: Media,
  { file, failure }: { readonly file?: MediaFile; readonly failure?: WebhookFailure },
  { events }: MediaFetcherDeps,
): void {
  events.emit({
    kind: 'media.fetched',
    ...trace,
    sid: message.sid,
    url,
    contentType: file?.contentType ?? null,
    size: file?.bytes.length ?? 0,
    errorCode: failure?.code ?? null,
    failure: failure?.message ?? null,
  });
}

function alert(
  { message }: InFlightMessage,
  { url }: Media,
  failure: WebhookFailure,
  { alerts }: MediaFetcherDeps,
): void {
  alerts.add({
    errorCode: failure.code,
    logLevel: 'error',
    message: failure.message,
    requestUrl: url,
    requestMethod: 'GET',
    resourceSid: message.sid,
    serviceSid: message.serviceSid,
  });
}

const KIB = 1024;

/** The maximum size of all media of a message together, bytes. */
export const MAX_MEDIA_BYTES = 5 * KIB * KIB;
/** The maximum size of a file that Twilio does not convert for the phone, bytes. */
const MAX_OTHER_BYTES = 500 * KIB;

const FORMATTED_TYPES = ['image/jpeg', 'image/jpg', 'image/png', 'image/gif'];

const OTHER_TYPES = [
  'text/vcard',
  'text/x-vcard',
  'text/csv',
  'text/rtf',
  'text/richtext',
  'text/calendar',
  'text/directory',
  'application/pdf',
  'application/vcard',
  'application/vnd.apple.pkpass',
  'application/msword',
  'application/vnd.ms-excel',
  'application/vnd.ms-powerpoint',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
];

/**
 * Checks the type and size of a file. See https://www.twilio.com/docs/messaging/guides/accepted-mime-types;
 * the limit for types that Twilio does not format is in https://www.twilio.com/docs/messaging/api/message-resource.
 *
 * @throws WebhookFailure 11751 or 12300.
 */
function verifyFile({ contentType, bytes }: MediaFile): void {
  if (!/^(image|audio|video)\/./.test(contentType) && !OTHER_TYPES.includes(contentType)) {
    throw new WebhookFailure(12300, `Invalid Content-Type: ${contentType === '' ? 'none' : contentType}`);
  }
  if (!FORMATTED_TYPES.includes(contentType) && bytes.length > MAX_OTHER_BYTES) throw tooLarge();
}

/** Checks the size of all files of a message together. @throws WebhookFailure 11751. */
function verifyTotal(files: readonly MediaFile[]): void {
  if (files.reduce((sum, { bytes }) => sum + bytes.length, 0) > MAX_MEDIA_BYTES) throw tooLarge();
}

function tooLarge(): WebhookFailure {
  return new WebhookFailure(11751, 'Media exceeds messaging provider size limit');
}
