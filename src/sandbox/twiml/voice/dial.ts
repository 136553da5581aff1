// Reads <Dial>, <Number> and <Queue>.
import {
  elementsOf,
  type Reading,
  readCount,
  readDialKeys,
  readElementText,
  readFlag,
  readMethod,
  readUrl,
  readUrlWithMethod,
  readWordList,
  type TwimlUrl,
  warnOfSchema,
} from '../element.js';
import { defineElement, defineMissingElement, type ElementSchema } from '../schema.js';
import type { XmlElement } from '../xml.js';
import { MACHINE_DETECTION_ATTRIBUTES, MISSING_DIAL_NOUNS } from './missing.js';
import {
  MISSING_RECORDING_ATTRIBUTES,
  RECORDING_CALLBACK_ATTRIBUTES,
  type RecordingCallback,
  readRecordingCallback,
} from './record.js';

/** `<Dial>`. See https://www.twilio.com/docs/voice/twiml/dial. */
export interface Dial {
  readonly name: 'Dial';
  readonly action: string | undefined;
  readonly method: string;
  /** Seconds. */
  readonly timeout: number;
  /** Seconds. */
  readonly timeLimit: number;
  readonly callerId: string | undefined;
  readonly answerOnBridge: boolean;
  readonly hangupOnStar: boolean;
  readonly sequential: boolean;
  /** Undefined for no recording. It has 2 channels with the modes `…-dual`. */
  readonly record: { readonly channels: 1 | 2; readonly from: 'ringing' | 'answer' } | undefined;
  readonly callback: RecordingCallback | undefined;
  /** The numbers to call: all at once, unless `sequential`. */
  readonly numbers: readonly DialledNumber[];
  /** The queue to take a caller from, instead of calling numbers. */
  readonly queue: DialledQueue | undefined;
  /** The names of the nouns that Twilio would call and the sandbox lacks, such as `Client`. */
  readonly missingNouns: readonly string[];
}

/** `<Number>`. See https://www.twilio.com/docs/voice/twiml/number. */
export interface DialledNumber {
  /** As it is written. */
  readonly number: string;
  readonly sendDigits: string;
  /** A document for the party that answers, before the two are connected. */
  readonly whisper: TwimlUrl | undefined;
  readonly statusCallback: TwimlUrl | undefined;
  readonly statusCallbackEvents: readonly string[];
}

/** `<Queue>`. See https://www.twilio.com/docs/voice/twiml/queue. */
export interface DialledQueue {
  /** The name of the queue. */
  readonly queue: string;
  /** A document for the caller who waited, before the two are connected. */
  readonly whisper: TwimlUrl | undefined;
}

/** The progress of a call that a status callback can report. */
export const CALL_EVENTS = ['initiated', 'ringing', 'answered', 'completed'] as const;

const RECORD_MODES = [
  'do-not-record',
  'record-from-answer',
  'record-from-ringing',
  'record-from-answer-dual',
  'record-from-ringing-dual',
  'true',
  'false',
] as const;

/** See https://www.twilio.com/docs/voice/twiml/dial#ringtone. */
const RING_TONES =
  /^(at|au|be|bg|br|ch|cl|cn|cz|de|dk|ee|es|fi|fr|gr|hu|il|in|it|jp|lt|mx|my|nl|no|nz|ph|pl|pt|ru|se|sg|th|tw|uk|us|us-old|ve|za)$/i;

/** How many numbers one `<Dial>` may have. See https://www.twilio.com/docs/voice/twiml/number. */
const MAX_NUMBERS = 10;

/** The nouns of `<Dial>` that the sandbox has. */
const NOUN_SCHEMAS: Readonly<Record<string, ElementSchema>> = {
  Number: defineElement('url method sendDigits statusCallback statusCallbackMethod statusCallbackEvent', {
    missing: { byoc: [], ...defineMissingElement(MACHINE_DETECTION_ATTRIBUTES).missing },
  }),
  Queue: defineElement('url method', { missing: { reservationSid: [], postWorkActivitySid: [] } }),
};

/** What `<Dial>` may have. See https://www.twilio.com/docs/voice/twiml/dial. */
export const DIAL_SCHEMA = defineElement(
  `action method timeout timeLimit callerId answerOnBridge hangupOnStar sequential record ${RECORDING_CALLBACK_ATTRIBUTES}`,
  {
    checks: { ringTone: RING_TONES },
    missing: {
      ...MISSING_RECORDING_ATTRIBUTES,
      recordingTrack: ['both'],
      callReason: [],
      events: [],
      passports: [],
      referUrl: [],
      referMethod: [],
    },
    elements: { ...NOUN_SCHEMAS, ...MISSING_DIAL_NOUNS },
  },
);

/** Reads `<Dial>`. */
export function readDial(element: XmlElement, reading: Reading): Dial {
  return {
    name: 'Dial',
    action: readUrl(element, 'action', reading),
    method: readMethod(element, reading),
    timeout: readCount(element, 'timeout', reading, { min: 1, max: 600, fallback: 30 }),
    timeLimit: readCount(element, 'timeLimit', reading, { min: 1, max: 86_400, fallback: 14_400 }),
    callerId: element.attributes.get('callerId')?.trim() || undefined,
    answerOnBridge: readFlag(element, 'answerOnBridge', reading),
    hangupOnStar: readFlag(element, 'hangupOnStar', reading),
    sequential: readFlag(element, 'sequential', reading),
    record: readRecordMode(element, reading),
    callback: readRecordingCallback(element, reading),
    ...readNouns(element, reading),
  };
}

/** Reads `record`: see https://www.twilio.com/docs/voice/twiml/dial#record. */
function readRecordMode(element: XmlElement, reading: Reading): Dial['record'] {
  const [mode = 'false'] = readWordList(element, 'record', reading, RECORD_MODES);
  if (mode === 'do-not-record' || mode === 'false') return undefined;
  return {
    channels: mode.endsWith('-dual') ? 2 : 1,
    from: mode.startsWith('record-from-ringing') ? 'ringing' : 'answer',
  };
}

function readNouns(element: XmlElement, reading: Reading): Pick<Dial, 'numbers' | 'queue' | 'missingNouns'> {
  const [text, nouns] = [readElementText(element), elementsOf(element)];
  const numbers = nouns.filter(({ name }) => name === 'Number').map((noun) => readNumber(noun, reading));
  if (numbers.length > MAX_NUMBERS)
    warnOfSchema(reading.warn, element, `<Dial> has more than ${MAX_NUMBERS} numbers`);
  const queue = nouns.find(({ name }) => name === 'Queue');
  const missing = nouns.map(({ name }) => name).filter((name) => Object.hasOwn(MISSING_DIAL_NOUNS, name));
  return {
    numbers: [...(text === '' ? [] : [plainNumber(text)]), ...numbers].slice(0, MAX_NUMBERS),
    queue: queue && {
      queue: readElementText(queue),
      whisper: readUrlWithMethod(queue, 'url', 'method', reading),
    },
    missingNouns: [...new Set(missing)],
  };
}

function readNumber(element: XmlElement, reading: Reading): DialledNumber {
  const events = readWordList(element, 'statusCallbackEvent', reading, CALL_EVENTS);
  return {
    number: readElementText(element),
    sendDigits: readDialKeys(element, 'sendDigits', reading),
    whisper: readUrlWithMethod(element, 'url', 'method', reading),
    statusCallback: readUrlWithMethod(element, 'statusCallback', 'statusCallbackMethod', reading),
    statusCallbackEvents: events.length > 0 ? events : ['completed'],
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
