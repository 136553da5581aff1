// API keys: https://www.twilio.com/docs/iam/api-keys/keys-in-console.
import { formatTime } from '../../platform/formats.js';
import { answer, answerDeleted, type RestAnswer } from '../../server/answer.js';
import { findFriendlyName, readQuery, readRestForm } from '../../server/form.js';
import { formatPage, readPage } from '../../server/paging.js';
import { does, PAGING } from '../../server/parameters.js';
import { ACCOUNT } from '../../server/paths.js';
import {
  JSON_FILE,
  nameInPath,
  type RestContext,
  type RestRouter,
  verifyRowFound,
} from '../../server/router.js';
import type { Key, KeyStore } from './store.js';

/** What the routes of API keys need. */
export interface KeyApiDeps {
  readonly keys: KeyStore;
  readonly now: () => number;
}

/** Adds the routes of API keys; all are standard keys. */
export function addKeyRoutes(router: RestRouter, { keys, now }: KeyApiDeps): void {
  async function createKey(context: RestContext): Promise<RestAnswer> {
    const created = keys.insert(findFriendlyName(await readRestForm(context)) ?? '', now());
    return answer(context.path, 201, { ...formatKey(created), secret: created.secret });
  }

  function fetchKey(context: RestContext): RestAnswer {
    return answer(context.path, 200, formatKey(verifyRowFound(context, keys.find(nameInPath(context)))));
  }

  async function updateKey(context: RestContext): Promise<RestAnswer> {
    const form = await readRestForm(context);
    const { sid, friendlyName } = verifyRowFound(context, keys.find(nameInPath(context)));
    keys.rename(sid, findFriendlyName(form) ?? friendlyName, now());
    return fetchKey(context);
  }

  function deleteKey(context: RestContext): RestAnswer {
    verifyRowFound(context, keys.remove(nameInPath(context)) || undefined);
    return answerDeleted(context.path);
  }

  function listKeys(context: RestContext): RestAnswer {
    const request = readPage(readQuery(context));
    const rows = keys.list(request.window);
    return answer(context.path, 200, formatPage(context.path, request, 'keys', rows, formatKey));
  }

  router.get(`${ACCOUNT}/Keys.json`, listKeys, PAGING);
  router.post(`${ACCOUNT}/Keys.json`, createKey, { FriendlyName: does });
  router.get(`${ACCOUNT}/Keys/${JSON_FILE}`, fetchKey);
  router.post(`${ACCOUNT}/Keys/${JSON_FILE}`, updateKey, { FriendlyName: does });
  router.delete(`${ACCOUNT}/Keys/${JSON_FILE}`, deleteKey);
}

function formatKey({ sid, friendlyName, createdAt, updatedAt }: Key) {
  return {
    sid,
    friendly_name: friendlyName,
    date_created: formatTime(createdAt),
    date_updated: formatTime(updatedAt),
  };
}
