// <Dial>: calls numbers or takes a caller from a queue, connects the two legs, and reports the result to its action.
import type { Clock } from '../../../platform/clock.js';
import { waitForSignal, whenAborted } from '../../../platform/timers.js';
import type { Dial } from '../../../twiml/voice/dial.js';
import type { Parameter } from '../../../webhooks/signature.js';
import { findDuration } from '../../api/calls/store.js';
import type { Sound } from '../../call-gateway.js';
import {
  type CallExecution,
  type NextStep,
  requestPostHangupAction,
  stepToAction,
} from '../../execution/execution.js';
import { CallEnded, type Leg } from '../../legs/leg.js';
import { type RecordingDeps, saveRecording } from '../../recording.js';
import { type DialNumbersDeps, type DialResult, dialNumbers } from './numbers.js';
import { type DialQueueDeps, dialQueue } from './queue.js';

/** What `<Dial>` needs. */
export interface DialDeps extends RecordingDeps, DialNumbersDeps, DialQueueDeps {}

/** Runs `<Dial>`. See https://www.twilio.com/docs/voice/twiml/dial. @throws the execution signal's reason. */
export async function runDial(execution: CallExecution, verb: Dial, deps: DialDeps): Promise<NextStep> {
  const { leg } = execution;
  const { clock } = deps;
  if (!verb.answerOnBridge) leg.answer();
  const result: DialResult = { status: 'failed', other: undefined, bridged: false };
  const recordingParameters: Parameter[] = [];

  async function connect(other: Leg): Promise<void> {
    leg.answer();
    const startedAt = clock.now();
    const words: string[] = [];
    result.status = 'completed';
    result.bridged = true;
    try {
      await bridge(execution, other, verb, clock, (said) => void words.push(said));
    } finally {
      const { recordedChannels: channels, callback } = verb;
      if (channels !== undefined && !leg.stopSignal.aborted) {
        const recorded = {
          source: 'DialVerb',
          channels,
          words: words.join(' '),
          startedAt,
          callback,
        } as const;
        recordingParameters.push(...saveRecording(deps, leg, recorded));
      }
    }
  }

  const toAction = () => stepToAction(execution, verb, [...formatResult(result), ...recordingParameters]);
  try {
    if (verb.queue) await dialQueue(execution, verb, verb.queue, result, connect, deps);
    else await dialNumbers(execution, verb, result, connect, deps);
  } catch (reason) {
    if (reason instanceof CallEnded) await requestPostHangupAction(leg, toAction());
    throw reason;
  }
  return toAction();
}

/**
 * Connects two legs until the other one ends or is redirected, the time limit is reached, or the caller presses a star
 * with `hangupOnStar`.
 *
 * @param onWords called with the words that either side says
 * @throws the execution signal's reason.
 */
function bridge(
  { leg, signal }: CallExecution,
  other: Leg,
  { timeLimit, hangupOnStar }: Dial,
  clock: Clock,
  onWords: (words: string) => void,
): Promise<void> {
  leg.emit({ kind: 'call.connected', sid: leg.sid, otherSid: other.sid });
  function pass(sound: Sound, to: Leg): void {
    if (sound.kind === 'words') onWords(sound.content);
    to.play(sound);
  }
  return waitForSignal<void>(signal, (resolve) => {
    const end = () => resolve();
    const stops = [
      leg.listen((sound) => {
        if (hangupOnStar && sound.kind === 'keys' && sound.content === '*') end();
        else pass(sound, other);
        return true;
      }),
      other.listen((sound) => {
        pass(sound, leg);
        return true;
      }),
      whenAborted(other.ended, end),
      whenAborted(other.detached, end),
      clock.after(timeLimit * 1000, end),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  });
}

function formatResult({ status, other, bridged }: DialResult): Parameter[] {
  const call = other?.call();
  const duration = call && findDuration(call);
  return [
    ['DialCallStatus', status],
    ...(call ? ([['DialCallSid', call.sid]] as const) : []),
    ...(duration === undefined ? [] : ([['DialCallDuration', String(duration)]] as const)),
    ['DialBridged', String(bridged)],
  ];
}
