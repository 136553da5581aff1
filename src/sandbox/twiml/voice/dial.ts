// Reads <Dial>, <Number> and <Queue>.
import {
  type ElementSchema,
  elementsOf,
  type Reading,
  readCount,
  readDialKeys,
  readElement,
  readElementText,
  readFlag,
  readMethod,
  readUrl,
  readUrlWithMethod,
  readWordList,
  type TwimlUrl,
  warnOfSchema,
} from '../element.js';
import type { XmlElement } from '../xml.js';
import { RECORDING_ATTRIBUTES, type RecordingCallback, readRecordingCallback } from './record.js';

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
  /** How many channels the recording has: 2 for the modes `…-dual`; undefined for no recording. */
  readonly recordedChannels: 1 | 2 | undefined;
  readonly callback: RecordingCallback | undefined;
  /** The numbers to call: all at once, unless `sequential`. */
  readonly numbers: readonly DialledNumber[];
  /** The queue to take a caller from, instead of calling numbers. */
  readonly queue: DialledQueue | undefined;
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

/** How many numbers one `<Dial>` may have. See https://www.twilio.com/docs/voice/twiml/number. */
const MAX_NUMBERS = 10;

const ATTRIBUTES =
  'action method timeout timeLimit callerId answerOnBridge hangupOnStar sequential record recordingTrack ringTone referUrl referMethod callReason events';

const NUMBER_ATTRIBUTES =
  'url method sendDigits statusCallback statusCallbackMethod statusCallbackEvent byoc machineDetection machineDetectionTimeout machineDetectionSpeechThreshold machineDetectionSpeechEndThreshold machineDetectionSilenceTimeout amdStatusCallback amdStatusCallbackMethod';

/** How `<Dial>` is read. */
export const DIAL_SCHEMA: ElementSchema<Dial> = {
  attributes: [...ATTRIBUTES.split(' '), ...RECORDING_ATTRIBUTES],
  read: (element, reading) => {
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
      recordedChannels: readRecordedChannels(element, reading),
      callback: readRecordingCallback(element, reading),
      ...readNouns(element, reading),
    };
  },
};

/** The channels of `<Dial record>`: see https://www.twilio.com/docs/voice/twiml/dial#record. */
function readRecordedChannels(element: XmlElement, reading: Reading): Dial['recordedChannels'] {
  const [mode = 'false'] = readWordList(element, 'record', reading, RECORD_MODES);
  if (mode === 'do-not-record' || mode === 'false') return undefined;
  return mode.endsWith('-dual') ? 2 : 1;
}

/** See https://www.twilio.com/docs/voice/twiml/dial#nouns. */
const MISSING_NOUNS: readonly string[] = ['Application', 'Client', 'Conference', 'Sim', 'Sip', 'WhatsApp'];

function readNouns(element: XmlElement, reading: Reading): Pick<Dial, 'numbers' | 'queue'> {
  const { warn, lack } = reading;
  const [text, nouns] = [readElementText(element), elementsOf(element)];
  for (const noun of nouns) {
    const { name } = noun;
    if (name === 'Number' || name === 'Queue') continue;
    if (MISSING_NOUNS.includes(name)) lack('noun', `<Dial><${name}>`);
    else warnOfSchema(warn, noun, `<${name}> is not allowed in <Dial>`);
  }
  const numbers = nouns
    .filter(({ name }) => name === 'Number')
    .flatMap((noun) => readElement(noun, NUMBER_SCHEMA, reading) ?? []);
  if (numbers.length > MAX_NUMBERS)
    warnOfSchema(warn, element, `<Dial> has more than ${MAX_NUMBERS} numbers`);
  const queue = nouns.find(({ name }) => name === 'Queue');
  return {
    numbers: [...(text === '' ? [] : [plainNumber(text)]), ...numbers].slice(0, MAX_NUMBERS),
    queue: queue && {
      queue: readElementText(queue),
      whisper: readUrlWithMethod(queue, 'url', 'method', reading),
    },
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

const NUMBER_SCHEMA: ElementSchema<DialledNumber> = {
  attributes: NUMBER_ATTRIBUTES.split(' '),
  read: (element, reading) => {
    const events = readWordList(element, 'statusCallbackEvent', reading, CALL_EVENTS);
    return {
      number: readElementText(element),
      sendDigits: readDialKeys(element, 'sendDigits', reading),
      whisper: readUrlWithMethod(element, 'url', 'method', reading),
      statusCallback: readUrlWithMethod(element, 'statusCallback', 'statusCallbackMethod', reading),
      statusCallbackEvents: events.length > 0 ? events : ['completed'],
    };
  },
};
