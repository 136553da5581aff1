// Reads <Gather> and the prompts in it.
import {
  elementsOf,
  type Reading,
  readCount,
  readFinishKeys,
  readFlag,
  readMethod,
  readUrl,
  readUrlWithMethod,
  readWordList,
  type TwimlUrl,
} from '../element.js';
import { ANY_VALUE, defineElement } from '../schema.js';
import type { XmlElement } from '../xml.js';
import { PROMPT_READERS, PROMPT_SCHEMAS, type Prompt } from './prompts.js';

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
  /** False if keys and words do not stop the prompts. */
  readonly bargeIn: boolean;
  readonly partialResultCallback: TwimlUrl | undefined;
  readonly prompts: readonly Prompt[];
}

/** What `<Gather>` may have. The words of a caller arrive as text, so nothing is recognized. */
export const GATHER_SCHEMA = defineElement(
  'action method input timeout finishOnKey numDigits actionOnEmptyResult partialResultCallback partialResultCallbackMethod bargeIn',
  {
    checks: {
      language: ANY_VALUE,
      speechTimeout: /^(auto|\d+)$/i,
      maxSpeechTime: /^\d+$/,
      speechModel: ANY_VALUE,
      profanityFilter: /^(true|false)$/i,
      enhanced: /^(true|false)$/i,
      hints: ANY_VALUE,
    },
    missing: { debug: ['false'] },
    elements: PROMPT_SCHEMAS,
    describeUnknown: (name) => [13320, `Gather: Invalid nested verb: <${name}>`],
  },
);

/** Reads `<Gather>`. */
export function readGather(element: XmlElement, reading: Reading): Gather {
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
    bargeIn: readFlag(element, 'bargeIn', reading, true),
    partialResultCallback: readUrlWithMethod(element, ...partialResults, reading),
  };
}

const UNLIMITED = Number.POSITIVE_INFINITY;

function readPrompt(child: XmlElement, reading: Reading): Prompt | undefined {
  const { name } = child;
  if (name !== 'Say' && name !== 'Play' && name !== 'Pause') return undefined;
  return PROMPT_READERS[name](child, reading);
}
