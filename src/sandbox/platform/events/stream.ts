// The one stream of what happens in a sandbox: the last ten thousand events, and those who wait for the next.
import { randomBytes } from 'node:crypto';
import type { EventFields, Occasion, SandboxEvent } from './event.js';

const CAPACITY = 10_000;

/** Where an event stands in the chain of causes. */
export type TraceContext = Pick<Occasion, 'traceId' | 'cause'>;

/** The stream, as the parts of a sandbox use it. */
export interface EventStream {
  /** Starts a chain of causes. */
  newTrace(): string;
  /** Adds an event. @returns its id */
  emit(happening: EventFields & TraceContext): number;
  /** Adds an event for each item; they are made only for those who look. @returns the id of the first */
  emitMany<Item>(items: readonly Item[], format: (item: Item) => EventFields & TraceContext): number;
  /** The events that are kept, oldest first, with an id above `since`. */
  list(since?: number): readonly SandboxEvent[];
  /** The id of the newest; 0 before the first. */
  lastId(): number;
  /** Calls `listener` for each event from now on, in the turn in which it happens. @returns how to stop that */
  subscribe(listener: (event: SandboxEvent) => void): () => void;
  clear(): void;
}

/** Events that happened at once, with ids from `first` on. */
interface Batch {
  readonly first: number;
  readonly count: number;
  readonly time: number;
  readonly content: (EventFields & TraceContext) | (() => readonly (EventFields & TraceContext)[]);
}

/** Starts an empty stream. */
export function createEventStream(now: () => number): EventStream {
  const listeners = new Set<(event: SandboxEvent) => void>();
  // A trace id is needed for every request: a counter behind one random text is all it takes.
  const traces = randomBytes(8).toString('hex');
  let lastTrace = 0;
  let batches: Batch[] = [];
  /** Those before it are forgotten, and taken away now and then. */
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

  return {
    newTrace: () => {
      lastTrace += 1;
      return `${traces}-${lastTrace}`;
    },
    emit: (happening) => add(1, happening),
    emitMany: (items, format) => (items.length === 0 ? lastId : add(items.length, () => items.map(format))),
    list: (since = 0) => {
      const last = Math.max(since, lastId - CAPACITY);
      let start = batches.length;
      // Whoever follows asks for the newest few, over and over.
      for (
        let batch = batches[start - 1];
        batch && endOf(batch) > last && start > oldest;
        batch = batches[start - 1]
      )
        start -= 1;
      return batches
        .slice(start)
        .flatMap(readBatch)
        .filter(({ id }) => id > last);
    },
    lastId: () => lastId,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    clear: () => {
      batches = [];
      oldest = 0;
    },
  };
}

/** The id of a batch's last event. */
function endOf({ first, count }: Batch): number {
  return first + count - 1;
}

function readBatch({ first, time, content }: Batch): SandboxEvent[] {
  const at = new Date(time).toISOString();
  const happenings = typeof content === 'function' ? content() : [content];
  return happenings.map((happening, index) => ({ id: first + index, at, ...happening }));
}
