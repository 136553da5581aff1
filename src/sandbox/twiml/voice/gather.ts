// Reads <Gather> and the prompts in it.
import {
  type ElementSchema,
  elementsOf,
  type Reading,
  readCount,
  readElement,
  readFinishKeys,
  readFlag,
  readMethod,
  readUrl,
  readUrlWithMethod,
  readWordList,
  type TwimlUrl,
} from '../element.js';
import type { XmlElement } from '../xml.js';
import { PROMPT_SCHEMAS, type Prompt } from './prompts.js';

/** See https://www.twilio.com/docs/voice/twiml/gather. */
export interface Gather {
  readonly name: 'Gather';
  /** If undefined, the document of the verb is requested again. */
  readonly action: string | undefined;
  readonly method: string;
  readonly input: readonly ('dtmf' | 'speech')[];
  /** Seconds. */
  readonly timeout: number;
  readonly finishOnKey: string;
  readonly numDigits: number;
  readonly actionOnEmptyResult: boolean;
  readonly partialResultCallback: TwimlUrl | undefined;
  readonly prompts: readonly Prompt[];
}

const ATTRIBUTES =
  'action method input timeout finishOnKey numDigits actionOnEmptyResult language speechTimeout speechModel profanityFilter enhanced hints partialResultCallback partialResultCallbackMethod bargeIn debug maxSpeechTime';

/** How `<Gather>` is read. */
export const GATHER_SCHEMA: ElementSchema<Gather> = {
  attributes: ATTRIBUTES.split(' '),
  read: (element, reading) => {
    const input = readWordList(element, 'input', reading, ['dtmf', 'speech']);
    const partialResults = ['partialResultCallback', 'partialResultCallbackMethod'] as const;
    return {
      prompts: elementsOf(element).flatMap((child) => readPrompt(child, reading) ?? []),
      name: 'Gather',
      action: readUrl(element, 'action', reading),
      method: readMethod(element, reading),
      input: input.length > 0 ? input : ['dtmf'],
      timeout: readCount(element, 'timeout', reading, { min: 0, max: 86_400, fallback: 5 }),
      finishOnKey: readFinishKeys(element, reading, '#'),
      numDigits: readCount(element, 'numDigits', reading, { min: 1, max: 1000, fallback: UNLIMITED }),
      actionOnEmptyResult: readFlag(element, 'actionOnEmptyResult', reading),
      partialResultCallback: readUrlWithMethod(element, ...partialResults, reading),
    };
  },
};

const UNLIMITED = Number.POSITIVE_INFINITY;

function readPrompt(child: XmlElement, reading: Reading): Prompt | undefined {
  const { name } = child;
  if (name === 'Say' || name === 'Play' || name === 'Pause') {
    return readElement<Prompt>(child, PROMPT_SCHEMAS[name], reading);
  }
  reading.warn(13320, `Gather: Invalid nested verb: <${name}>`, child);
  return undefined;
}
