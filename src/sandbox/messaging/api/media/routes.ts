// The media of a message on the REST API.

import { formatTime } from '../../../platform/formats.js';
import { answer, answerDeleted, answerFile, type RestAnswer } from '../../../server/answer.js';
import { findSpan, readQuery } from '../../../server/form.js';
import { formatPage, readPage } from '../../../server/paging.js';
import { ACCOUNT, accountPath } from '../../../server/paths.js';
import {
  JSON_FILE,
  nameInPath,
  type RestApp,
  type RestContext,
  verifyRowFound,
} from '../../../server/router.js';
import type { World } from '../../../world.js';
import type { Media } from './store.js';

const MESSAGE = `${ACCOUNT}/Messages/:message`;

/**
 * Routes of https://www.twilio.com/docs/messaging/api/media-resource. Without `.json` a medium is the file itself, here
 * at once, and not somewhere that the answer leads to; it is not found until it was fetched.
 */
export function addMediaRoutes(app: RestApp, world: World): void {
  const { media } = world;
  const format = formatMedia.bind(undefined, world.accountSid);

  function findMedia(context: RestContext, sid: string): Media {
    return verifyRowFound(context, media.find(context.params.message ?? '', sid));
  }

  function fetchMedia(context: RestContext): RestAnswer {
    return answer(context.path, 200, format(findMedia(context, nameInPath(context))));
  }

  function fetchFile(context: RestContext): RestAnswer {
    const medium = findMedia(context, context.params.media ?? '');
    const { contentType, bytes } = verifyRowFound(context, media.findFile(medium));
    return answerFile(context.path, contentType, Buffer.from(bytes));
  }

  function deleteMedia(context: RestContext): RestAnswer {
    const { messageSid, sid } = findMedia(context, nameInPath(context));
    media.remove(messageSid, sid);
    return answerDeleted(context.path);
  }

  function listMedia(context: RestContext): RestAnswer {
    const { sid } = verifyRowFound(context, world.messages.find(context.params.message ?? ''));
    const query = readQuery(context);
    const request = readPage(query, ['DateCreated', 'DateCreated<', 'DateCreated>']);
    const rows = media.list(sid, request.window, findSpan(query, 'DateCreated'));
    return answer(context.path, 200, formatPage(context.path, request, 'media_list', rows, format));
  }

  app.get(`${MESSAGE}/Media.json`, listMedia);
  app.get(`${MESSAGE}/Media/${JSON_FILE}`, fetchMedia);
  app.delete(`${MESSAGE}/Media/${JSON_FILE}`, deleteMedia);
  app.get(`${MESSAGE}/Media/:media`, fetchFile);
}

function formatMedia(accountSid: string, { sid, messageSid, contentType, createdAt }: Media) {
  return {
    account_sid: accountSid,
    content_type: contentType,
    date_created: formatTime(createdAt),
    date_updated: formatTime(createdAt),
    parent_sid: messageSid,
    sid,
    uri: `${accountPath(accountSid)}/Messages/${messageSid}/Media/${sid}.json`,
  };
}
