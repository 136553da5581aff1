// <Dial>: calls somebody, connects the two, and tells the action how it went.

import type { Dial } from '../../twiml/voice/verbs.js';
import type { Parameter } from '../../webhooks/signature.js';
import { findDuration } from '../api/calls/format.js';
import { type CallExecution, type NextStep, stepToAction } from '../execution/execution.js';
import { requestPostHangupAction } from '../execution/post-hangup-action.js';
import { bridge } from '../legs/bridge.js';
import { CallEnded, type Leg } from '../legs/leg.js';
import { keepRecording } from '../recording.js';
import { findCallerId } from './caller-id.js';
import { callNumbers } from './dial-numbers.js';
import { takeFromQueue } from './dial-queue.js';

/** How a `<Dial>` went, as far as it has. */
export interface Dialled {
  status: 'completed' | 'busy' | 'no-answer' | 'failed' | 'canceled';
  /** Whoever answered, else whoever was called last. */
  other: Leg | undefined;
  bridged: boolean;
}

/** See https://www.twilio.com/docs/voice/twiml/dial. */
export async function dial(run: CallExecution, verb: Dial): Promise<NextStep> {
  if (!verb.answerOnBridge) run.leg.answer();
  const dialled: Dialled = { status: 'failed', other: undefined, bridged: false };
  const recording: Parameter[] = [];
  try {
    if (verb.queue) await takeFromQueue(run, verb, verb.queue, dialled, connect);
    else await dialNumbers();
  } catch (reason) {
    if (reason instanceof CallEnded) await requestPostHangupAction(run, findAction());
    throw reason;
  }
  return findAction();

  async function dialNumbers(): Promise<void> {
    const callerId = findCallerId(run, verb);
    if (callerId !== undefined) await callNumbers(run, verb, callerId, dialled, connect);
  }

  async function connect(other: Leg): Promise<void> {
    const { world, leg } = run;
    leg.answer();
    const startedAt = world.now();
    const words: string[] = [];
    dialled.status = 'completed';
    dialled.bridged = true;
    const { hangupOnStar, timeLimit, callback } = verb;
    try {
      const onWords = (said: string) => void words.push(said);
      await bridge(run, other, { timeLimit: timeLimit * 1000, hangupOnStar, onWords });
    } finally {
      const recorded = { source: 'DialVerb', words: words.join(' '), startedAt, callback } as const;
      if (verb.record && !leg.life.aborted) recording.push(...keepRecording(run, recorded));
    }
  }

  function findAction(): NextStep {
    return stepToAction(run, verb, [...formatDialled(dialled), ...recording]);
  }
}

function formatDialled({ status, other, bridged }: Dialled): Parameter[] {
  const call = other?.call();
  const duration = call && findDuration(call);
  return [
    ['DialCallStatus', status],
    ...(call ? ([['DialCallSid', call.sid]] as const) : []),
    ...(duration === undefined ? [] : ([['DialCallDuration', String(duration)]] as const)),
    ['DialBridged', String(bridged)],
  ];
}
