// The REST resource Recordings: list, fetch as JSON or as audio, delete.
import { answer, answerDeleted, answerFile, type RestAnswer } from '../../../server/answer.js';
import { findSpan, findValue, readQuery } from '../../../server/form.js';
import { formatPage, readPage } from '../../../server/paging.js';
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
import type { CallRecording } from './store.js';

/** What the resource needs. */
export interface RecordingApiDeps {
  readonly accountSid: string;
  /** The origin of the sandbox: `http://127.0.0.1:4020`. */
  readonly origin: () => string;
  readonly voice: Pick<Voice, 'calls' | 'recordings'>;
}

/** Adds the routes of https://www.twilio.com/docs/voice/api/recording. The audio is a WAV file of silence. */
export function addRecordingRoutes(
  router: RestRouter,
  { accountSid, origin, voice }: RecordingApiDeps,
): void {
  const { calls, recordings } = voice;
  const format = (recording: CallRecording) => formatRecording(accountSid, origin(), recording);

  function fetchRecording(context: RestContext): RestAnswer {
    const found = verifyRowFound(context, recordings.find(nameInPath(context)));
    return answer(context.path, 200, format(found));
  }

  function fetchAudio(context: RestContext): RestAnswer {
    const sid = (context.params.audio ?? '').replace(/\.(wav|mp3)$/, '');
    const { duration } = verifyRowFound(context, recordings.find(sid));
    return answerFile(context.path, 'audio/x-wav', createSilence(duration));
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
    const request = readPage(query, ['CallSid', 'DateCreated', 'DateCreated<', 'DateCreated>']);
    const rows = recordings.list(request.window, { callSid, ...findSpan(query, 'DateCreated') });
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

  router.get(`${ACCOUNT}/Recordings.json`, listAll);
  router.get(`${ACCOUNT}/Recordings/${JSON_FILE}`, fetchRecording);
  router.delete(`${ACCOUNT}/Recordings/${JSON_FILE}`, deleteRecording);
  router.get(`${ACCOUNT}/Recordings/:audio`, fetchAudio);
  router.get(`${ACCOUNT}/Calls/:call/Recordings.json`, listOfCall);
  router.get(`${ACCOUNT}/Calls/:call/Recordings/${JSON_FILE}`, fetchOfCall);
  router.delete(`${ACCOUNT}/Calls/:call/Recordings/${JSON_FILE}`, deleteOfCall);
}

const RATE = 8000;
const HEADER = 44;

/** Returns a WAV file of silence: one channel, 8 bits, 8 kHz. */
function createSilence(seconds: number): Buffer<ArrayBuffer> {
  const size = Math.max(seconds, 0) * RATE;
  const file = Buffer.alloc(HEADER + size, 0x80);
  file.write('RIFF', 0);
  file.writeUInt32LE(HEADER - 8 + size, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE, 28);
  file.writeUInt16LE(1, 32);
  file.writeUInt16LE(8, 34);
  file.write('data', 36);
  file.writeUInt32LE(size, 40);
  return file;
}
