// Fetches what outbound messages show, before they are sent.

import { createConcurrencyLimit } from '../../platform/concurrency-limit.js';
import { WebhookFailure } from '../../webhooks/failure.js';
import type { WebhookNetwork } from '../../webhooks/http-request.js';
import type { World } from '../../world.js';
import type { Media } from '../api/media/store.js';
import type { InFlightMessage } from '../api/messages/in-flight.js';
import type { WaitingDeps } from '../delivery/waiting.js';
import { download, type WebFile } from './download.js';
import { MOST_BYTES, verifyFile, verifyTotal } from './limits.js';

/** How many messages may have their media fetched at once: each holds all of them in memory. */
const MOST_AT_ONCE = 10;

/**
 * Makes what gets messages their media, each from its URL. What cannot be had is an alert, and its code that of the
 * message. Twilio lists these codes among those of messages; that such a message is `failed` is not documented.
 */
export function createMediaFetcher(world: () => World, network: WebhookNetwork): WaitingDeps['collect'] {
  const lane = createConcurrencyLimit(MOST_AT_ONCE);
  return (parcel) => lane(() => collect(world(), parcel, network));
}

/** @returns the code of what went wrong; null when nothing did */
async function collect(
  world: World,
  parcel: InFlightMessage,
  network: WebhookNetwork,
): Promise<number | null> {
  const { media, store } = world;
  const signal = world.webhooks.life();
  signal.throwIfAborted();
  const plan = { network, most: MOST_BYTES, signal };
  const found: { medium: Media; file: WebFile }[] = [];
  for (const medium of media.all(parcel.message.sid)) {
    try {
      const file = await download(medium.url, plan);
      verifyFile(file);
      found.push({ medium, file });
      verifyTotal(found.map((each) => each.file));
      tell(world, parcel, medium, file);
    } catch (error) {
      if (error instanceof WebhookFailure) return fail(world, parcel, medium, error);
      throw error;
    }
  }
  store.transaction(() => {
    for (const { medium, file } of found) media.fill(medium, file);
  });
  return null;
}

function tell(
  { events }: World,
  { message, thread }: InFlightMessage,
  { url }: Media,
  outcome: WebFile | WebhookFailure,
) {
  const failure = outcome instanceof WebhookFailure ? outcome : undefined;
  const file = outcome instanceof WebhookFailure ? undefined : outcome;
  events.emit({
    kind: 'media.fetched',
    ...thread,
    sid: message.sid,
    url,
    contentType: file?.contentType ?? null,
    size: file?.bytes.length ?? 0,
    errorCode: failure?.code ?? null,
    failure: failure?.message ?? null,
  });
}

function fail(world: World, parcel: InFlightMessage, medium: Media, failure: WebhookFailure): number {
  const { sid, serviceSid } = parcel.message;
  world.alerts.add({
    errorCode: failure.code,
    logLevel: 'error',
    message: failure.message,
    requestUrl: medium.url,
    requestMethod: 'GET',
    resourceSid: sid,
    serviceSid,
  });
  tell(world, parcel, medium, failure);
  return failure.code;
}
