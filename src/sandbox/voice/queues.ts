// The queues of callers who wait to be connected.
import { createHex32 } from '../platform/formats.js';
import type { Leg } from './legs/leg.js';

/** How many may wait in one queue; see https://www.twilio.com/docs/voice/twiml/enqueue. */
const MOST_WAITING = 1000;

/** Somebody who waits. */
export interface Waiter {
  readonly leg: Leg;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Takes the caller out. @returns what to call when whoever took them is done with them */
  take(): () => void;
}

/** A queue. */
export interface Queue {
  readonly sid: string;
  /** The longest waiting first. */
  readonly waiting: Waiter[];
  /** Is told when somebody joins. */
  readonly watchers: Set<() => void>;
  /** Milliseconds that those who were taken have waited. */
  readonly waits: number[];
}

/** All queues, by name. */
export interface CallQueues {
  find(name: string): Queue | undefined;
  /** The queue of that name, which there is from now on. */
  open(name: string): Queue;
  /** Says that whoever waited is gone, with the world they were in. */
  forget(): void;
}

/** Starts without queues. */
export function createCallQueues(): CallQueues {
  const queues = new Map<string, Queue>();
  return {
    find: (name) => queues.get(name),
    open: (name) => {
      const queue = queues.get(name) ?? createQueue();
      queues.set(name, queue);
      return queue;
    },
    forget: () => queues.clear(),
  };
}

/** Whether nobody more may join. */
export function isFull({ waiting }: Queue): boolean {
  return waiting.length >= MOST_WAITING;
}

/** Joins a queue. @returns how to leave it */
export function joinQueue(queue: Queue, waiter: Waiter): () => void {
  queue.waiting.push(waiter);
  for (const watch of [...queue.watchers]) watch();
  return () => {
    const at = queue.waiting.indexOf(waiter);
    if (at !== -1) queue.waiting.splice(at, 1);
  };
}

/** The whole seconds that people have waited on average. */
export function averageWait({ waits }: Queue): number {
  return waits.length === 0 ? 0 : Math.round(waits.reduce((sum, one) => sum + one, 0) / waits.length / 1000);
}

function createQueue(): Queue {
  return { sid: `QU${createHex32()}`, waiting: [], watchers: new Set(), waits: [] };
}
