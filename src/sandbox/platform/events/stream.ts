// The event stream: keeps the last ten thousand events and calls listeners with each new one.
import { randomBytes } from 'node:crypto';
import { formatWithoutPassword } from '../../../origin.js';
import type { EventFields, EventHeader, SandboxEvent } from './event.js';
import type { UnsupportedEvent } from './unsupported-use.js';

const CAPACITY = 10_000;

/** What a new event needs to join its trace. */
export type TraceContext = Pick<EventHeader, 'traceId' | 'cause'>;

/** The stream as the parts of a sandbox use it. */
export interface EventStream {
  /** Different each time a sandbox starts, because ids start again at 1 then. 16 hex digits. */
  readonly epoch: string;
  /** Starts a trace. @returns its id */
  newTrace(): string;
  /** Adds an event that begins a trace. @returns it, as the cause of others */
  begin(event: EventFields): TraceContext;
  /** Adds an event. @returns its id */
  emit(event: EventFields & TraceContext): number;
  /** Adds an event for each item; `format` runs only if somebody reads them. @returns the id of the first */
  emitMany<Item>(items: readonly Item[], format: (item: Item) => EventFields & TraceContext): number;
  /** The kept events with an id above `since`, oldest first; at most the first `limit` of them. */
  list(since?: number, limit?: number): readonly SandboxEvent[];
  /** The id of the newest event; 0 before the first. */
  lastId(): number;
  /** The id of the oldest event that is kept; that of the next event if none is. */
  oldestId(): number;
  /** The trace of a message, call or recording, and the latest event of it that can be a cause. Undefined if unknown. */
  traceOfSid(sid: string): TraceContext | undefined;
  /** Calls `listener` with each new event, synchronously. @returns a function that ends this */
  subscribe(listener: (event: SandboxEvent) => void): () => void;
  /** Forgets all events; ids go on. */
  clear(): void;
}

/** Events that were added together, with ids from `first` on. */
interface Batch {
  readonly first: number;
  readonly count: number;
  readonly time: number;
  content: (EventFields & TraceContext) | (() => readonly (EventFields & TraceContext)[]) | undefined;
  /** Replaces the content when the events are read for the first time. */
  events: readonly SandboxEvent[] | undefined;
}

/**
 * Creates an empty stream.
 *
 * @param onUnsupported takes each event `unsupported`, and what finds a kept event by its id. Default: nothing does
 */
export function createEventStream(
  now: () => number,
  onUnsupported: (event: UnsupportedEvent, find: (id: number) => SandboxEvent | undefined) => void = () =>
    undefined,
): EventStream {
  const listeners = new Set<(event: SandboxEvent) => void>();
  // Every request needs a trace id: a counter after one random text is cheap.
  const epoch = randomBytes(8).toString('hex');
  const bySid = createSidIndex();
  /** The id of the last event in that index. */
  let indexed = 0;
  let lastTrace = 0;
  let batches: Batch[] = [];
  /** The index of the oldest kept batch; those before it are removed now and then. */
  let oldest = 0;
  let lastId = 0;

  function add(count: number, content: Batch['content']): number {
    const batch: Batch = { first: lastId + 1, count, time: now(), content, events: undefined };
    lastId += count;
    batches.push(batch);
    for (let batch = batches[oldest]; batch && endOf(batch) + CAPACITY <= lastId; batch = batches[oldest])
      oldest += 1;
    if (oldest > CAPACITY) {
      batches = batches.slice(oldest);
      oldest = 0;
    }
    if (listeners.size > 0) {
      for (const event of readBatch(batch)) for (const listener of listeners) listener(event);
    }
    return batch.first;
  }

  /** The index of the first batch with an event above `id`. */
  function findAfter(id: number): number {
    let start = batches.length;
    // Followers ask for the newest few again and again, so search from the end.
    for (
      let batch = batches[start - 1];
      batch && endOf(batch) > id && start > oldest;
      batch = batches[start - 1]
    )
      start -= 1;
    return start;
  }

  function find(id: number): SandboxEvent | undefined {
    const batch = batches[findAfter(id - 1)];
    return batch && readBatch(batch).find((event) => event.id === id);
  }

  function newTrace(): string {
    lastTrace += 1;
    return `${epoch}-${lastTrace}`;
  }

  function emit(event: EventFields & TraceContext): number {
    const id = add(1, hidePassword(event));
    if (event.kind === 'unsupported') onUnsupported({ ...event, id, at: formatIsoTime(now()) }, find);
    return id;
  }

  return {
    epoch,
    newTrace,
    begin: (event) => {
      const traceId = newTrace();
      return { traceId, cause: emit({ ...event, traceId, cause: null }) };
    },
    emit,
    emitMany: (items, format) => (items.length === 0 ? lastId : add(items.length, () => items.map(format))),
    list: (since = 0, limit = CAPACITY) => {
      const last = Math.max(since, lastId - CAPACITY);
      const found: SandboxEvent[] = [];
      for (let index = findAfter(last); index < batches.length && found.length < limit; index += 1) {
        const batch = batches[index];
        if (batch) for (const event of readBatch(batch)) if (event.id > last) found.push(event);
      }
      return found.length > limit ? found.slice(0, limit) : found;
    },
    lastId: () => lastId,
    oldestId: () => Math.max(batches[oldest]?.first ?? lastId + 1, lastId - CAPACITY + 1),
    traceOfSid: (sid) => {
      // Nearly every event is never asked for, so the index is made when somebody asks.
      for (let index = findAfter(indexed); index < batches.length; index += 1) {
        const batch = batches[index];
        // Events that were added together have no subject.
        if (batch?.count !== 1 || typeof batch.content === 'function') continue;
        const event = batch.events?.[0] ?? batch.content;
        const subject = event ? findSubject(event) : null;
        if (event && subject !== null) bySid.set(subject, { traceId: event.traceId, cause: batch.first });
      }
      indexed = lastId;
      return bySid.get(sid);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    clear: () => {
      batches = [];
      oldest = 0;
      bySid.clear();
    },
  };
}

/** The resource whose later requests this event may cause; null if there is none. */
function findSubject(event: EventFields): string | null {
  switch (event.kind) {
    case 'text.received':
    case 'text.queued':
    case 'webhook.began':
    case 'call.started':
      return event.sid;
    case 'call.recorded':
      return event.recordingSid;
    default:
      return null;
  }
}

/** Remembers the newest SIDs. Two generations, because removing single keys from a large map is slow. */
function createSidIndex() {
  let [newer, older] = [new Map<string, TraceContext>(), new Map<string, TraceContext>()];
  return {
    get: (sid: string) => newer.get(sid) ?? older.get(sid),
    set: (sid: string, trace: TraceContext): void => {
      newer.set(sid, trace);
      if (newer.size < CAPACITY) return;
      older = newer;
      newer = new Map();
    },
    clear: (): void => {
      newer.clear();
      older.clear();
    },
  };
}

/** Events are printed, and sent to other processes: their URLs have no passwords. */
function hidePassword(event: EventFields & TraceContext): EventFields & TraceContext {
  if (!('url' in event) || !event.url?.includes('@')) return event;
  return { ...event, url: formatWithoutPassword(event.url) };
}

/** The id of a batch's last event. */
function endOf({ first, count }: Batch): number {
  return first + count - 1;
}

function readBatch(batch: Batch): readonly SandboxEvent[] {
  if (batch.events) return batch.events;
  const { first, content } = batch;
  const at = formatIsoTime(batch.time);
  const fields = typeof content === 'function' ? content() : content ? [content] : [];
  batch.events = fields.map((event, index) => ({ id: first + index, at, ...event }));
  batch.content = undefined;
  return batch.events;
}

let formatted = { time: 0, text: new Date(0).toISOString() };

/** Many events happen in the same millisecond, and formatting a time takes longer than reading the rest of an event. */
function formatIsoTime(time: number): string {
  if (time !== formatted.time) formatted = { time, text: new Date(time).toISOString() };
  return formatted.text;
}
