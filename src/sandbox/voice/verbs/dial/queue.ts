// <Dial><Queue>: takes the longest waiting caller out of a queue and connects the two legs.
import type { Clock } from '../../../platform/clock.js';
import { waitForSignal } from '../../../platform/timers.js';
import type { Dial, DialledQueue } from '../../../twiml/voice/dial.js';
import type { CallExecution } from '../../execution/execution.js';
import type { CallQueue, CallQueues, QueuedCaller } from '../../queues.js';
import type { Connect, DialResult } from './numbers.js';

/** What `<Dial><Queue>` needs. */
export interface DialQueueDeps {
  readonly clock: Clock;
  readonly queues: Pick<CallQueues, 'find'>;
}

/**
 * Waits for a caller until the timeout of the `<Dial>`, and connects them.
 * See https://www.twilio.com/docs/voice/twiml/queue.
 *
 * @throws the execution signal's reason.
 */
export async function dialQueue(
  execution: CallExecution,
  { timeout }: Dial,
  { queue: name, whisper }: DialledQueue,
  result: DialResult,
  connect: Connect,
  { clock, queues }: DialQueueDeps,
): Promise<void> {
  const queue = queues.find(name);
  if (!queue) return;
  const { leg: dialler, signal } = execution;
  dialler.answer();
  const caller = await waitForCaller(queue, timeout * 1000, clock, signal);
  if (!caller) {
    result.status = 'no-answer';
    return;
  }
  const { leg } = caller;
  const { ended, detached } = leg;
  result.other = leg;
  const finish = caller.dequeue();
  try {
    if (whisper) {
      const parameters = [
        ['QueueSid', queue.sid],
        ['QueueTime', String(Math.round((clock.now() - caller.since) / 1000))],
        ['DequeingCallSid', dialler.sid],
      ] as const;
      const context = { leg, scope: 'dequeued', signal: AbortSignal.any([signal, ended, detached]) } as const;
      await execution.runDocuments(context, { ...whisper, parameters });
    }
    await connect(leg);
  } catch (reason) {
    if (signal.aborted || !(ended.aborted || detached.aborted)) throw reason;
  } finally {
    finish();
  }
}

/** Returns the longest waiting caller, undefined if nobody joins in time. */
function waitForCaller(
  { callers, joinListeners }: CallQueue,
  timeoutMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<QueuedCaller | undefined> {
  return waitForSignal<QueuedCaller | undefined>(signal, (resolve) => {
    const look = () => {
      if (callers[0]) resolve(callers[0]);
    };
    joinListeners.add(look);
    const cancel = clock.after(timeoutMs, () => resolve(undefined));
    look();
    return () => {
      joinListeners.delete(look);
      cancel();
    };
  });
}
