// <Dial>: calls numbers or takes a caller from a queue, connects the two legs, and reports the result to its action.
import type { Clock } from '../../../platform/clock.js';
import { describeUnsupported } from '../../../platform/events/unsupported.js';
import { STEP_MS, wait, waitForSignal, whenAborted } from '../../../platform/timers.js';
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
import { type RecordingDeps, type RunningRecording, startRecording } from '../../recording.js';
import { type DialNumbersDeps, type DialResult, dialNumbers } from './numbers.js';
import { type DialQueueDeps, dialQueue } from './queue.js';

/** What `<Dial>` needs. */
export interface DialDeps extends RecordingDeps, DialNumbersDeps, DialQueueDeps {}

/**
 * Runs `<Dial>`. See https://www.twilio.com/docs/voice/twiml/dial.
 *
 * @throws the execution signal's reason.
 */
export async function runDial(execution: CallExecution, verb: Dial, deps: DialDeps): Promise<NextStep> {
  const { leg } = execution;
  const { clock } = deps;
  if (lacksAllNouns(verb)) return endWithoutNouns(execution, verb, clock);
  if (!verb.answerOnBridge) leg.answer();
  const result: DialResult = { status: 'failed', other: undefined, bridged: false };
  const recording = createDialRecording(verb, (channels) =>
    startRecording(deps, leg, { source: 'DialVerb', channels, callback: verb.callback }),
  );

  async function connect(other: Leg): Promise<void> {
    leg.answer();
    recording.connected();
    result.status = 'completed';
    result.bridged = true;
    await bridge(execution, other, verb, clock, recording.hear);
  }

  function toAction(): NextStep {
    const recorded = leg.stopSignal.aborted ? [] : recording.end(result.bridged);
    return stepToAction(execution, verb, [...formatResult(result), ...recorded]);
  }

  try {
    if (verb.queue) await dialQueue(execution, verb, verb.queue, result, connect, deps);
    else await dialNumbers(execution, verb, result, { calling: recording.calling, connect }, deps);
  } catch (reason) {
    const step = toAction();
    if (reason instanceof CallEnded) await requestPostHangupAction(leg, step);
    throw reason;
  }
  return toAction();
}

function lacksAllNouns({ numbers, queue, missingNouns }: Dial): boolean {
  return missingNouns.length > 0 && numbers.length === 0 && queue === undefined;
}

/**
 * Ends a call that the sandbox cannot connect. The verbs behind `<Dial>` and its action deal with how the dialled call
 * ended, and there was none: docs/decisions/hosts.md.
 */
async function endWithoutNouns(
  { leg, signal }: CallExecution,
  { missingNouns }: Dial,
  clock: Clock,
): Promise<'hang up'> {
  leg.answer();
  const name = missingNouns.map((noun) => `<Dial><${noun}>`).join(', ');
  leg.play({ kind: 'say', content: describeUnsupported({ name, host: null }) });
  await wait(clock, STEP_MS, signal);
  return 'hang up';
}

/** Records a `<Dial>` from the moment that its mode names, if it has one. @param start starts the recording */
function createDialRecording({ record: mode }: Dial, start: (channels: 1 | 2) => RunningRecording) {
  let running: RunningRecording | undefined;
  const words: string[] = [];
  return {
    calling: () => {
      if (mode?.from === 'ringing') running ??= start(mode.channels);
    },
    connected: () => {
      if (mode) running ??= start(mode.channels);
    },
    hear: (said: string) => void words.push(said),
    /** @returns the parameters of the recording for the action; none if the two legs were not connected */
    end: (wasConnected: boolean): readonly Parameter[] => {
      if (wasConnected) return running?.save(words.join(' ')) ?? [];
      running?.discard();
      return [];
    },
  };
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
