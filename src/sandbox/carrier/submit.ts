// Files a new message and gives it to the carrier: what the REST API and TwiML do alike.
import type { Thread } from '../events/stream.js';
import { type Draft, type Message, readMediaUrls } from '../resources/messages/store.js';
import type { World } from '../world.js';

/** A message on its way out. */
export type OutboundDraft = Draft & { readonly direction: 'outbound-api' | 'outbound-reply' };

/** Sends a message; `thread` is what led to it. */
export function submit(
  { messages, events, carrier, now }: World,
  draft: OutboundDraft,
  thread: Thread,
): Message {
  const message = messages.insert(draft, now());
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
  return message;
}
