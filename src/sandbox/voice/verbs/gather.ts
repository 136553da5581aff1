// <Gather>: collects keys or spoken words while prompts play.
import { waitForSignal } from '../../platform/timers.js';
import type { Gather } from '../../twiml/voice/gather.js';
import type { Prompt } from '../../twiml/voice/prompts.js';
import type { Parameter } from '../../webhooks/signature.js';
import type { Sound } from '../call-gateway.js';
import { type CallExecution, type NextStep, stepToAction } from '../execution/execution.js';
import type { Leg } from '../legs/leg.js';
import { type PromptDeps, playPrompt } from './prompts.js';

/** What `<Gather>` needs. */
export interface GatherDeps extends PromptDeps {}

/** `finishedOn`: the key that ended the input; empty if it ended otherwise. */
type Input = { readonly digits: string; readonly finishedOn: string } | { readonly words: string };

/** The confidence of recognised words. It is constant, because the sandbox gets the words as text. */
const CONFIDENCE = '0.9';

/** Runs `<Gather>`. See https://www.twilio.com/docs/voice/twiml/gather. @throws the execution signal's reason. */
export async function runGather(execution: CallExecution, verb: Gather, deps: GatherDeps): Promise<NextStep> {
  const { leg } = execution;
  leg.answer();
  const { input: kinds, finishOnKey, timeout: timeoutSeconds } = verb;
  const numDigits = Number.isFinite(verb.numDigits) ? verb.numDigits : null;
  const endWait = leg.awaitInput({ input: kinds, numDigits, finishOnKey, timeoutSeconds });
  const input = await takeInput(execution, verb, deps).finally(endWait);
  if ('words' in input) await sendPartialResult(leg, verb, input.words);
  else if (input.digits === '' && !verb.actionOnEmptyResult) return undefined;
  return stepToAction(execution, verb, formatInput(input), { orThisDocument: true });
}

function formatInput(input: Input): Parameter[] {
  if ('words' in input) {
    return [
      ['SpeechResult', input.words],
      ['Confidence', CONFIDENCE],
    ];
  }
  return [
    ['Digits', input.digits],
    ['FinishedOnKey', input.finishedOn],
  ];
}

/** Without `bargeIn` the prompts play to their end; the keys and words that came meanwhile count then. */
async function takeInput(execution: CallExecution, verb: Gather, deps: GatherDeps): Promise<Input> {
  if (verb.bargeIn) return collectInput(execution, verb, verb.prompts, deps);
  await playPrompts(execution, verb.prompts, deps);
  return collectInput(execution, verb, [], deps);
}

/** The first key or word stops the prompts. The timeout runs from the end of the prompts, and again from each key. */
function collectInput(
  execution: CallExecution,
  verb: Gather,
  prompts: readonly Prompt[],
  deps: GatherDeps,
): Promise<Input> {
  const { leg, signal } = execution;
  const promptStop = new AbortController();
  return waitForSignal<Input>(signal, (resolve) => {
    let digits = '';
    let stopTimer = () => {};
    const restartTimer = () => {
      stopTimer();
      stopTimer = deps.clock.after(verb.timeout * 1000, () => resolve({ digits, finishedOn: '' }));
    };
    function take({ kind, content }: Sound): boolean {
      if (kind === 'keys' && verb.input.includes('dtmf')) takeKey(content);
      else if (kind === 'words' && verb.input.includes('speech')) resolve({ words: content });
      else return false;
      promptStop.abort(INPUT_BEGAN);
      return true;
    }
    function takeKey(key: string): void {
      const isLast = verb.finishOnKey.includes(key);
      if (!isLast) digits += key;
      if (isLast || digits.length >= verb.numDigits) resolve({ digits, finishedOn: isLast ? key : '' });
      else restartTimer();
    }
    const stopListening = leg.listen(take);
    const playing = { leg, signal: AbortSignal.any([signal, promptStop.signal]) };
    void playPrompts(playing, prompts, deps).then(restartTimer, () => {});
    return () => {
      promptStop.abort(INPUT_BEGAN);
      stopTimer();
      stopListening();
    };
  });
}

const INPUT_BEGAN = 'input began';

async function playPrompts(
  execution: Pick<CallExecution, 'leg' | 'signal'>,
  prompts: readonly Prompt[],
  deps: GatherDeps,
): Promise<void> {
  for (const prompt of prompts) await playPrompt(execution, prompt, deps);
  execution.signal.throwIfAborted();
}

async function sendPartialResult(leg: Leg, { partialResultCallback }: Gather, words: string): Promise<void> {
  if (!partialResultCallback) return;
  const parameters: Parameter[] = [
    ...leg.formatParameters(),
    ['UnstableSpeechResult', words],
    ['StableSpeechResult', words],
    ['SequenceNumber', '0'],
  ];
  await leg.notifyApp({ purpose: 'speech', ...partialResultCallback, parameters });
}
