// The event stream: keeps the last ten thousand events and calls listeners with each new one.
import { randomBytes } from 'node:crypto';
import type { EventFields, EventHeader, SandboxEvent } from './event.js';

const CAPACITY = 10_000;

/** What a new event needs to join its trace. */
export type TraceContext = Pick<EventHeader, 'traceId' | 'cause'>;

/** The stream as the parts of a sandbox use it. */
export interface EventStream {
  /** Different each time a sandbox starts, because ids start again at 1 then. 16 hex digits. */
  readonly epoch: string;
  /** Starts a trace. @returns its id */
  newTrace(): string;
  /** Adds an event. @returns its id */
  emit(event: EventFields & TraceContext): number;
  /** Adds an event for each item; `format` runs only if somebody reads them. @returns the id of the first */
  emitMany<Item>(items: readonly Item[], format: (item: Item) => EventFields & TraceContext): number;
  /** The kept events with an id above `since`, oldest first. */
  list(since?: number): readonly SandboxEvent[];
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
  readonly content: (EventFields & TraceContext) | (() => readonly (EventFields & TraceContext)[]);
}

/** Creates an empty stream. */
export function createEventStream(now: () => number): EventStream {
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
    const batch = { first: lastId + 1, count, time: now(), content };
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

  return {
    epoch,
    newTrace: () => {
      lastTrace += 1;
      return `${epoch}-${lastTrace}`;
    },
    emit: (event) => add(1, event),
    emitMany: (items, format) => (items.length === 0 ? lastId : add(items.length, () => items.map(format))),
    list: (since = 0) => {
      const last = Math.max(since, lastId - CAPACITY);
      return batches
        .slice(findAfter(last))
        .flatMap(readBatch)
        .filter(({ id }) => id > last);
    },
    lastId: () => lastId,
    oldestId: () => Math.max(batches[oldest]?.first ?? lastId + 1, lastId - CAPACITY + 1),
    traceOfSid: (sid) => {
      // Nearly every event is never asked for, so the index is made when somebody asks.
      for (let index = findAfter(indexed); index < batches.length; index += 1) {
        const batch = batches[index];
        if (!batch || typeof batch.content === 'function') continue;
        const subject = findSubject(batch.content);
        if (subject !== null) bySid.set(subject, { traceId: batch.content.traceId, cause: batch.first });
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

/** The id of a batch's last event. */
function endOf({ first, count }: Batch): number {
  return first + count - 1;
}

function readBatch({ first, time, content }: Batch): SandboxEvent[] {
  const at = new Date(time).toISOString();
  const events = typeof content === 'function' ? content() : [content];
  return events.map((event, index) => ({ id: first + index, at, ...event }));
}
