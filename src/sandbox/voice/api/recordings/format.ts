// Formats a recording as the 2010-04-01 API returns it.
import { formatTime } from '../../../platform/formats.js';
import { accountPath } from '../../../server/paths.js';
import type { CallRecording } from './store.js';

/** The path of a recording without an extension. It returns the audio as WAV, as does `.wav`; `.mp3` returns MP3. */
export function recordingPath(accountSid: string, sid: string): string {
  return `${accountPath(accountSid)}/Recordings/${sid}`;
}

/** The JSON of https://www.twilio.com/docs/voice/api/recording. */
export function formatRecording(accountSid: string, origin: string, recording: CallRecording) {
  const path = recordingPath(accountSid, recording.sid);
  return {
    ...formatCommon(accountSid, recording),
    media_url: origin + path,
    subresource_uris: {
      add_on_results: `${path}/AddOnResults.json`,
      transcriptions: `${path}/Transcriptions.json`,
    },
    uri: `${path}.json`,
  };
}

/** The JSON of a recording below its call, see https://www.twilio.com/docs/voice/api/recording. */
export function formatCallRecording(accountSid: string, recording: CallRecording) {
  const { callSid, sid, source } = recording;
  return {
    ...formatCommon(accountSid, recording),
    track: source === 'DialVerb' ? 'both' : 'inbound',
    uri: `${accountPath(accountSid)}/Calls/${callSid}/Recordings/${sid}.json`,
  };
}

function formatCommon(accountSid: string, recording: CallRecording) {
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    call_sid: recording.callSid,
    channels: recording.channels,
    conference_sid: null,
    date_created: formatTime(recording.createdAt),
    date_updated: formatTime(recording.createdAt),
    duration: String(recording.duration),
    encryption_details: null,
    error_code: null,
    price: null,
    price_unit: 'USD',
    sid: recording.sid,
    source: recording.source,
    start_time: formatTime(recording.startedAt),
    status: 'completed',
  };
}
