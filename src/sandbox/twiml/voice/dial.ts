// Reads <Dial>: whom to call, and how.
import {
  elementsOf,
  type Reading,
  readElementText,
  readMethod,
  readUrl,
  warnOfAttributes,
  warnOfSchema,
} from '../element.js';
import type { XmlElement } from '../xml.js';
import { readAddress, readCount, readFlag, readRecordingCallback, readWordList } from './attributes.js';
import { VOICE_ATTRIBUTES } from './schema.js';
import type { Dial, DialledNumber } from './verbs.js';

/** The call progress that a status callback can be had of. */
export const CALL_EVENTS = ['initiated', 'ringing', 'answered', 'completed'] as const;

const RECORD_MODES = [
  'do-not-record',
  'record-from-answer',
  'record-from-ringing',
  'record-from-answer-dual',
  'record-from-ringing-dual',
] as const;

/** How many numbers may be called at once; see https://www.twilio.com/docs/voice/twiml/number. */
const MOST_NUMBERS = 10;

/** See https://www.twilio.com/docs/voice/twiml/dial. */
export function readDial(element: XmlElement, reading: Reading): Dial {
  const mode = readWordList(element, 'record', reading, [...RECORD_MODES, 'true', 'false'])[0];
  return {
    name: 'Dial',
    action: readUrl(element, 'action', reading),
    method: readMethod(element, reading),
    timeout: readCount(element, 'timeout', reading, { least: 1, most: 600, fallback: 30 }),
    timeLimit: readCount(element, 'timeLimit', reading, { least: 1, most: 86_400, fallback: 14_400 }),
    callerId: element.attributes.get('callerId')?.trim() || undefined,
    answerOnBridge: readFlag(element, 'answerOnBridge', reading),
    hangupOnStar: readFlag(element, 'hangupOnStar', reading),
    sequential: readFlag(element, 'sequential', reading),
    record: mode !== undefined && mode !== 'do-not-record' && mode !== 'false',
    callback: readRecordingCallback(element, reading),
    ...readNouns(element, reading),
  };
}

function readNouns(element: XmlElement, reading: Reading): Pick<Dial, 'numbers' | 'queue'> {
  const { warn } = reading;
  const [text, nouns] = [readElementText(element), elementsOf(element)];
  for (const { name } of nouns) {
    if (name !== 'Number' && name !== 'Queue') warnOfSchema(warn, `<${name}> cannot be dialled here`);
  }
  const numbers = nouns.filter(({ name }) => name === 'Number').map((noun) => readNumber(noun, reading));
  if (numbers.length > MOST_NUMBERS) warnOfSchema(warn, `<Dial> has more than ${MOST_NUMBERS} numbers`);
  const queue = nouns.find(({ name }) => name === 'Queue');
  return {
    numbers: [...(text === '' ? [] : [plainNumber(text)]), ...numbers].slice(0, MOST_NUMBERS),
    queue: queue && { queue: readElementText(queue), whisper: readAddress(queue, 'url', 'method', reading) },
  };
}

function plainNumber(number: string): DialledNumber {
  return {
    number,
    sendDigits: '',
    whisper: undefined,
    statusCallback: undefined,
    statusCallbackEvents: [],
  };
}

function readNumber(noun: XmlElement, reading: Reading): DialledNumber {
  warnOfAttributes(noun, VOICE_ATTRIBUTES.Number, reading.warn);
  const events = readWordList(noun, 'statusCallbackEvent', reading, CALL_EVENTS);
  return {
    number: readElementText(noun),
    sendDigits: noun.attributes.get('sendDigits') ?? '',
    whisper: readAddress(noun, 'url', 'method', reading),
    statusCallback: readAddress(noun, 'statusCallback', 'statusCallbackMethod', reading),
    statusCallbackEvents: events.length > 0 ? events : ['completed'],
  };
}
