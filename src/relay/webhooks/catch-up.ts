// Takes what came for the masks while the relay was not running: Twilio delivers no webhook again.
import type { TwilioClient } from '../../twilio/client.js';
import { type ListedMessage, listTwilioMessages } from '../outbox/twilio-requests.js';
import type { Relay } from '../relay.js';
import type { Mask } from '../store/masks.js';
import { readWebhookForm, type WebhookForm } from './authenticate.js';
import { INBOUND_SMS, processOnce } from './webhooks.js';

/** Milliseconds before the last text we have, in which one may have been missed: clocks differ, and webhooks overtake. */
const MARGIN_MS = 10 * 60_000;

/**
 * Looks for texts to the masks since the last one that is held, and does with each what its webhook would have done, in
 * the order in which Twilio has them.
 *
 * @param apiOrigin where the files of messages are
 * @returns how many there were
 * @throws what the SDK throws; then nothing was done, and it can be tried again
 */
export async function catchUp(relay: Relay, client: TwilioClient, apiOrigin: string): Promise<number> {
  const missed: ListedMessage[] = [];
  for (const mask of relay.masks.list()) missed.push(...(await listMissedMessages(relay, client, mask)));
  // Whole seconds: within one the list says which came first.
  missed.sort((one, other) => one.dateCreated.getTime() - other.dateCreated.getTime());
  const forms: WebhookForm[] = [];
  for (const message of missed) forms.push(await buildForm(client, apiOrigin, message));
  for (const form of forms) processOnce(relay, INBOUND_SMS, form, undefined);
  await relay.store.kept();
  return forms.length;
}

/** Oldest first. What came before the number was a mask is none of its business. */
async function listMissedMessages(
  { processedWebhooks: answered }: Relay,
  client: TwilioClient,
  { number: to, createdAt }: Mask,
): Promise<ListedMessage[]> {
  const last = answered.findLastTime(INBOUND_SMS.path) ?? 0;
  const oldest = Math.floor(Math.max(createdAt, last - MARGIN_MS) / 1000) * 1000;
  const known = answered.listSids(INBOUND_SMS.path, oldest - MARGIN_MS);
  const missed: ListedMessage[] = [];
  for await (const message of listTwilioMessages(client, { to }, oldest)) {
    if (message.direction === 'inbound' && !known.has(message.sid)) missed.unshift(message);
  }
  return missed;
}

/** What its webhook would have said. */
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
