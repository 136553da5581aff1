// Reads <Record>, and the recording callback that it shares with <Dial>.
import {
  type ElementSchema,
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
import type { XmlElement } from '../xml.js';

/** See https://www.twilio.com/docs/voice/twiml/record. */
export interface RecordVerb {
  readonly name: 'Record';
  /** If undefined, the document of the verb is requested again. */
  readonly action: string | undefined;
  readonly method: string;
  /** Seconds of silence that end the recording. */
  readonly timeout: number;
  readonly finishOnKey: string;
  /** Seconds. */
  readonly maxLength: number;
  readonly playBeep: boolean;
  readonly callback: RecordingCallback | undefined;
  readonly transcribe: boolean;
  readonly transcribeCallback: string | undefined;
}

/** Where to send the webhooks about a recording. */
export interface RecordingCallback extends TwimlUrl {
  /** Any of `in-progress`, `completed` and `absent`. */
  readonly events: readonly string[];
}

/** The attributes of {@link readRecordingCallback}, and `trim`, which changes nothing in the sandbox. */
export const RECORDING_ATTRIBUTES = [
  'recordingStatusCallback',
  'recordingStatusCallbackMethod',
  'recordingStatusCallbackEvent',
  'trim',
] as const;

const ATTRIBUTES =
  'action method timeout finishOnKey maxLength playBeep transcribe transcribeCallback recordingTrack';

/** How `<Record>` is read. */
export const RECORD_SCHEMA: ElementSchema<RecordVerb> = {
  attributes: [...ATTRIBUTES.split(' '), ...RECORDING_ATTRIBUTES],
  read: (element, reading) => ({
    name: 'Record',
    action: readUrl(element, 'action', reading),
    method: readMethod(element, reading),
    timeout: readCount(element, 'timeout', reading, { min: 0, max: 86_400, fallback: 5 }),
    finishOnKey: readFinishKeys(element, reading, '1234567890*#'),
    maxLength: readCount(element, 'maxLength', reading, { min: 1, max: 14_400, fallback: 3600 }),
    playBeep: readFlag(element, 'playBeep', reading, true),
    callback: readRecordingCallback(element, reading),
    transcribe: readFlag(element, 'transcribe', reading),
    transcribeCallback: readUrl(element, 'transcribeCallback', reading),
  }),
};

/** Reads the recording callback of a verb; undefined without a URL. */
export function readRecordingCallback(element: XmlElement, reading: Reading): RecordingCallback | undefined {
  const address = readUrlWithMethod(
    element,
    'recordingStatusCallback',
    'recordingStatusCallbackMethod',
    reading,
  );
  const events = readWordList(element, 'recordingStatusCallbackEvent', reading, [
    'in-progress',
    'completed',
    'absent',
  ]);
  return address && { ...address, events: events.length > 0 ? events : ['completed'] };
}
