// Takes texts from phones to the account: files them, tells the app, and does what that answers.
import { RelayPhoneError } from '../../errors.js';
import type { Thread } from '../events/stream.js';
import { findPhoneNumber } from '../numbers/phone-number.js';
import type { SentText, TextOutcome } from '../phones/sent-text.js';
import type { OwnedNumber } from '../resources/incoming-phone-numbers/store.js';
import { countSegments } from '../resources/messages/segments.js';
import type { Message } from '../resources/messages/store.js';
import { receivedTextPrice } from '../resources/pricing/tariff.js';
import { isWebUrl } from '../resources/webhook-settings.js';
import { readMessagingAnswer } from '../twiml/answer.js';
import { runScript } from '../twiml/run.js';
import { SandboxStopped } from '../webhooks/sender.js';
import type { World } from '../world.js';
import { findRoute, type Route } from './destination.js';
import { formatInbound } from './inbound-parameters.js';
import { answerKeyword } from './opt-out.js';

const MAX_BODY = 1600;
const MAX_MEDIA = 10;

/**
 * Takes a text, and resolves when the app's answer was carried out. See
 * https://www.twilio.com/docs/messaging/guides/webhook-request.
 *
 * @throws RelayPhoneError `usage` when it cannot be sent, `interrupted` when the sandbox stops meanwhile.
 */
export async function receiveText(world: World, text: SentText): Promise<TextOutcome> {
  const number = verifyText(text, world);
  const sent = { ...text, to: number.phoneNumber, body: toStorable(text.body) };
  try {
    return await world.clock.during(deliver(world, sent, number));
  } catch (error) {
    if (error instanceof SandboxStopped) throw interrupted(error);
    throw error;
  }
}

async function deliver(world: World, text: SentText, number: OwnedNumber): Promise<TextOutcome> {
  const service = world.services.findFor(number.sid);
  const route = findRoute(number, service, world);
  const message = route.receives ? file(world, text, service?.sid ?? null) : undefined;
  const traceId = world.events.newTrace();
  const sid = message?.sid ?? null;
  const thread = {
    traceId,
    cause: world.events.emit({ kind: 'text.received', traceId, cause: null, sid, ...text }),
  };
  const automaticReply = answerKeyword(world, text, number, thread);
  const told = message && route.webhook ? await tell(world, message, route, thread) : untold;
  return { traceId, messageSid: sid, automaticReply, ...told };
}

/** SQLite would end the text at a NUL, and knows no halves of characters. */
function toStorable(body: string): string {
  return Buffer.from(body.replaceAll('\0', '')).toString();
}

const untold: Pick<TextOutcome, 'webhook' | 'replies'> = { webhook: null, replies: [] };

function file(world: World, { from, to, body, mediaUrls }: SentText, serviceSid: string | null): Message {
  const segments = countSegments(body);
  const price = receivedTextPrice(findPhoneNumber(to)?.country, segments);
  return world.store.transaction(() => {
    world.accounts.charge(price);
    return world.messages.insert(
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
  });
}

async function tell(world: World, message: Message, { webhook, fallback }: Route, thread: Thread) {
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
  const replies = await runScript(world, call, sent);
  return {
    webhook: { url, status, errorCode: failure?.code ?? null, failure: failure?.message ?? null },
    replies,
  };
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
