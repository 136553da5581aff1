// Saves recordings of calls, and sends the webhooks about them.
import type { Clock } from '../platform/clock.js';
import { countSeconds, createHex32, formatTime } from '../platform/formats.js';
import type { RecordingCallback } from '../twiml/voice/record.js';
import type { Parameter } from '../webhooks/signature.js';
import { recordingPath } from './api/recordings/format.js';
import type { CallRecording, RecordingStore } from './api/recordings/store.js';
import type { CallRecord } from './legs/call-record.js';

/** What recordings need. */
export interface RecordingDeps {
  readonly accountSid: string;
  /** The origin of the sandbox: `http://127.0.0.1:4020`. */
  readonly origin: () => string;
  readonly clock: Clock;
  readonly recordings: RecordingStore;
}

/** A recording to save, and where to send its webhooks. */
export interface FinishedRecording {
  readonly source: CallRecording['source'];
  readonly channels: CallRecording['channels'];
  readonly words: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly callback: RecordingCallback | undefined;
  /** The URL that gets the words; undefined without transcription. */
  readonly transcriptionUrl?: string | undefined;
}

/** Saves a recording that ends now. @returns its parameters for the action of the verb */
export function saveRecording(
  deps: RecordingDeps,
  record: CallRecord,
  finished: FinishedRecording,
): Parameter[] {
  const { accountSid, origin, clock, recordings } = deps;
  const { source, channels, words, startedAt, callback, transcriptionUrl } = finished;
  const duration = countSeconds(clock.now() - startedAt);
  const draft = { callSid: record.sid, source, channels, words, duration, startedAt };
  const { sid } = recordings.insert(draft, clock.now());
  record.emit({ kind: 'call.recorded', sid: record.sid, recordingSid: sid, duration });
  const recordingParameters: Parameter[] = [
    ['RecordingUrl', origin() + recordingPath(accountSid, sid)],
    ['RecordingSid', sid],
    ['RecordingDuration', String(duration)],
  ];
  if (callback?.events.includes('completed')) {
    const parameters: Parameter[] = [
      ['AccountSid', accountSid],
      ['CallSid', record.sid],
      ...recordingParameters,
      ['RecordingStatus', 'completed'],
      ['RecordingChannels', String(channels)],
      ['RecordingSource', source],
      ['RecordingStartTime', formatTime(startedAt)],
      ['RecordingTrack', 'both'],
      ['ErrorCode', '0'],
    ];
    void record.notifyApp({ purpose: 'recording-status', ...callback, parameters });
  }
  if (transcriptionUrl !== undefined) {
    const parameters: Parameter[] = [
      ...record.formatParameters(),
      ['TranscriptionSid', `TR${createHex32()}`],
      ['TranscriptionText', words],
      ['TranscriptionStatus', 'completed'],
      ['TranscriptionType', 'fast'],
      ...recordingParameters,
    ];
    void record.notifyApp({ purpose: 'transcription', url: transcriptionUrl, method: 'POST', parameters });
  }
  return recordingParameters;
}
