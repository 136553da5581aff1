// Chooses what a wait without `after` answers: the oldest text, call or sound that no such wait has answered yet.
import type { LoggedCall } from '../phones/calls/call-log.js';
import type { ReceivedText } from '../phones/inbox.js';
import type { SandboxEvent } from '../platform/events/event.js';
import type { EventStream } from '../platform/events/stream.js';

/** The position to wait after, and which of the later ones count. */
export interface UnreadWait<Item> {
  readonly after: number;
  /** True the first time that it is asked about an item, unless the client has gone. */
  readonly matching: (item: Item) => boolean;
}

/** What waits without `after` have not answered yet. Each method takes the signal of the request, aborted if its client goes. */
export interface Unread {
  /** @param texts those on the phone, oldest first */
  texts(number: string, texts: readonly ReceivedText[], signal: AbortSignal): UnreadWait<ReceivedText>;
  /** @param calls those of the phone, oldest first */
  calls(number: string, calls: readonly LoggedCall[], signal: AbortSignal): UnreadWait<LoggedCall>;
  /** Sounds are known by their position in the call. */
  sounds(callSid: string, signal: AbortSignal): UnreadWait<number>;
}

/**
 * Creates it. A text or call counts while the event of its arrival is kept: those from before the start of the sandbox, or
 * before its last reset or restored snapshot, never do.
 */
export function createUnread(events: EventStream): Unread {
  const answered = new Set<string>();
  const claim = (key: string, signal: AbortSignal) => {
    if (signal.aborted || answered.has(key)) return false;
    answered.add(key);
    return true;
  };
  const waitAfter = <Item extends { readonly sid: string }>(
    items: readonly Item[],
    isArrival: (event: SandboxEvent) => boolean,
    signal: AbortSignal,
  ): UnreadWait<Item> => {
    const arrived = new Set(
      events.list().flatMap((event) => (isArrival(event) && 'sid' in event ? [event.sid] : [])),
    );
    const first = items.findIndex(({ sid }) => arrived.has(sid) && !answered.has(sid));
    return { after: first === -1 ? items.length : first, matching: ({ sid }) => claim(sid, signal) };
  };
  return {
    texts: (number, texts, signal) =>
      waitAfter(texts, (event) => event.kind === 'text.reached-phone' && event.to === number, signal),
    calls: (number, calls, signal) =>
      waitAfter(calls, (event) => event.kind === 'phone.call' && event.phone === number, signal),
    sounds: (callSid, signal) => ({
      after: 0,
      matching: (position) => claim(`${callSid} ${position}`, signal),
    }),
  };
}
