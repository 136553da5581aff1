// The queues of callers that <Enqueue> fills and <Dial><Queue> empties.
import { createHex32 } from '../platform/formats.js';
import type { Leg } from './legs/leg.js';

/** A caller in a queue. */
export interface QueuedCaller {
  readonly leg: Leg;
  /** When the caller joined, milliseconds since 1970. */
  readonly since: number;
  /** Takes the caller out of the queue. @returns the function to call when the caller's `<Enqueue>` may continue */
  dequeue(): () => void;
}

/** A queue. */
export interface CallQueue {
  readonly sid: string;
  /** The longest waiting caller first. */
  readonly callers: QueuedCaller[];
  /** Called when a caller joins. */
  readonly joinListeners: Set<() => void>;
  /** How long each dequeued caller waited, milliseconds. */
  readonly waitsMs: number[];
}

/** All queues, by name. */
export interface CallQueues {
  find(name: string): CallQueue | undefined;
  /** Returns the queue with that name, creating it if necessary. */
  open(name: string): CallQueue;
  /** Forgets all queues. */
  clear(): void;
}

/** Creates an empty set of queues. */
export function createCallQueues(): CallQueues {
  const queues = new Map<string, CallQueue>();
  return {
    find: (name) => queues.get(name),
    open: (name) => {
      const queue = queues.get(name) ?? createQueue();
      queues.set(name, queue);
      return queue;
    },
    clear: () => queues.clear(),
  };
}

function createQueue(): CallQueue {
  return { sid: `QU${createHex32()}`, callers: [], joinListeners: new Set(), waitsMs: [] };
}

/** Adds a caller to a queue. @returns the function that removes the caller */
export function joinQueue({ callers, joinListeners }: CallQueue, caller: QueuedCaller): () => void {
  callers.push(caller);
  for (const listener of [...joinListeners]) listener();
  return () => {
    const index = callers.indexOf(caller);
    if (index !== -1) callers.splice(index, 1);
  };
}

/** The average wait of the callers that were dequeued, whole seconds. */
export function averageWaitSeconds({ waitsMs }: CallQueue): number {
  if (waitsMs.length === 0) return 0;
  return Math.round(waitsMs.reduce((sum, waitMs) => sum + waitMs, 0) / waitsMs.length / 1000);
}
