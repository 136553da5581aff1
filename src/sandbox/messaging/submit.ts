// Files a new message and gives it to the carrier: what the REST API and TwiML do alike.
import type { TraceContext } from '../platform/events/stream.js';
import type { World } from '../world.js';
import { type Message, type NewMessage, readMediaUrls } from './api/messages/store.js';
import { describeDelivery } from './delivery/error-codes.js';

/** A message on its way out. */
export type OutboundDraft = NewMessage & { readonly direction: 'outbound-api' | 'outbound-reply' };

const LOOP = 14107;

/** Sends a message; `thread` is what led to it. */
export function submit(world: World, draft: OutboundDraft, thread: TraceContext): Message {
  const { messages, events, carrier, now } = world;
  const isLoop = isAnswer(world, draft) && world.loops.isLoop(draft.sender, draft.recipient);
  const message = messages.insert(isLoop ? { ...draft, refusal: LOOP } : draft, now());
  if (isLoop) alertOfLoop(world, message);
  const { sid, sender: from, recipient: to, body } = message;
  const { direction } = draft;
  const mediaUrls = readMediaUrls(message);
  const { traceId, cause } = thread;
  const event = events.emit({
    kind: 'text.queued',
    traceId,
    cause,
    sid,
    from,
    to,
    body,
    mediaUrls,
    direction,
  });
  carrier.carry(message, { traceId, cause: event });
  if (message.status === 'scheduled') {
    events.emit({ kind: 'text.status', traceId, cause: event, sid, status: 'scheduled', errorCode: null });
  }
  return message;
}

/** What TwiML sends is an answer; of what the API sends nobody knows, but two numbers of one account can go round. */
function isAnswer({ numbers }: World, { direction, recipient }: OutboundDraft): boolean {
  return direction === 'outbound-reply' || numbers.owned().has(recipient);
}

function alertOfLoop({ alerts }: World, { sid, serviceSid }: Message): void {
  alerts.add({
    errorCode: LOOP,
    logLevel: 'error',
    message: describeDelivery(LOOP),
    resourceSid: sid,
    serviceSid,
  });
}
