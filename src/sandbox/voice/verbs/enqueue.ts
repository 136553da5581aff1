// <Enqueue>: the caller waits in a queue until somebody takes them out, or the waiting document lets them leave.
import type { Clock } from '../../platform/clock.js';
import { wait, waitForSignal } from '../../platform/timers.js';
import type { Enqueue } from '../../twiml/voice/script.js';
import type { Parameter } from '../../webhooks/signature.js';
import {
  type CallExecution,
  type NextStep,
  requestPostHangupAction,
  stepToAction,
} from '../execution/execution.js';
import { CallEnded, CallRedirected } from '../legs/leg.js';
import {
  averageWaitSeconds,
  type CallQueue,
  type CallQueues,
  joinQueue,
  type QueuedCaller,
} from '../queues.js';

/** What `<Enqueue>` needs. */
export interface EnqueueDeps {
  readonly clock: Clock;
  readonly queues: CallQueues;
}

/** The pause before the waiting document runs again. */
const WAIT_ROUND_MS = 1000;

/** Runs `<Enqueue>`. See https://www.twilio.com/docs/voice/twiml/enqueue. @throws the execution signal's reason. */
export async function runEnqueue(
  execution: CallExecution,
  verb: Enqueue,
  { clock, queues }: EnqueueDeps,
): Promise<NextStep> {
  const { leg, signal } = execution;
  leg.answer();
  const queue = queues.open(verb.queue);
  const since = clock.now();
  if (queue.callers.length >= verb.maxQueueSize)
    return stepToAction(execution, verb, [['QueueResult', 'queue-full']]);

  function toAction(result: 'bridged' | 'leave' | 'hangup' | 'redirected'): NextStep {
    return stepToAction(execution, verb, [
      ['QueueResult', result],
      ['QueueSid', queue.sid],
      ['QueueTime', formatSeconds(clock.now() - since)],
    ]);
  }

  async function waitInQueue(): Promise<'dequeued' | 'leave' | 'hang up'> {
    const dequeued = new AbortController();
    let onDone = () => {};
    let isDone = false;
    const caller: QueuedCaller = {
      leg,
      since,
      dequeue: () => {
        leave();
        queue.waitsMs.push(clock.now() - since);
        dequeued.abort(DEQUEUED);
        return () => {
          isDone = true;
          onDone();
        };
      },
    };
    const leave = joinQueue(queue, caller);
    try {
      const waiting = {
        ...execution,
        scope: 'waiting',
        signal: AbortSignal.any([signal, dequeued.signal]),
      } as const;
      return await playWhileWaiting(waiting, verb, queue, caller, clock);
    } catch (reason) {
      if (reason !== DEQUEUED) throw reason;
      return await waitForSignal<'dequeued'>(signal, (resolve) => {
        onDone = () => resolve('dequeued');
        if (isDone) onDone();
        return () => {};
      });
    } finally {
      leave();
    }
  }

  try {
    const outcome = await waitInQueue();
    if (outcome === 'hang up') return outcome;
    return toAction(outcome === 'dequeued' ? 'bridged' : 'leave');
  } catch (reason) {
    if (reason instanceof CallEnded) await requestPostHangupAction(leg, toAction('hangup'));
    if (reason instanceof CallRedirected) await requestPostHangupAction(leg, toAction('redirected'));
    throw reason;
  }
}

const DEQUEUED = 'the caller was dequeued';

/** Runs the waiting document again and again; without one, plays music. */
async function playWhileWaiting(
  execution: CallExecution,
  { wait: waitUrl }: Enqueue,
  queue: CallQueue,
  caller: QueuedCaller,
  clock: Clock,
): Promise<'leave' | 'hang up'> {
  const { leg, signal, fallback } = execution;
  if (!waitUrl) {
    leg.play({ kind: 'play', content: 'music' });
    return waitForSignal(signal, () => () => {});
  }
  for (;;) {
    const parameters: Parameter[] = [
      ['QueueSid', queue.sid],
      ['QueueTime', formatSeconds(clock.now() - caller.since)],
      ['QueuePosition', String(queue.callers.indexOf(caller) + 1)],
      ['CurrentQueueSize', String(queue.callers.length)],
      ['AvgQueueTime', String(averageWaitSeconds(queue))],
    ];
    const end = await execution.runDocuments(execution, { ...waitUrl, fallback, parameters });
    if (end !== undefined) return end;
    await wait(clock, WAIT_ROUND_MS, signal);
  }
}

function formatSeconds(milliseconds: number): string {
  return String(Math.round(milliseconds / 1000));
}
