// The conversations of the phones: texts in both directions and calls, by phone and other number.
import type { TracedCall, TracedText, TraceFacts } from './facts.js';

/** What a phone and another number sent each other, as the phone shows it. */
export interface PhoneThread {
  readonly phone: string;
  /** The other number, as the phone shows it. */
  readonly other: string;
  /** Oldest first. */
  readonly entries: readonly ThreadEntry[];
}

/** A text or call of a thread. */
export type ThreadEntry = ThreadedText | ThreadedCall;

/** What texts and calls of a thread have in common. */
interface EntryHeader {
  /** Of the event that it is placed by: ascending in a thread. */
  readonly id: number;
  /** Of its first event, ISO 8601. */
  readonly at: string;
  readonly traceId: string;
}

/** A text of a thread. */
export interface ThreadedText extends EntryHeader {
  readonly kind: 'text';
  /** Null until the text is a message. */
  readonly sid: string | null;
  readonly direction: 'sent' | 'received';
  readonly body: string;
  readonly mediaUrls: readonly string[];
  /** Of a sent text: `sent`, then `received` by the number. Of a received one, which may not have come yet: Twilio's. */
  readonly status: string;
  readonly errorCode: number | null;
}

/** A call of a thread. */
export interface ThreadedCall extends EntryHeader {
  readonly kind: 'call';
  readonly sid: string;
  readonly direction: 'outgoing' | 'incoming';
  /** Twilio's. */
  readonly status: string;
  /** ISO 8601; null before. */
  readonly answeredAt: string | null;
  readonly endedAt: string | null;
}

/** An entry, and the thread that it belongs to. */
export interface PlacedEntry {
  readonly phone: string;
  readonly other: string;
  readonly entry: ThreadEntry;
}

/** Returns the entries that a trace adds to threads. */
export function listEntries({ first: { traceId }, texts, calls }: TraceFacts): readonly PlacedEntry[] {
  return [
    ...texts.map((text) => placeText(text, traceId)),
    ...calls.flatMap((call) => placeCall(call, traceId)),
  ];
}

function placeText(text: TracedText, traceId: string): PlacedEntry {
  const { id, at, sid, from, to, sender, body, mediaUrls, status, errorCode, reachedId } = text;
  const isSent = sender === 'phone';
  const [phone, other] = isSent ? [from, to] : [to, from];
  // A phone shows a text where it came, which may be long after it was sent.
  const place = isSent ? id : (reachedId ?? id);
  const direction = isSent ? 'sent' : 'received';
  const entry = {
    kind: 'text',
    id: place,
    at,
    traceId,
    sid,
    direction,
    body,
    mediaUrls,
    status,
    errorCode,
  } as const;
  return { phone, other, entry };
}

function placeCall(call: TracedCall, traceId: string): PlacedEntry[] {
  const { id, at, sid, phone, shown: other, status, answeredAt, endedAt } = call;
  if (phone === null) return [];
  const direction = call.direction === 'inbound' ? 'outgoing' : 'incoming';
  return [
    { phone, other, entry: { kind: 'call', id, at, traceId, sid, direction, status, answeredAt, endedAt } },
  ];
}
