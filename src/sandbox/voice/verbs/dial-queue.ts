// <Dial><Queue>: takes whoever waits longest out of a queue, and connects the two.
import type { Dial, DialledQueue } from '../../twiml/voice/verbs.js';
import { type CallExecution, executeCall } from '../execution/execution.js';
import { waitForSignal } from '../execution/wait.js';
import type { Queue, Waiter } from '../queues.js';
import type { Dialled } from './dial.js';
import type { Connect } from './dial-numbers.js';

/**
 * Waits for a caller as long as the `<Dial>` may take. See https://www.twilio.com/docs/voice/twiml/queue.
 *
 * @throws the run's signal's reason
 */
export async function takeFromQueue(
  run: CallExecution,
  { timeout }: Dial,
  { queue: name, whisper }: DialledQueue,
  dialled: Dialled,
  connect: Connect,
): Promise<void> {
  const queue = run.world.queues.find(name);
  if (!queue) return;
  run.leg.answer();
  const waiter = await nextWaiter(run, queue, timeout * 1000);
  if (!waiter) {
    dialled.status = 'no-answer';
    return;
  }
  const { leg } = waiter;
  const { away } = leg;
  dialled.other = leg;
  const done = waiter.take();
  try {
    if (whisper) {
      const { world, signal } = run;
      const parameters = [
        ['QueueSid', queue.sid],
        ['QueueTime', String(Math.round((world.now() - waiter.since) / 1000))],
        ['DequeingCallSid', run.leg.sid],
      ] as const;
      await executeCall(
        { world, leg, scope: 'dequeued', signal: AbortSignal.any([signal, leg.over, away]) },
        { ...whisper, parameters },
      );
    }
    await connect(leg);
  } catch (reason) {
    if (run.signal.aborted || !(leg.over.aborted || away.aborted)) throw reason;
  } finally {
    done();
  }
}

function nextWaiter(
  { signal, world }: CallExecution,
  { waiting, watchers }: Queue,
  patience: number,
): Promise<Waiter | undefined> {
  return waitForSignal<Waiter | undefined>(signal, (resolve) => {
    const look = () => {
      if (waiting[0]) resolve(waiting[0]);
    };
    watchers.add(look);
    const cancel = world.clock.after(patience, () => resolve(undefined));
    look();
    return () => {
      watchers.delete(look);
      cancel();
    };
  });
}
