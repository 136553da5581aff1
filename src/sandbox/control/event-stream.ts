// Streams the events of a sandbox as server-sent events, and names what a reader has missed.
import { clearTimeout, setImmediate, setTimeout } from '../../real-time.js';
import type { SandboxEvent } from '../platform/events/event.js';
import type { OpenTraces } from '../platform/events/open-traces.js';
import { type EventSelection, matchesFilter } from '../platform/events/search.js';
import type { EventStream } from '../platform/events/stream.js';
import { type EventPosition, formatPosition } from './event-position.js';

/** The data of `event: reset`: the reader's last event belongs to an earlier sandbox. What is kept follows. */
export interface EventReset {
  readonly epoch: string;
  /** The id of the newest event. */
  readonly lastId: number;
  /** The id of the oldest event that is kept; that of the next event if none is. */
  readonly oldestId: number;
}

/** The data of `event: gap`: the events between `after` and `before` are not kept any more. */
export interface EventGap {
  /** The last id before the gap. */
  readonly after: number;
  /** The first id after it. */
  readonly before: number;
  /** How many events there were in between, of any kind and trace. */
  readonly missed: number;
}

/** What the stream reads from. */
export interface EventSource {
  readonly events: Pick<EventStream, 'epoch' | 'list' | 'lastId' | 'oldestId' | 'subscribe'>;
  readonly traces: Pick<OpenTraces, 'has' | 'onQuiet'>;
  /** How long nothing is sent before a comment is, milliseconds. Default 15 000. */
  readonly heartbeatMs?: number;
}

/** What a reader of the stream wants. */
export interface EventStreamRequest {
  /** With a trace, the stream ends once nothing of the trace is in progress. */
  readonly selection: EventSelection;
  /** The last event that the reader has seen. Default: the newest. */
  readonly since?: EventPosition | undefined;
}

const HEARTBEAT_MS = 15_000;

/** How long a reader waits before it connects again, milliseconds. */
const RETRY_MS = 1000;

/** How many events are read and sent at once, so that a long backlog does not hold up other requests. */
const CHUNK = 500;

/**
 * Creates the stream (https://html.spec.whatwg.org/multipage/server-sent-events.html). It begins with the position of the
 * reader, so that a reader who is cut off before the first event can resume, too. Each event has its position as the id,
 * its kind as the type and its JSON as the data. Cancelling the stream ends all subscriptions.
 */
export function createEventFeed(
  { events, traces, heartbeatMs = HEARTBEAT_MS }: EventSource,
  { selection, since }: EventStreamRequest,
): ReadableStream<Uint8Array> {
  const { traceId } = selection;
  const start = findStart(events, since);
  let last = start.after;
  let opening = `retry: ${RETRY_MS}\n${formatOpening(events, start)}`;
  let isCancelled = false;
  let isDue = false;
  let wake = () => {};
  const stopSubscribing = events.subscribe(() => wake());
  const stopWatching = traces.onQuiet((quiet) => quiet === traceId && wake());

  function cancel(): void {
    isCancelled = true;
    stopSubscribing();
    stopWatching();
    wake();
  }

  /** Formats what is new for the reader; empty if nothing is. */
  function takeNew(): string {
    let text = opening;
    opening = '';
    const oldest = events.oldestId();
    if (oldest > last + 1) {
      const gap: EventGap = { after: last, before: oldest, missed: oldest - last - 1 };
      last = oldest - 1;
      text += formatNotice('gap', positionAt(last), gap);
    }
    const added = events.list(last, CHUNK);
    last = added.at(-1)?.id ?? last;
    for (const event of added) if (matchesFilter(event, selection)) text += formatEvent(event);
    return text;
  }

  function formatEvent(event: SandboxEvent): string {
    return `id: ${positionAt(event.id)}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;
  }

  function positionAt(id: number): string {
    return formatPosition(events.epoch, id);
  }

  async function pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    isDue = false;
    const timer = setTimeout(() => {
      isDue = true;
      wake();
    }, heartbeatMs);
    try {
      await sendNext(controller);
    } finally {
      clearTimeout(timer);
    }
  }

  async function sendNext(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    while (!isCancelled) {
      // Asked before the events are read: what ends a trace is emitted before the trace is closed.
      const isClosed = traceId !== undefined && !traces.has(traceId);
      // The id keeps a reader up to date whose filter nothing has matched.
      const text = takeNew() || (isDue ? `: nothing new\nid: ${positionAt(last)}\n\n` : '');
      const isBehind = last < events.lastId();
      if (text !== '') controller.enqueue(encoder.encode(text));
      if (isClosed && !isBehind) {
        cancel();
        controller.close();
      }
      if (text !== '') return;
      if (!isBehind && !isCancelled) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      // One turn later, what the event ends has ended, and simultaneous events can be sent together.
      await new Promise((resolve) => void setImmediate(resolve));
    }
  }

  return new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
}

interface Start {
  /** The stream starts with the event after this id. */
  readonly after: number;
  /** True if the reader's position is none of this sandbox's. */
  readonly isReset: boolean;
}

/** A plain 0 is no event, so nothing is missed before the oldest one that is kept. */
function findStart(events: EventSource['events'], since: EventPosition | undefined): Start {
  const oldest = events.oldestId();
  if (!since) return { after: events.lastId(), isReset: false };
  const { epoch = events.epoch, id } = since;
  if (epoch !== events.epoch || id > events.lastId()) return { after: oldest - 1, isReset: true };
  return { after: since.epoch === undefined && id === 0 ? oldest - 1 : id, isReset: false };
}

function formatOpening(events: EventSource['events'], { after, isReset }: Start): string {
  const position = formatPosition(events.epoch, after);
  if (!isReset) return `id: ${position}\n\n`;
  const { epoch } = events;
  const reset: EventReset = { epoch, lastId: events.lastId(), oldestId: events.oldestId() };
  return formatNotice('reset', position, reset);
}

function formatNotice(type: 'gap' | 'reset', position: string, data: EventGap | EventReset): string {
  return `id: ${position}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}

const encoder = new TextEncoder();
