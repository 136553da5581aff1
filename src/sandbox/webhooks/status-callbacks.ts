// Sends status callbacks: in order for each resource, and a limited number at the same time.
import type { Clock } from '../platform/clock.js';
import type { OpenTraces } from '../platform/events/open-traces.js';
import { SandboxStopped, type WebhookDispatch } from './dispatch.js';
import type { Webhook } from './webhook.js';

/**
 * Milliseconds between a request that creates something and the first webhook about it. Many apps store a message's or
 * call's SID, or the media file of a text, in a transaction that ends after the request. Twilio is far away; without a
 * delay, a sandbox on the same machine would be faster than that transaction.
 */
export const CALLBACK_DELAY_MS = 100;

/** How many callbacks may be in flight at once, so that many messages do not open as many sockets. */
const MAX_IN_FLIGHT = 50;

/** A status callback. */
export type StatusCallback = Omit<Webhook<undefined>, 'stopSignal' | 'accept'>;

/** The status callbacks that wait or are in flight. */
export interface StatusCallbackQueue {
  /**
   * Adds callbacks about a resource. They are sent in the order in which they were added, the first no earlier than
   * {@link CALLBACK_DELAY_MS} after the resource was created.
   *
   * @param createdAt milliseconds since 1970
   */
  add(sid: string, createdAt: number, callbacks: readonly StatusCallback[]): void;
  /** Drops the callbacks that wait. */
  clear(): void;
}

/** Creates an empty queue. A callback that waits when the sandbox is closed is never sent. */
export function createStatusCallbackQueue(deps: {
  readonly webhooks: WebhookDispatch;
  readonly clock: Clock;
  readonly traces: OpenTraces;
}): StatusCallbackQueue {
  const { webhooks, clock, traces } = deps;
  /** The callbacks of each resource; the first of a list may be in flight. */
  const queues = new Map<string, StatusCallback[]>();
  const ready: string[] = [];
  let inFlight = 0;

  function add(sid: string, createdAt: number, callbacks: readonly StatusCallback[]): void {
    if (callbacks.length === 0) return;
    for (const { trace } of callbacks) traces.add(trace.traceId);
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
    while (inFlight < MAX_IN_FLIGHT) {
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
        traces.remove(next.trace.traceId);
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
    clear: () => {
      for (const { trace } of [...queues.values()].flat()) traces.remove(trace.traceId);
      queues.clear();
      ready.length = 0;
    },
  };
}
