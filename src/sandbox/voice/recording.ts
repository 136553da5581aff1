// Records calls, and sends the webhooks about the recordings.
import type { Clock } from '../platform/clock.js';
import { countSeconds, createHex32, formatTime } from '../platform/formats.js';
import type { RecordingCallback, RecordingEvent } from '../twiml/voice/record.js';
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

/** What is recorded, and where to send the webhooks about it. */
export interface RecordingOptions {
  readonly source: CallRecording['source'];
  readonly channels: CallRecording['channels'];
  readonly callback: RecordingCallback | undefined;
  /** The URL that gets the words; undefined without transcription. */
  readonly transcriptionUrl?: string | undefined;
}

/** A recording that runs. It ends once, in one of two ways. */
export interface RunningRecording {
  /** Ends and saves the recording. @returns its parameters for the action of the verb */
  save(words: string): Parameter[];
  /** Ends the recording with nothing recorded: it is reported as `absent`, and has no row. */
  discard(): void;
}

/** Starts a recording, and reports its progress to its callback. */
export function startRecording(
  { accountSid, origin, clock, recordings }: RecordingDeps,
  record: CallRecord,
  { source, channels, callback, transcriptionUrl }: RecordingOptions,
): RunningRecording {
  const startedAt = clock.now();
  const sid = recordings.createSid();

  /** @param ownParameters those that only a finished recording has */
  function report(event: RecordingEvent, ownParameters: readonly Parameter[] = []): void {
    if (!callback?.events.includes(event)) return;
    const parameters: Parameter[] = [
      ['AccountSid', accountSid],
      ['CallSid', record.sid],
      ...ownParameters,
      ['RecordingStatus', event],
      ['RecordingChannels', String(channels)],
      ['RecordingSource', source],
      ['RecordingStartTime', formatTime(startedAt)],
      ['RecordingTrack', 'both'],
      ['ErrorCode', '0'],
    ];
    void record.notifyApp({ purpose: 'recording-status', ...callback, parameters });
  }

  function reportTranscription(words: string, recordingParameters: readonly Parameter[]): void {
    if (transcriptionUrl === undefined) return;
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

  report('in-progress', [['RecordingSid', sid]]);
  return {
    save: (words) => {
      const duration = countSeconds(clock.now() - startedAt);
      const saved = { sid, callSid: record.sid, source, channels, words, duration, startedAt };
      recordings.insert({ ...saved, createdAt: clock.now() });
      record.emit({ kind: 'call.recorded', sid: record.sid, recordingSid: sid, duration });
      const recordingParameters: Parameter[] = [
        ['RecordingUrl', origin() + recordingPath(accountSid, sid)],
        ['RecordingSid', sid],
        ['RecordingDuration', String(duration)],
      ];
      report('completed', recordingParameters);
      reportTranscription(words, recordingParameters);
      return recordingParameters;
    },
    discard: () =>
      report('absent', [
        ['RecordingSid', sid],
        ['RecordingDuration', '0'],
      ]),
  };
}
