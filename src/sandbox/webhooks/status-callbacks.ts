// Sends status callbacks: those of one resource one after the other, and only so many at once.
import type { Clock } from '../platform/clock.js';
import { SandboxStopped, type WebhookDispatch } from './dispatch.js';
import type { Webhook } from './webhook.js';

/**
 * Milliseconds between a request that creates something and the first webhook about it. Many apps store a message's or
 * call's SID, or the file that a text shows, in a transaction that ends after the request. Twilio is far away; a
 * sandbox on the same machine would be quicker than that transaction.
 */
export const CALLBACK_DELAY_MS = 100;

/** How many callbacks may be in flight at once: many messages must not open as many sockets. */
const MOST_AT_ONCE = 50;

/** A status callback. */
export type StatusCallback = Omit<Webhook<undefined>, 'stopSignal' | 'accept'>;

/** The status callbacks that wait or are in flight. */
export interface StatusCallbackQueue {
  /**
   * Adds callbacks about a resource. They are sent after those that were added before, the first one not until
   * {@link CALLBACK_DELAY_MS} after the resource was created.
   *
   * @param createdAt milliseconds since 1970
   */
  add(sid: string, createdAt: number, callbacks: readonly StatusCallback[]): void;
  /** Whether a callback of that trace waits or is in flight. */
  has(traceId: string): boolean;
  /** Drops those that wait. */
  clear(): void;
}

/** Creates an empty queue. A callback that waits when the sandbox is closed is never sent. */
export function createStatusCallbackQueue(deps: {
  readonly webhooks: WebhookDispatch;
  readonly clock: Clock;
}): StatusCallbackQueue {
  const { webhooks, clock } = deps;
  /** The callbacks of each resource; the first of a list may be in flight. */
  const queues = new Map<string, StatusCallback[]>();
  const ready: string[] = [];
  let inFlight = 0;

  function add(sid: string, createdAt: number, callbacks: readonly StatusCallback[]): void {
    if (callbacks.length === 0) return;
    const queue = queues.get(sid);
    if (queue) {
      queue.push(...callbacks);
      return;
    }
    queues.set(sid, [...callbacks]);
    clock.after(Math.max(0, createdAt + CALLBACK_DELAY_MS - clock.now()), () => {
      ready.push(sid);
      startSome();
    });
  }

  function startSome(): void {
    while (inFlight < MOST_AT_ONCE) {
      const sid = ready.shift();
      if (sid === undefined) return;
      inFlight += 1;
      void clock.during(sendAll(sid));
    }
  }

  async function sendAll(sid: string): Promise<void> {
    const queue = queues.get(sid) ?? [];
    const stopSignal = webhooks.stopSignal();
    try {
      for (let next = queue[0]; next; next = queue[0]) {
        await webhooks.send({ ...next, stopSignal, accept: () => undefined });
        queue.shift();
      }
    } catch (error) {
      if (!(error instanceof SandboxStopped)) throw error;
    } finally {
      if (queues.get(sid) === queue) queues.delete(sid);
      inFlight -= 1;
      startSome();
    }
  }

  return {
    add,
    has: (traceId) => [...queues.values()].flat().some(({ trace }) => trace.traceId === traceId),
    clear: () => {
      queues.clear();
      ready.length = 0;
    },
  };
}
