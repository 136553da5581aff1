// Tells apps what became of their messages: one callback after the other for each message.

import type { PhoneBook } from '../phones/phones.js';
import type { Clock } from '../platform/clock.js';
import type { TraceContext } from '../platform/events/stream.js';
import { CALLBACK_DELAY_MS } from '../webhooks/callback-delay.js';
import { SandboxStopped, type WebhookDispatch } from '../webhooks/dispatch.js';
import { formatStatus, LAST_STATES, type StatusChange } from './status-callback-parameters.js';

/** How many callbacks may be under way at once; more wait, so that a flood of texts opens no flood of sockets. */
const MOST_AT_ONCE = 50;

/** The status callbacks of all messages. */
export interface StatusCallbacks {
  /** Calls back for a change, when its status is one that Twilio calls back for. */
  report(change: StatusChange, thread: TraceContext): void;
  /** Says that no more changes of a message will come. */
  end(sid: string): void;
  /** Whether one of that trace is waiting or under way. */
  has(traceId: string): boolean;
  /** Drops those that wait. */
  forget(): void;
}

/** What status callbacks are made of. */
export interface StatusCallbackParts {
  readonly accountSid: string;
  readonly webhooks: WebhookDispatch;
  readonly clock: Clock;
  readonly phones: Pick<PhoneBook, 'behaviourOf'>;
}

interface Callback {
  readonly change: StatusChange;
  readonly thread: TraceContext;
  readonly at: number;
}

/** Those that are not the first state; see https://www.twilio.com/docs/messaging/guides/track-outbound-message-status. */
const CALLED_BACK = ['queued', 'sent', ...LAST_STATES];

/** Starts without any. A callback that waits while the sandbox is closed is not made up for. */
export function createStatusCallbacks(parts: StatusCallbackParts): StatusCallbacks {
  const { webhooks, clock, phones } = parts;
  /** What waits to be called back for each message; a message in it whose list is empty is being called back for. */
  const queues = new Map<string, Callback[]>();
  /** What is held back because the phone wants its callbacks the other way round. */
  const held = new Map<string, Callback[]>();
  const waiting: string[] = [];
  let underWay = 0;

  function report(change: StatusChange, thread: TraceContext): void {
    if (!CALLED_BACK.includes(change.status)) return;
    const { sid, recipient } = change.message;
    const { callbacks } = phones.behaviourOf(recipient);
    const callback = { change, thread, at: clock.now() };
    if (callbacks === 'reordered') {
      held.set(sid, [callback, ...(held.get(sid) ?? [])]);
      if (LAST_STATES.includes(change.status)) end(sid);
    } else {
      enqueue(sid, callbacks === 'duplicated' ? [callback, callback] : [callback]);
    }
  }

  function end(sid: string): void {
    enqueue(sid, held.get(sid) ?? []);
    held.delete(sid);
  }

  function enqueue(sid: string, callbacks: readonly Callback[]): void {
    if (callbacks.length === 0) return;
    const queue = queues.get(sid);
    if (queue) queue.push(...callbacks);
    else {
      queues.set(sid, [...callbacks]);
      clock.after(headStartOf(callbacks), () => {
        waiting.push(sid);
        startSome();
      });
    }
  }

  /** What is left of it: the first callback of a message may come before whoever sent it knows its SID. */
  function headStartOf([first]: readonly Callback[]): number {
    return Math.max(0, (first?.change.message.createdAt ?? 0) + CALLBACK_DELAY_MS - clock.now());
  }

  function startSome(): void {
    while (underWay < MOST_AT_ONCE) {
      const sid = waiting.shift();
      if (sid === undefined) return;
      underWay += 1;
      void clock.during(work(sid));
    }
  }

  async function work(sid: string): Promise<void> {
    const queue = queues.get(sid) ?? [];
    const life = webhooks.life();
    try {
      for (let next = queue[0]; next; next = queue[0]) {
        await webhooks.send({ ...formatCallback(parts.accountSid, next), life });
        queue.shift();
      }
    } catch (error) {
      if (!(error instanceof SandboxStopped)) throw error;
    } finally {
      if (queues.get(sid) === queue) queues.delete(sid);
      underWay -= 1;
      startSome();
    }
  }

  return {
    report,
    end,
    has: (traceId) =>
      [...queues.values(), ...held.values()].flat().some(({ thread }) => thread.traceId === traceId),
    forget: () => {
      queues.clear();
      held.clear();
      waiting.length = 0;
    },
  };
}

function formatCallback(accountSid: string, { change, thread, at }: Callback) {
  const { sid, sender, recipient, serviceSid, statusCallback } = change.message;
  return {
    purpose: 'text-status',
    sid,
    serviceSid,
    url: statusCallback ?? '',
    method: 'POST',
    numbers: [recipient, sender],
    parameters: formatStatus(accountSid, change, at),
    thread,
    accept: () => undefined,
  } as const;
}
