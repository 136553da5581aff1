// <Record>: keeps what somebody says.
import type { RecordVerb } from '../../twiml/voice/verbs.js';
import type { Parameter } from '../../webhooks/signature.js';
import { type CallExecution, type NextStep, stepToAction } from '../execution/execution.js';
import { requestPostHangupAction } from '../execution/post-hangup-action.js';
import { waitForSignal } from '../execution/wait.js';
import { CallEnded } from '../legs/leg.js';
import type { Sound } from '../legs/sound.js';
import { keepRecording } from '../recording.js';

/** What was said, and the key that ended it: none when it was silence or time. */
interface Take {
  readonly words: string;
  readonly key: string;
}

/** See https://www.twilio.com/docs/voice/twiml/record. Where nothing is said, there is no recording. */
export async function record(run: CallExecution, verb: RecordVerb): Promise<NextStep> {
  const { world, leg } = run;
  const startedAt = world.now();
  const said: string[] = [];
  if (verb.playBeep) leg.play({ kind: 'play', content: 'beep' });
  let take: Take;
  try {
    take = await listen(run, verb, said);
  } catch (reason) {
    // Whoever hangs up has often said all there is to say.
    const words = said.join(' ');
    if (!(reason instanceof CallEnded) || words === '') throw reason;
    await requestPostHangupAction(
      run,
      stepToAction(run, verb, keep(run, verb, { words, key: 'hangup' }, startedAt), OWN),
    );
    throw reason;
  }
  if (take.words === '') return undefined;
  return stepToAction(run, verb, keep(run, verb, take, startedAt), OWN);
}

const OWN = 'or this document';

function keep(run: CallExecution, verb: RecordVerb, { words, key }: Take, startedAt: number): Parameter[] {
  const { callback, transcribe, transcribeCallback } = verb;
  const transcript = transcribe ? transcribeCallback : undefined;
  const recording = keepRecording(run, { source: 'RecordVerb', words, startedAt, callback, transcript });
  return [...recording, ['Digits', key]];
}

function listen({ world, leg, signal }: CallExecution, verb: RecordVerb, said: string[]): Promise<Take> {
  return waitForSignal<Take>(signal, (resolve) => {
    const end = (key = '') => resolve({ words: said.join(' '), key });
    let stopTimer = () => {};
    const restartTimer = () => {
      stopTimer();
      stopTimer = world.clock.after(verb.timeout * 1000, () => end());
    };
    const stopLimit = world.clock.after(verb.maxLength * 1000, () => end());
    function take({ kind, content }: Sound): boolean {
      if (kind === 'words') {
        said.push(content);
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
