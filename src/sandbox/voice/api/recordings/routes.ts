// The REST resource Recordings: list, fetch as JSON or as audio, delete.
import { answer, answerDeleted, answerFile, type RestAnswer } from '../../../server/answer.js';
import { findSpan, findValue, readQuery } from '../../../server/form.js';
import { formatPage, readPage } from '../../../server/paging.js';
import { dateFilter, does, flag, notHere, PAGING, type ParameterTable } from '../../../server/parameters.js';
import { ACCOUNT } from '../../../server/paths.js';
import {
  JSON_FILE,
  nameInPath,
  type RestContext,
  type RestRouter,
  verifyRowFound,
} from '../../../server/router.js';
import type { Voice } from '../../voice.js';
import { formatCallRecording, formatRecording } from './format.js';
import { createSilentMp3, createSilentWav } from './silence.js';
import type { CallRecording } from './store.js';

const FILTERS: ParameterTable = { CallSid: does, ConferenceSid: does, ...dateFilter('DateCreated') };
const FETCH_RECORDING: ParameterTable = { IncludeSoftDeleted: notHere({ anyway: ['false'], check: flag }) };
const LIST_RECORDINGS: ParameterTable = { ...FILTERS, ...FETCH_RECORDING, ...PAGING };
const LIST_RECORDINGS_OF_CALL: ParameterTable = { ...dateFilter('DateCreated'), ...PAGING };

/** What the resource needs. */
export interface RecordingApiDeps {
  readonly accountSid: string;
  /** The origin of the sandbox: `http://127.0.0.1:4020`. */
  readonly origin: () => string;
  readonly voice: Pick<Voice, 'calls' | 'recordings'>;
}

/** Adds the routes of https://www.twilio.com/docs/voice/api/recording. The audio is silence, as long as the recording. */
export function addRecordingRoutes(
  router: RestRouter,
  { accountSid, origin, voice }: RecordingApiDeps,
): void {
  const { calls, recordings } = voice;
  const format = (recording: CallRecording) => formatRecording(accountSid, origin(), recording);

  function fetchRecording(context: RestContext): RestAnswer {
    // For a deleted one, too: only Twilio keeps it for a while.
    readQuery(context);
    const found = verifyRowFound(context, recordings.find(nameInPath(context)));
    return answer(context.path, 200, format(found));
  }

  function fetchAudio(context: RestContext): RestAnswer {
    const [, sid = '', extension] = /^([^.]*)(\.wav|\.mp3)?$/.exec(context.params.audio ?? '') ?? [];
    const { duration, channels } = verifyRowFound(context, recordings.find(sid));
    // A recording in two channels is mixed for who asks for one.
    const requested = findValue(readQuery(context), 'RequestedChannels') === '1' ? 1 : channels;
    return extension === '.mp3'
      ? answerFile(context.path, 'audio/mpeg', createSilentMp3(duration, requested))
      : answerFile(context.path, 'audio/x-wav', createSilentWav(duration, requested));
  }

  function deleteRecording(context: RestContext): RestAnswer {
    verifyRowFound(context, recordings.remove(nameInPath(context)) || undefined);
    return answerDeleted(context.path);
  }

  function list(
    context: RestContext,
    callSid: string | undefined,
    formatRow: (recording: CallRecording) => unknown,
  ): RestAnswer {
    const query = readQuery(context);
    const request = readPage(query, Object.keys(FILTERS));
    // No recording here is of a conference.
    const isOfConference = findValue(query, 'ConferenceSid') !== undefined;
    const filter = { callSid, ...findSpan(query, 'DateCreated') };
    const rows = isOfConference ? [] : recordings.list(request.window, filter);
    const { path } = context;
    return answer(path, 200, formatPage(path, request, 'recordings', rows, formatRow));
  }

  function listAll(context: RestContext): RestAnswer {
    return list(context, findValue(readQuery(context), 'CallSid'), format);
  }

  function listOfCall(context: RestContext): RestAnswer {
    const { sid } = verifyRowFound(context, calls.find(context.params.call ?? ''));
    return list(context, sid, (recording) => formatCallRecording(accountSid, recording));
  }

  /** Finds a recording by its path below its call. @throws TwilioProblem 20404 if it is of another call. */
  function verifyOfCall(context: RestContext): CallRecording {
    const recording = recordings.find(nameInPath(context));
    return verifyRowFound(context, recording?.callSid === context.params.call ? recording : undefined);
  }

  function fetchOfCall(context: RestContext): RestAnswer {
    return answer(context.path, 200, formatCallRecording(accountSid, verifyOfCall(context)));
  }

  function deleteOfCall(context: RestContext): RestAnswer {
    recordings.remove(verifyOfCall(context).sid);
    return answerDeleted(context.path);
  }

  router.get(`${ACCOUNT}/Recordings.json`, listAll, LIST_RECORDINGS);
  router.get(`${ACCOUNT}/Recordings/${JSON_FILE}`, fetchRecording, FETCH_RECORDING);
  router.delete(`${ACCOUNT}/Recordings/${JSON_FILE}`, deleteRecording);
  router.get(`${ACCOUNT}/Recordings/:audio`, fetchAudio);
  router.get(`${ACCOUNT}/Calls/:call/Recordings.json`, listOfCall, LIST_RECORDINGS_OF_CALL);
  router.get(`${ACCOUNT}/Calls/:call/Recordings/${JSON_FILE}`, fetchOfCall);
  router.delete(`${ACCOUNT}/Calls/:call/Recordings/${JSON_FILE}`, deleteOfCall);
}
