// REST Media: https://www.twilio.com/docs/messaging/api/media-resource.

import { formatTime } from '../../../platform/formats.js';
import { answer, answerDeleted, answerFile, type RestAnswer } from '../../../server/answer.js';
import { findSpan, readQuery } from '../../../server/form.js';
import { formatPage, readPage } from '../../../server/paging.js';
import { ACCOUNT, accountPath } from '../../../server/paths.js';
import {
  JSON_FILE,
  nameInPath,
  type RestContext,
  type RestRouter,
  verifyRowFound,
} from '../../../server/router.js';
import type { MessageStore } from '../messages/store.js';
import type { Media, MediaStore } from './store.js';

const MESSAGE = `${ACCOUNT}/Messages/:message`;

/** What the resource needs. */
export interface MediaRouteDeps {
  readonly accountSid: string;
  readonly media: MediaStore;
  readonly messages: Pick<MessageStore, 'find'>;
}

/**
 * Adds the routes. Without `.json` the answer is the file itself: Twilio redirects to it, the sandbox does not. Until
 * the file has been fetched, the answer is 404.
 */
export function addMediaRoutes(router: RestRouter, { accountSid, media, messages }: MediaRouteDeps): void {
  const format = formatMedia.bind(undefined, accountSid);

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
    const { sid } = verifyRowFound(context, messages.find(context.params.message ?? ''));
    const query = readQuery(context);
    const request = readPage(query, ['DateCreated', 'DateCreated<', 'DateCreated>']);
    const rows = media.list(sid, request.window, findSpan(query, 'DateCreated'));
    return answer(context.path, 200, formatPage(context.path, request, 'media_list', rows, format));
  }

  router.get(`${MESSAGE}/Media.json`, listMedia);
  router.get(`${MESSAGE}/Media/${JSON_FILE}`, fetchMedia);
  router.delete(`${MESSAGE}/Media/${JSON_FILE}`, deleteMedia);
  router.get(`${MESSAGE}/Media/:media`, fetchFile);
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
