// Recordings on the REST API: listed, fetched as JSON or as sound, deleted.
import { answer, answerDeleted, answerFile, type RestAnswer } from '../../../server/answer.js';
import { findSpan, findValue, readQuery } from '../../../server/form.js';
import { formatPage, readPage } from '../../../server/paging.js';
import { ACCOUNT } from '../../../server/paths.js';
import {
  JSON_FILE,
  nameInPath,
  type RestApp,
  type RestContext,
  verifyRowFound,
} from '../../../server/router.js';
import type { World } from '../../../world.js';
import { formatCallRecording, formatRecording } from './format.js';
import { createSilence } from './sound.js';
import type { CallRecording } from './store.js';

/** Routes of https://www.twilio.com/docs/voice/api/recording. There is no sound in them but silence, a WAV file. */
export function addRecordingRoutes(app: RestApp, world: World): void {
  const { recordings } = world;
  const format = (recording: CallRecording) => formatRecording(world.accountSid, world.origin(), recording);

  function fetchRecording(context: RestContext): RestAnswer {
    const found = verifyRowFound(context, recordings.find(nameInPath(context)));
    return answer(context.path, 200, format(found));
  }

  function fetchSound(context: RestContext): RestAnswer {
    const sid = (context.params.sound ?? '').replace(/\.(wav|mp3)$/, '');
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
    const { sid } = verifyRowFound(context, world.calls.find(context.params.call ?? ''));
    return list(context, sid, formatCallRecording.bind(undefined, world.accountSid));
  }

  /** A recording by the path that the list of its call's has for it. */
  function verifyOfCall(context: RestContext): CallRecording {
    const recording = recordings.find(nameInPath(context));
    return verifyRowFound(context, recording?.callSid === context.params.call ? recording : undefined);
  }

  function fetchOfCall(context: RestContext): RestAnswer {
    return answer(context.path, 200, formatCallRecording(world.accountSid, verifyOfCall(context)));
  }

  function deleteOfCall(context: RestContext): RestAnswer {
    recordings.remove(verifyOfCall(context).sid);
    return answerDeleted(context.path);
  }

  app.get(`${ACCOUNT}/Recordings.json`, listAll);
  app.get(`${ACCOUNT}/Recordings/${JSON_FILE}`, fetchRecording);
  app.delete(`${ACCOUNT}/Recordings/${JSON_FILE}`, deleteRecording);
  app.get(`${ACCOUNT}/Recordings/:sound`, fetchSound);
  app.get(`${ACCOUNT}/Calls/:call/Recordings.json`, listOfCall);
  app.get(`${ACCOUNT}/Calls/:call/Recordings/${JSON_FILE}`, fetchOfCall);
  app.delete(`${ACCOUNT}/Calls/:call/Recordings/${JSON_FILE}`, deleteOfCall);
}
