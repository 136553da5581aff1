// <Record>: records what the remote party says.
import { waitForSignal } from '../../platform/timers.js';
import type { RecordVerb } from '../../twiml/voice/record.js';
import type { Parameter } from '../../webhooks/signature.js';
import type { Sound } from '../call-gateway.js';
import {
  type CallExecution,
  type NextStep,
  requestPostHangupAction,
  stepToAction,
} from '../execution/execution.js';
import { CallEnded, CallRedirected } from '../legs/leg.js';
import { type RecordingDeps, startRecording } from '../recording.js';

/** What `<Record>` needs. */
export interface RecordDeps extends RecordingDeps {}

/**
 * Runs `<Record>`. Without words there is no recording. See https://www.twilio.com/docs/voice/twiml/record.
 *
 * @throws the execution signal's reason.
 */
export async function runRecord(
  execution: CallExecution,
  verb: RecordVerb,
  deps: RecordDeps,
): Promise<NextStep> {
  const { leg } = execution;
  leg.answer();
  const { callback, transcribe, transcribeCallback } = verb;
  const recording = startRecording(deps, leg, {
    source: 'RecordVerb',
    channels: 1,
    callback,
    transcriptionUrl: transcribe ? transcribeCallback : undefined,
  });
  const words: string[] = [];

  function end(key: string): NextStep {
    if (words.join(' ') === '') {
      recording.discard();
      return undefined;
    }
    const parameters: Parameter[] = [...recording.save(words.join(' ')), ['Digits', key]];
    return stepToAction(execution, verb, parameters, { orThisDocument: true });
  }

  if (verb.playBeep) leg.play({ kind: 'play', content: 'beep' });
  try {
    return end(await record(execution, verb, words, deps));
  } catch (reason) {
    // Many callers hang up instead of pressing a key: their recording counts.
    if (reason instanceof CallEnded) await requestPostHangupAction(leg, end('hangup'));
    else if (reason instanceof CallRedirected) end('');
    throw reason;
  }
}

/** Adds what is said to `words`. @returns the key that ended the recording: empty after silence or at the time limit */
function record(
  { leg, signal }: CallExecution,
  verb: RecordVerb,
  words: string[],
  { clock }: RecordDeps,
): Promise<string> {
  return waitForSignal<string>(signal, (resolve) => {
    const end = (key = '') => resolve(key);
    let stopTimer = () => {};
    const restartTimer = () => {
      stopTimer();
      stopTimer = clock.after(verb.timeout * 1000, () => end());
    };
    const stopLimit = clock.after(verb.maxLength * 1000, () => end());
    function take({ kind, content }: Sound): boolean {
      if (kind === 'words') {
        words.push(content);
        restartTimer();
      } else if (kind === 'keys' && verb.finishOnKey.includes(content)) end(content);
      return true;
    }
    restartTimer();
    const stopListening = leg.listen(take);
    return () => {
      stopTimer();
      stopLimit();
      stopListening();
    };
  });
}
