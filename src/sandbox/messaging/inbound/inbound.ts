// Takes texts to numbers of the account: files them, tells the app, and does what that answers.

import type { OwnedNumber } from '../../numbers/incoming-phone-numbers/store.js';
import { receivedTextPrice } from '../../numbers/pricing/tariff.js';
import type { SentText, TextOutcome } from '../../phones/sent-text.js';
import type { TraceContext } from '../../platform/events/stream.js';
import { createHex32 } from '../../platform/formats.js';
import { findPhoneNumber } from '../../platform/phone-number.js';
import { readMessagingAnswer } from '../../twiml/answer.js';
import { SandboxStopped } from '../../webhooks/dispatch.js';
import type { World } from '../../world.js';
import { type Message, readMediaUrls } from '../api/messages/store.js';
import type { WebFile } from '../media/download.js';
import { answerKeyword, type KeywordAnswer } from '../opt-outs/opt-outs.js';
import { countSegments } from '../segments.js';
import { runMessagingTwiml } from '../twiml-runner.js';
import { findRoute, type Route } from './routing.js';
import { formatInbound } from './webhook-parameters.js';

/**
 * Takes a text that the networks bring, and resolves when the app's answer was carried out. See
 * https://www.twilio.com/docs/messaging/guides/webhook-request.
 *
 * @param files what its media are, in order
 * @param origin what led to it; a phone's text begins a chain of causes
 * @throws SandboxStopped when the sandbox stops meanwhile.
 */
export async function receiveText(
  world: World,
  text: SentText,
  files: readonly WebFile[],
  number: OwnedNumber,
  origin: TraceContext = { traceId: world.events.newTrace(), cause: null },
): Promise<TextOutcome> {
  const service = world.services.findFor(number.sid);
  const route = findRoute(number, service, world);
  const message = route.receives ? file(world, text, files, service?.sid ?? null) : undefined;
  const { traceId } = origin;
  const sid = message?.sid ?? null;
  const thread = { traceId, cause: world.events.emit({ kind: 'text.received', ...origin, sid, ...text }) };
  const keyword = answerKeyword(world, text, number, thread);
  if (keyword) handOver(world, text, keyword);
  const told = message && route.webhook ? await tell(world, message, route, thread) : untold;
  return { traceId, messageSid: sid, automaticReply: keyword?.reply ?? null, ...told };
}

/** Takes what one number of the account has sent to another; nobody waits for it. */
export function receiveOwn(world: World, message: Message, thread: TraceContext): void {
  const { sender: from, recipient: to, body } = message;
  const files = world.media.all(message.sid).flatMap((medium) => world.media.findFile(medium) ?? []);
  const mediaUrls = readMediaUrls(message).slice(0, files.length);
  receiveByItself(world, { from, to, body, mediaUrls }, files, thread);
}

const untold: Pick<TextOutcome, 'webhook' | 'replies'> = { webhook: null, replies: [] };

function receiveByItself(
  world: World,
  text: SentText,
  files: readonly WebFile[],
  thread: TraceContext,
): void {
  const number = world.numbers.findByNumber(text.to);
  if (!number) return;
  world.clock.during(receiveText(world, text, files, number, thread)).catch((error: unknown) => {
    if (!(error instanceof SandboxStopped)) throw error;
  });
}

function file(
  world: World,
  { from, to, body, mediaUrls }: SentText,
  files: readonly WebFile[],
  serviceSid: string | null,
): Message {
  const segments = countSegments(body);
  const price = receivedTextPrice(findPhoneNumber(to)?.country, segments);
  return world.store.transaction(() => {
    world.accounts.charge(price);
    const message = world.messages.insert(
      {
        direction: 'inbound',
        sender: from,
        recipient: to,
        body,
        segments,
        mediaUrls,
        price,
        statusCallback: null,
        serviceSid,
        refusal: null,
      },
      world.now(),
    );
    if (files.length > 0) fill(world, message, files);
    return message;
  });
}

function fill({ media }: World, { sid }: Message, files: readonly WebFile[]): void {
  for (const [index, medium] of media.all(sid).entries()) {
    const file = files[index];
    if (file) media.fill(medium, file);
  }
}

/** The answer to a keyword is in no list of messages, unless it comes to another number of the account. */
function handOver(world: World, { from, to }: SentText, { reply: body, thread }: KeywordAnswer): void {
  const text = { from: to, to: from, body, mediaUrls: [] };
  if (world.numbers.owned().has(from)) receiveByItself(world, text, [], thread);
  else if (typeof world.phones.behaviourOf(from).texts !== 'object') putOnPhone(world, text, thread);
}

function putOnPhone({ phones, events, now }: World, text: SentText, thread: TraceContext): void {
  const received = { sid: `SM${createHex32()}`, ...text };
  phones.put(received, now());
  events.emit({ kind: 'text.reached-phone', ...thread, ...received });
}

async function tell(world: World, message: Message, { webhook, fallback }: Route, thread: TraceContext) {
  if (!webhook) return untold;
  const { sid, serviceSid, sender, recipient } = message;
  const call = {
    ...webhook,
    fallback,
    purpose: 'inbound-text',
    sid,
    serviceSid,
    numbers: [sender, recipient],
    parameters: formatInbound(message, world),
    thread,
    life: world.webhooks.life(),
    accept: readMessagingAnswer,
  } as const;
  const sent = await world.webhooks.send(call);
  const { url, status, failure } = sent;
  const replies = await runMessagingTwiml(world, call, sent);
  return {
    webhook: { url, status, errorCode: failure?.code ?? null, failure: failure?.message ?? null },
    replies,
  };
}
