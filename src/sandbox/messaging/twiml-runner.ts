// Carries out TwiML for messages, document by document.

import type { TwimlReply } from '../phones/sent-text.js';
import { TwilioProblem } from '../server/problem.js';
import type { MessageVerb, MessagingScript } from '../twiml/messaging/script.js';
import type { Parameter } from '../webhooks/signature.js';
import type { Webhook, WebhookResult } from '../webhooks/webhook.js';
import type { World } from '../world.js';
import { readDraft } from './api/messages/create-form.js';
import { type Message, readMediaUrls } from './api/messages/store.js';
import { submit } from './submit.js';

/** How many messages one inbound text may lead to; see https://www.twilio.com/docs/api/errors/14109. */
const MOST_REPLIES = 10;
/** How many documents may lead on to each other, so that one that leads to itself comes to an end. */
const MOST_DOCUMENTS = 20;

/** Where a document leads on to. */
interface Next {
  readonly url: string;
  readonly method: string;
  readonly parameters: readonly Parameter[];
}

/** What was done by one document. */
interface Outcome {
  readonly replies: readonly Message[];
  readonly next: Next | undefined;
}

/**
 * Carries out what the app answered to an inbound text, and what that leads on to. Everything that is not right
 * becomes an alert.
 *
 * @param webhook the webhook that told the app; its numbers are the phone's and ours
 * @returns the messages that are on their way now, in order
 */
export async function runMessagingTwiml(
  world: World,
  webhook: Webhook<MessagingScript>,
  first: WebhookResult<MessagingScript>,
): Promise<readonly TwimlReply[]> {
  let replies: readonly Message[] = [];
  let sent = first;
  for (let documents = 1; sent.outcome; documents += 1) {
    const told = { ...webhook, thread: { traceId: webhook.thread.traceId, cause: sent.event } };
    const room = MOST_REPLIES - replies.length;
    const done = runDocument(world, told, sent.outcome, { url: sent.url, room });
    replies = [...replies, ...done.replies];
    if (!done.next) break;
    if (documents === MOST_DOCUMENTS) {
      alert(world, told, sent.url, 14106, 'Document retrieval limit reached');
      break;
    }
    const parameters = replaceParameters(webhook.parameters, done.next.parameters);
    sent = await world.webhooks.send({ ...told, ...done.next, parameters });
    webhook.life.throwIfAborted();
  }
  return replies.map(formatReply);
}

function runDocument(
  world: World,
  webhook: Webhook<MessagingScript>,
  script: MessagingScript,
  { url, room }: { url: string; room: number },
): Outcome {
  const { sid, thread } = webhook;
  for (const { code, message } of script.warnings) alert(world, webhook, url, code, message, 'warning');
  const replies: Message[] = [];
  let next: Next | undefined;
  const tell = (verb: string) => world.events.emit({ kind: 'twiml.run', ...thread, sid, url, verb });
  if (script.verbs.length === 0) tell('Response');
  for (const verb of script.verbs) {
    if (next) break;
    const cause = tell(verb.name);
    if (verb.name === 'Redirect') next = { ...verb, parameters: [] };
    else if (replies.length === room)
      alert(world, webhook, url, 14109, 'Reply message limit exceeded', 'warning');
    else {
      const reply = sendReply(world, { ...webhook, thread: { ...thread, cause } }, verb, url);
      if (reply) replies.push(reply);
      next = findAction(verb, reply);
    }
  }
  return { replies, next };
}

/** An action is asked with the message's fate up to here, and what it answers takes the place of the rest. */
function findAction({ action, method }: MessageVerb, reply: Message | undefined): Next | undefined {
  if (action === undefined) return undefined;
  const parameters: Parameter[] = reply
    ? [
        ['MessageSid', reply.sid],
        ['MessageStatus', reply.status],
      ]
    : [['MessageStatus', 'failed']];
  return { url: action, method, parameters };
}

function replaceParameters(before: readonly Parameter[], others: readonly Parameter[]): Parameter[] {
  const names = others.map(([name]) => name);
  return [...before.filter(([name]) => !names.includes(name)), ...others];
}

function sendReply(
  world: World,
  webhook: Webhook<MessagingScript>,
  verb: MessageVerb,
  url: string,
): Message | undefined {
  const [phone, number] = webhook.numbers;
  const form = new URLSearchParams({ To: verb.to ?? phone, From: verb.from ?? number, Body: verb.body });
  for (const mediaUrl of verb.mediaUrls) form.append('MediaUrl', mediaUrl);
  if (verb.statusCallback !== undefined) form.set('StatusCallback', verb.statusCallback);
  try {
    return submit(world, { ...readDraft(form, world), direction: 'outbound-reply' }, webhook.thread);
  } catch (error) {
    if (!(error instanceof TwilioProblem)) throw error;
    alert(world, webhook, url, BODY_CODES.includes(error.code) ? 14103 : error.code, error.message);
    return undefined;
  }
}

/** What the REST API says of a body, TwiML has a word of its own for. */
const BODY_CODES = [21602, 21617, 21619];

function alert(
  { alerts, events }: World,
  { sid, serviceSid, method, thread }: Webhook<MessagingScript>,
  url: string,
  errorCode: number,
  message: string,
  logLevel: 'error' | 'warning' = 'error',
): void {
  alerts.add({
    errorCode,
    logLevel,
    message,
    requestUrl: url,
    requestMethod: method,
    resourceSid: sid,
    serviceSid,
  });
  events.emit({ kind: 'twiml.alert', ...thread, sid, url, logLevel, errorCode, message });
}

function formatReply(message: Message): TwimlReply {
  const { sid, sender: from, recipient: to, body } = message;
  return { sid, from, to, body, mediaUrls: readMediaUrls(message) };
}
