// <Gather>: waits for keys or words, while prompts are played.
import type { Gather } from '../../twiml/voice/verbs.js';
import type { Parameter } from '../../webhooks/signature.js';
import { tellApp } from '../execution/call-webhooks.js';
import { type CallExecution, type NextStep, stepToAction } from '../execution/execution.js';
import { waitForSignal } from '../execution/wait.js';
import { formatCallParameters } from '../execution/webhook-parameters.js';
import type { Sound } from '../legs/sound.js';
import { prompt } from './prompt.js';

/** What was gathered. */
type Entry = { readonly digits: string } | { readonly words: string };

/** How sure the sandbox is of what it has understood: it is told. */
const CONFIDENCE = '0.9';

/** See https://www.twilio.com/docs/voice/twiml/gather. */
export async function gather(run: CallExecution, verb: Gather): Promise<NextStep> {
  const entry = await listen(run, verb);
  const parameters = formatEntry(entry);
  if (parameters.length === 0) {
    if (!verb.actionOnEmptyResult) return undefined;
    return stepToAction(run, verb, [['Digits', '']], 'or this document');
  }
  if ('words' in entry) await tellPartial(run, verb, entry.words);
  return stepToAction(run, verb, parameters, 'or this document');
}

function formatEntry(entry: Entry): Parameter[] {
  if ('words' in entry) {
    return [
      ['SpeechResult', entry.words],
      ['Confidence', CONFIDENCE],
    ];
  }
  return entry.digits === '' ? [] : [['Digits', entry.digits]];
}

/** The first key or word ends the prompts; the time-out runs from their end, and anew from every key. */
function listen(run: CallExecution, verb: Gather): Promise<Entry> {
  const { world, leg, signal } = run;
  const hurry = new AbortController();
  return waitForSignal<Entry>(signal, (resolve) => {
    let digits = '';
    let stopTimer = () => {};
    const restartTimer = () => {
      stopTimer();
      stopTimer = world.clock.after(verb.timeout * 1000, () => resolve({ digits }));
    };
    function take({ kind, content }: Sound): boolean {
      if (kind === 'keys' && verb.input.includes('dtmf')) takeKey(content);
      else if (kind === 'words' && verb.input.includes('speech')) resolve({ words: content });
      else return false;
      hurry.abort(HURRY);
      return true;
    }
    function takeKey(key: string): void {
      const isLast = verb.finishOnKey.includes(key);
      if (!isLast) digits += key;
      if (isLast || digits.length >= verb.numDigits) resolve({ digits });
      else restartTimer();
    }
    const stopListening = leg.listen(take);
    void playPrompts({ ...run, signal: AbortSignal.any([signal, hurry.signal]) }, verb).then(
      restartTimer,
      () => {},
    );
    return () => {
      hurry.abort(HURRY);
      stopTimer();
      stopListening();
    };
  });
}

const HURRY = 'somebody has begun to answer';

async function playPrompts(run: CallExecution, { prompts }: Gather): Promise<void> {
  for (const one of prompts) await prompt(run, one);
  run.signal.throwIfAborted();
}

async function tellPartial(run: CallExecution, verb: Gather, words: string): Promise<void> {
  if (!verb.partialResultCallback) return;
  const parameters: Parameter[] = [
    ...formatCallParameters(run.world, run.leg.call()),
    ['UnstableSpeechResult', words],
    ['StableSpeechResult', words],
    ['SequenceNumber', '0'],
  ];
  await tellApp(run, { purpose: 'speech', ...verb.partialResultCallback, parameters });
}
