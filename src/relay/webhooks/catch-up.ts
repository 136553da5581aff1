// Processes the texts that arrived while the relay was not running: Twilio does not repeat their webhooks later.
import type { TwilioClient } from '../../twilio/client.js';
import { type ListedMessage, listTwilioMessages } from '../outbox/twilio-requests.js';
import type { Relay } from '../relay.js';
import type { Mask } from '../store/masks.js';
import { readWebhookForm, type WebhookForm } from './authenticate.js';
import { INBOUND_SMS, processOnce } from './webhooks.js';

/** How far before the last processed text to look for missed ones: clocks differ, and webhooks overtake each other. */
const MARGIN_MS = 10 * 60_000;

/**
 * Lists the texts to the masks since the last processed one, and handles each as its webhook would have been, oldest
 * first.
 *
 * @param apiOrigin the origin of the Twilio API, for media URLs
 * @returns how many texts were missed
 * @throws what the SDK throws; then nothing was processed, and the call can be repeated
 */
export async function catchUp(relay: Relay, client: TwilioClient, apiOrigin: string): Promise<number> {
  const missed: ListedMessage[] = [];
  for (const mask of relay.masks.list()) missed.push(...(await listMissedMessages(relay, client, mask)));
  // `dateCreated` has whole seconds; within one second the order of Twilio's list holds, as the sort is stable.
  missed.sort((one, other) => one.dateCreated.getTime() - other.dateCreated.getTime());
  const forms: WebhookForm[] = [];
  for (const message of missed) forms.push(await buildForm(client, apiOrigin, message));
  for (const form of forms) processOnce(relay, INBOUND_SMS, form, undefined);
  await relay.store.kept();
  return forms.length;
}

/** Lists the texts to a mask whose webhooks were not processed, oldest first; none from before it was a mask. */
async function listMissedMessages(
  { processedWebhooks }: Relay,
  client: TwilioClient,
  { number: to, createdAt }: Mask,
): Promise<ListedMessage[]> {
  const last = processedWebhooks.findLastTime(INBOUND_SMS.path) ?? 0;
  const oldest = Math.floor(Math.max(createdAt, last - MARGIN_MS) / 1000) * 1000;
  const known = processedWebhooks.listSids(INBOUND_SMS.path, oldest - MARGIN_MS);
  const missed: ListedMessage[] = [];
  for await (const message of listTwilioMessages(client, { to }, oldest)) {
    if (message.direction === 'inbound' && !known.has(message.sid)) missed.unshift(message);
  }
  return missed;
}

/** Builds the parameters that the message's webhook had. */
async function buildForm(
  client: TwilioClient,
  apiOrigin: string,
  message: ListedMessage,
): Promise<WebhookForm> {
  const { sid, from, to, body } = message;
  const hasMedia = Number(message.numMedia) > 0;
  const media = hasMedia ? await client.account.messages(sid).media.list({ limit: 10 }) : [];
  const parameters = new URLSearchParams({ MessageSid: sid, From: from, To: to, Body: body });
  parameters.set('NumMedia', String(media.length));
  for (const [index, { uri }] of media.entries()) {
    parameters.set(`MediaUrl${index}`, apiOrigin + uri.replace(/\.json$/, ''));
  }
  return readWebhookForm(parameters.toString());
}
