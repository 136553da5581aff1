// Keeps a recording of a call, and tells those who want to know.

import { countSeconds, createHex32, formatTime } from '../platform/formats.js';
import type { RecordingCallback } from '../twiml/voice/verbs.js';
import type { Parameter } from '../webhooks/signature.js';
import { recordingPath } from './api/recordings/format.js';
import type { CallRecording } from './api/recordings/store.js';
import { tellApp } from './execution/call-webhooks.js';
import type { ExecutionContext } from './execution/execution.js';
import { formatCallParameters } from './execution/webhook-parameters.js';

/** What there is to keep, and whom to tell. */
export interface Recorded {
  readonly source: CallRecording['source'];
  readonly words: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly callback: RecordingCallback | undefined;
  /** Where to send the words to. */
  readonly transcript?: string | undefined;
}

/** Keeps it. @returns what the action of its verb is told of it */
export function keepRecording(journey: ExecutionContext, recorded: Recorded): Parameter[] {
  const { world, leg } = journey;
  const { source, words, startedAt } = recorded;
  const duration = countSeconds(world.now() - startedAt);
  const draft = { callSid: leg.sid, source, words, duration, startedAt };
  const recording = world.recordings.insert(draft, world.now());
  leg.emit({ kind: 'call.recorded', sid: leg.sid, recordingSid: recording.sid, duration });
  const facts: Parameter[] = [
    ['RecordingUrl', world.origin() + recordingPath(world.accountSid, recording.sid)],
    ['RecordingSid', recording.sid],
    ['RecordingDuration', String(duration)],
  ];
  tell(journey, recorded, recording, facts);
  return facts;
}

function tell(
  journey: ExecutionContext,
  { callback, transcript }: Recorded,
  { words, source, startedAt }: CallRecording,
  facts: readonly Parameter[],
): void {
  const { world } = journey;
  const base = [
    ['AccountSid', world.accountSid],
    ['CallSid', journey.leg.sid],
  ] as const;
  if (callback?.events.includes('completed')) {
    const parameters: Parameter[] = [
      ...base,
      ...facts,
      ['RecordingStatus', 'completed'],
      ['RecordingChannels', source === 'DialVerb' ? '2' : '1'],
      ['RecordingSource', source],
      ['RecordingStartTime', formatTime(startedAt)],
      ['ErrorCode', '0'],
    ];
    void tellApp(journey, { purpose: 'recording-status', ...callback, parameters });
  }
  if (transcript !== undefined) {
    const parameters: Parameter[] = [
      ...formatCallParameters(world, journey.leg.call()),
      ['TranscriptionSid', `TR${createHex32()}`],
      ['TranscriptionText', words],
      ['TranscriptionStatus', 'completed'],
      ['TranscriptionType', 'fast'],
      ...facts,
    ];
    void tellApp(journey, { purpose: 'transcription', url: transcript, method: 'POST', parameters });
  }
}
