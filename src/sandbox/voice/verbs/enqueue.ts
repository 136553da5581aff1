// <Enqueue>: lets the caller wait until somebody takes them out, or they have waited enough.
import type { Enqueue } from '../../twiml/voice/verbs.js';
import type { Parameter } from '../../webhooks/signature.js';
import { type CallExecution, executeCall, type NextStep, stepToAction } from '../execution/execution.js';
import { requestPostHangupAction } from '../execution/post-hangup-action.js';
import { wait, waitForSignal } from '../execution/wait.js';
import { CallEnded, CallRedirected } from '../legs/leg.js';
import { averageWait, isFull, joinQueue, type Queue, type Waiter } from '../queues.js';

/** Milliseconds from one round of the waiting document to the next, for one that takes no time. */
const ROUND = 1000;

/** How a wait ends; `done` once whoever took the caller out is done with them. */
type Outcome = 'taken' | 'leave' | 'hang up';

/** See https://www.twilio.com/docs/voice/twiml/enqueue. */
export async function enqueue(run: CallExecution, verb: Enqueue): Promise<NextStep> {
  const queue = run.world.queues.open(verb.queue);
  const since = run.world.now();
  const act = (result: string) => stepToAction(run, verb, formatResult(run, queue, result, since));
  if (isFull(queue)) return stepToAction(run, verb, [['QueueResult', 'queue-full']]);
  try {
    const outcome = await stand(run, verb, queue, since);
    if (outcome === 'hang up') return 'hang up';
    return act(outcome === 'taken' ? 'bridged' : 'leave');
  } catch (reason) {
    if (reason instanceof CallEnded) await requestPostHangupAction(run, act('hangup'));
    if (reason instanceof CallRedirected) await requestPostHangupAction(run, act('redirected'));
    throw reason;
  }
}

/** Stands in the queue. */
async function stand(run: CallExecution, verb: Enqueue, queue: Queue, since: number): Promise<Outcome> {
  const out = new AbortController();
  let whenDone = (_outcome: Outcome) => {};
  let isDone = false;
  const waiter: Waiter = {
    leg: run.leg,
    since,
    take: () => {
      leave();
      queue.waits.push(run.world.now() - since);
      out.abort(TAKEN);
      return () => {
        isDone = true;
        whenDone('taken');
      };
    },
  };
  const leave = joinQueue(queue, waiter);
  const waiting: CallExecution = {
    ...run,
    scope: 'waiting',
    signal: AbortSignal.any([run.signal, out.signal]),
  };
  try {
    return await listenWhileWaiting(waiting, verb, queue, waiter);
  } catch (reason) {
    if (reason !== TAKEN) throw reason;
    return await waitForSignal<Outcome>(run.signal, (resolve) => {
      whenDone = resolve;
      if (isDone) resolve('taken');
      return () => {};
    });
  } finally {
    leave();
  }
}

const TAKEN = 'somebody took the caller out';

async function listenWhileWaiting(
  run: CallExecution,
  { wait: address }: Enqueue,
  queue: Queue,
  waiter: Waiter,
): Promise<Outcome> {
  if (!address) {
    run.leg.play({ kind: 'play', content: 'music' });
    return waitForSignal<Outcome>(run.signal, () => () => {});
  }
  for (;;) {
    const parameters = formatWait(run, queue, waiter);
    const end = await executeCall(run, { ...address, fallback: run.fallback, parameters });
    if (end !== undefined) return end;
    await wait(run.world.clock, ROUND, run.signal);
  }
}

function formatWait({ world }: CallExecution, queue: Queue, waiter: Waiter): Parameter[] {
  return [
    ['QueueSid', queue.sid],
    ['QueueTime', secondsSince(world.now(), waiter.since)],
    ['QueuePosition', String(queue.waiting.indexOf(waiter) + 1)],
    ['CurrentQueueSize', String(queue.waiting.length)],
    ['AvgQueueTime', String(averageWait(queue))],
  ];
}

function formatResult({ world }: CallExecution, { sid }: Queue, result: string, since: number): Parameter[] {
  return [
    ['QueueResult', result],
    ['QueueSid', sid],
    ['QueueTime', secondsSince(world.now(), since)],
  ];
}

function secondsSince(now: number, since: number): string {
  return String(Math.round((now - since) / 1000));
}
