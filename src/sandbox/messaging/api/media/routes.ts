// REST Media: https://www.twilio.com/docs/messaging/api/media-resource.

import { isLoopback } from '../../../../origin.js';
import { formatTime } from '../../../platform/formats.js';
import { isTwilio, MEDIA_HOST } from '../../../platform/twilio-hosts.js';
import {
  answer,
  answerDeleted,
  answerFile,
  answerRedirect,
  type RestAnswer,
} from '../../../server/answer.js';
import { findSpan, readQuery } from '../../../server/form.js';
import { formatPage, readPage } from '../../../server/paging.js';
import { dateFilter, PAGING } from '../../../server/parameters.js';
import { ACCOUNT, accountPath } from '../../../server/paths.js';
import { TwilioProblem } from '../../../server/problem.js';
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
 * Adds the routes. Without `.json` the answer is a redirect to the file, which another host has: a client must follow it,
 * and must not send its credentials there. Until the file has been fetched, the answer is 404.
 */
export function addMediaRoutes(router: RestRouter, { accountSid, media, messages }: MediaRouteDeps): void {
  const format = formatMedia.bind(undefined, accountSid);

  function findMedia(context: RestContext, sid: string): Media {
    return verifyRowFound(context, media.find(context.params.message ?? '', sid));
  }

  function fetchMedia(context: RestContext): RestAnswer {
    return answer(context.path, 200, format(findMedia(context, nameInPath(context))));
  }

  function redirectToFile(context: RestContext): RestAnswer {
    const medium = findMedia(context, context.params.media ?? '');
    verifyRowFound(context, media.findFile(medium));
    const origin = findFileOrigin(context.incoming.headers.host ?? '');
    return answerRedirect(context.path, `${origin}/media/${accountSid}/${medium.messageSid}/${medium.sid}`);
  }

  function fetchFile(context: RestContext): RestAnswer {
    // The storage behind Twilio's redirect has credentials in the URL, and refuses others beside them.
    const { authorization, host = '' } = context.incoming.headers;
    if (authorization !== undefined && hasOtherName(host)) {
      throw new TwilioProblem(
        400,
        20400,
        'Only one authentication mechanism is allowed: send no Authorization',
      );
    }
    const ofAccount = context.params.account === accountSid ? context.params.media : undefined;
    const medium = findMedia(context, ofAccount ?? '');
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

  router.get(`${MESSAGE}/Media.json`, listMedia, { ...dateFilter('DateCreated'), ...PAGING });
  router.get(`${MESSAGE}/Media/${JSON_FILE}`, fetchMedia);
  router.delete(`${MESSAGE}/Media/${JSON_FILE}`, deleteMedia);
  router.get(`${MESSAGE}/Media/:media`, redirectToFile);
  router.get('/media/:account/:message/:media', fetchFile);
}

/**
 * Returns the origin at which the files are, for a request to `host`: another name of this machine or, if the request was
 * for Twilio, the name of Twilio's host. If this machine has no second name there, the origin is that of the request.
 */
function findFileOrigin(host: string): string {
  const { name, port } = splitHost(host);
  if (`.${name}`.endsWith('.twilio.com')) return `https://${MEDIA_HOST}`;
  const other = name === 'localhost' ? '127.0.0.1' : isLoopback(name) ? 'localhost' : name;
  return `http://${other}${port}`;
}

/**
 * True unless files are at the same origin as the API. There a client repeats its credentials after the redirect, and
 * cannot do otherwise: in a network of containers the sandbox has one name.
 */
function hasOtherName(host: string): boolean {
  const { name } = splitHost(host);
  return isTwilio(name) || isLoopback(name);
}

function splitHost(host: string): { readonly name: string; readonly port: string } {
  const [, name = '', port = ''] = /^(.*?)(:\d+)?$/.exec(host.toLowerCase()) ?? [];
  return { name, port };
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
