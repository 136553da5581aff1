// Reads <Record>, and the recording callback that it shares with <Dial>.
import {
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
import { defineElement } from '../schema.js';
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

/** What becomes of a recording: it begins, it is there, or nothing was recorded. */
export type RecordingEvent = (typeof RECORDING_EVENTS)[number];

const RECORDING_EVENTS = ['in-progress', 'completed', 'absent'] as const;

/** Where to send the webhooks about a recording. */
export interface RecordingCallback extends TwimlUrl {
  readonly events: readonly RecordingEvent[];
}

/** The attributes of {@link readRecordingCallback}. */
export const RECORDING_CALLBACK_ATTRIBUTES =
  'recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent';

/** The attributes of recordings that the sandbox lacks: nothing is trimmed, because nothing is heard. */
export const MISSING_RECORDING_ATTRIBUTES = { trim: ['do-not-trim'], recordingConfigurationId: [] };

/** What `<Record>` may have. */
export const RECORD_SCHEMA = defineElement(
  `action method timeout finishOnKey maxLength playBeep transcribe transcribeCallback ${RECORDING_CALLBACK_ATTRIBUTES}`,
  { missing: MISSING_RECORDING_ATTRIBUTES },
);

/** Reads `<Record>`. */
export function readRecord(element: XmlElement, reading: Reading): RecordVerb {
  return {
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
  };
}

/** Reads the recording callback of a verb; undefined without a URL. */
export function readRecordingCallback(element: XmlElement, reading: Reading): RecordingCallback | undefined {
  const address = readUrlWithMethod(
    element,
    'recordingStatusCallback',
    'recordingStatusCallbackMethod',
    reading,
  );
  const events = readWordList(element, 'recordingStatusCallbackEvent', reading, RECORDING_EVENTS);
  return address && { ...address, events: events.length > 0 ? events : ['completed'] };
}
