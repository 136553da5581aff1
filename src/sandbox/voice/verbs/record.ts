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
import { CallEnded } from '../legs/leg.js';
import { type RecordingDeps, saveRecording } from '../recording.js';

/** What `<Record>` needs. */
export interface RecordDeps extends RecordingDeps {}

/** The words, and the key that ended the recording: empty after silence or at the time limit. */
interface Take {
  readonly words: string;
  readonly key: string;
}

/** Runs `<Record>`. Without words there is no recording. See https://www.twilio.com/docs/voice/twiml/record. */
export async function runRecord(
  execution: CallExecution,
  verb: RecordVerb,
  deps: RecordDeps,
): Promise<NextStep> {
  const { leg } = execution;
  leg.answer();
  const startedAt = deps.clock.now();
  const words: string[] = [];

  function save(take: Take): NextStep {
    const { callback, transcribe, transcribeCallback } = verb;
    const transcriptionUrl = transcribe ? transcribeCallback : undefined;
    const recorded = {
      source: 'RecordVerb',
      channels: 1,
      words: take.words,
      startedAt,
      callback,
      transcriptionUrl,
    } as const;
    const parameters: Parameter[] = [...saveRecording(deps, leg, recorded), ['Digits', take.key]];
    return stepToAction(execution, verb, parameters, { orThisDocument: true });
  }

  if (verb.playBeep) leg.play({ kind: 'play', content: 'beep' });
  try {
    const take = await record(execution, verb, words, deps);
    return take.words === '' ? undefined : save(take);
  } catch (reason) {
    // Many callers hang up instead of pressing a key: their recording counts.
    if (reason instanceof CallEnded && words.join(' ') !== '') {
      await requestPostHangupAction(leg, save({ words: words.join(' '), key: 'hangup' }));
    }
    throw reason;
  }
}

function record(
  { leg, signal }: CallExecution,
  verb: RecordVerb,
  words: string[],
  { clock }: RecordDeps,
): Promise<Take> {
  return waitForSignal<Take>(signal, (resolve) => {
    const end = (key = '') => resolve({ words: words.join(' '), key });
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
