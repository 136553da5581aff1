// The life of messages on the REST API; the carrier does the rest.

import { findPhoneNumber } from '../../../platform/phone-number.js';
import { answer, answerDeleted, type RestAnswer } from '../../../server/answer.js';
import { findSpan, findValue, readQuery, readRestForm } from '../../../server/form.js';
import { formatPage, readPage } from '../../../server/paging.js';
import { ACCOUNT } from '../../../server/paths.js';
import { invalidParameter, TwilioProblem } from '../../../server/problem.js';
import {
  JSON_FILE,
  nameInPath,
  type RestApp,
  type RestContext,
  verifyRowFound,
} from '../../../server/router.js';
import type { World } from '../../../world.js';
import { submit } from '../../submit.js';
import { readDraft } from './create-form.js';
import { formatMessage } from './format.js';
import type { Message, MessageFilter } from './store.js';

/** Routes of https://www.twilio.com/docs/messaging/api/message-resource. */
export function addMessageRoutes(app: RestApp, world: World): void {
  const { messages } = world;
  const format = formatMessage.bind(undefined, world.accountSid);

  async function sendMessage(context: RestContext): Promise<RestAnswer> {
    const draft = readDraft(await readRestForm(context), world);
    const traceId = world.webhooks.flights.findTrace(draft.sender) ?? world.events.newTrace();
    context.traceId = traceId;
    const message = submit(world, draft, { traceId, cause: null });
    return answer(context.path, 201, format(message));
  }

  function fetchMessage(context: RestContext): RestAnswer {
    const found = verifyRowFound(context, messages.find(nameInPath(context)));
    return answer(context.path, 200, format(found));
  }

  async function updateMessage(context: RestContext): Promise<RestAnswer> {
    const form = await readRestForm(context);
    const message = verifyRowFound(context, messages.find(nameInPath(context)));
    const body = form.get('Body');
    const status = findValue(form, 'Status');
    if (body) throw invalidParameter('Body', 'a message can only be emptied');
    if (status !== undefined) cancel(message, status);
    if (body === '') messages.redact(message.sid, world.now());
    return fetchMessage(context);
  }

  function cancel({ sid, status }: Message, wanted: string): void {
    if (wanted !== 'canceled') throw invalidParameter('Status', wanted);
    if (status !== 'scheduled') throw new TwilioProblem(400, 30409, 'This message cannot be canceled');
    messages.cancel(sid, world.now());
    world.carrier.cancel(sid);
  }

  function deleteMessage(context: RestContext): RestAnswer {
    const { sid, inTransit } = verifyRowFound(context, messages.find(nameInPath(context)));
    if (inTransit) {
      throw new TwilioProblem(409, 20009, 'Cannot delete this resource before it is complete');
    }
    messages.remove(sid);
    return answerDeleted(context.path);
  }

  function listMessages(context: RestContext): RestAnswer {
    const query = readQuery(context);
    const request = readPage(query, ['To', 'From', 'DateSent', 'DateSent<', 'DateSent>']);
    const rows = messages.list(request.window, readFilter(query));
    return answer(context.path, 200, formatPage(context.path, request, 'messages', rows, format));
  }

  app.get(`${ACCOUNT}/Messages.json`, listMessages);
  app.post(`${ACCOUNT}/Messages.json`, sendMessage);
  app.get(`${ACCOUNT}/Messages/${JSON_FILE}`, fetchMessage);
  app.post(`${ACCOUNT}/Messages/${JSON_FILE}`, updateMessage);
  app.delete(`${ACCOUNT}/Messages/${JSON_FILE}`, deleteMessage);
}

function readFilter(query: URLSearchParams): MessageFilter {
  const { from, before } = findSpan(query, 'DateSent');
  return {
    recipient: readNumber(query, 'To'),
    sender: readNumber(query, 'From'),
    sentFrom: from,
    sentBefore: before,
  };
}

function readNumber(query: URLSearchParams, name: string): string | undefined {
  const text = findValue(query, name);
  return text && (findPhoneNumber(text)?.number ?? text);
}
