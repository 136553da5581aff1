// REST Messages: https://www.twilio.com/docs/messaging/api/message-resource.
import { formatMoney, formatTime } from '../../../platform/formats.js';
import { findPhoneNumber } from '../../../platform/phone-number.js';
import { answer, answerDeleted, type RestAnswer } from '../../../server/answer.js';
import { findSpan, findValue, readQuery, readRestForm } from '../../../server/form.js';
import { formatPage, readPage } from '../../../server/paging.js';
import { ACCOUNT, accountPath } from '../../../server/paths.js';
import { invalidParameter, TwilioProblem } from '../../../server/problem.js';
import {
  JSON_FILE,
  nameInPath,
  type RestContext,
  type RestRouter,
  verifyRowFound,
} from '../../../server/router.js';
import { describeErrorCode } from '../../delivery/error-codes.js';
import type { Messaging } from '../../messaging.js';
import { type MessageFormDeps, readMessageForm } from './create-form.js';
import { type Message, type MessageFilter, readMediaUrls } from './message.js';
import {
  CREATE_FEEDBACK,
  CREATE_MESSAGE,
  LIST_MESSAGES,
  MESSAGE_FILTERS,
  UPDATE_MESSAGE,
} from './parameters.js';
import type { MessageStore } from './store.js';

/** What the resource needs. */
export interface MessageRouteDeps extends MessageFormDeps {
  readonly messages: MessageStore;
  readonly messaging: Pick<Messaging, 'submit' | 'cancel'>;
}

/** Adds the routes. */
export function addMessageRoutes(router: RestRouter, deps: MessageRouteDeps): void {
  const { messages, messaging, now } = deps;
  const format = formatStoredMessage.bind(undefined, deps.accountSid);

  async function sendMessage(context: RestContext): Promise<RestAnswer> {
    const draft = readMessageForm(await readRestForm(context), 'outbound-api', deps);
    const message = messaging.submit(draft, context.record.announce(201));
    return answer(context.path, 201, formatMessage(deps.accountSid, message));
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
    if (status !== undefined) cancel(context, message, status);
    if (body === '') messages.redact(message.sid, now());
    return fetchMessage(context);
  }

  function cancel({ record }: RestContext, { sid, status }: Message, wanted: string): void {
    if (wanted !== 'canceled') throw invalidParameter('Status', wanted);
    if (status !== 'scheduled') throw new TwilioProblem(400, 30409, 'This message cannot be canceled');
    record.announce(200);
    messages.cancel(sid, now());
    messaging.cancel(sid);
  }

  function deleteMessage(context: RestContext): RestAnswer {
    const { sid, inTransit } = verifyRowFound(context, messages.find(nameInPath(context)));
    if (inTransit) {
      throw new TwilioProblem(409, 20009, 'Cannot delete this resource before it is complete');
    }
    messages.remove(sid);
    return answerDeleted(context.path);
  }

  /** Feedback only tells Twilio that the recipient has acted: no resource shows it, so nothing is stored. */
  async function reportFeedback(context: RestContext): Promise<RestAnswer> {
    const outcome = findValue(await readRestForm(context), 'Outcome') ?? 'confirmed';
    const { sid } = verifyRowFound(context, messages.find(context.params.sid ?? ''));
    const at = formatTime(now());
    return answer(context.path, 200, {
      account_sid: deps.accountSid,
      date_created: at,
      date_updated: at,
      message_sid: sid,
      outcome,
      uri: `${accountPath(deps.accountSid)}/Messages/${sid}/Feedback.json`,
    });
  }

  function listMessages(context: RestContext): RestAnswer {
    const query = readQuery(context);
    const request = readPage(query, Object.keys(MESSAGE_FILTERS));
    const rows = messages.list(request.window, readFilter(query));
    return answer(context.path, 200, formatPage(context.path, request, 'messages', rows, format));
  }

  router.get(`${ACCOUNT}/Messages.json`, listMessages, LIST_MESSAGES);
  router.post(`${ACCOUNT}/Messages.json`, sendMessage, CREATE_MESSAGE);
  router.get(`${ACCOUNT}/Messages/${JSON_FILE}`, fetchMessage);
  router.post(`${ACCOUNT}/Messages/${JSON_FILE}`, updateMessage, UPDATE_MESSAGE);
  router.delete(`${ACCOUNT}/Messages/${JSON_FILE}`, deleteMessage);
  router.post(`${ACCOUNT}/Messages/:sid/Feedback.json`, reportFeedback, CREATE_FEEDBACK);
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

/** The statuses before a service shows which number sends the message. */
const WITHOUT_SENDER = ['scheduled', 'accepted', 'canceled'];

/** The wire form of a message, but not yet of a new one. */
function formatStoredMessage(accountSid: string, message: Message) {
  const { subresource_uris, ...fields } = formatMessage(accountSid, message);
  const feedback = `${accountPath(accountSid)}/Messages/${message.sid}/Feedback.json`;
  return { ...fields, subresource_uris: { ...subresource_uris, feedback } };
}

/** The wire form of a new message. */
export function formatMessage(accountSid: string, message: Message) {
  const path = `${accountPath(accountSid)}/Messages/${message.sid}`;
  const hidesSender = WITHOUT_SENDER.includes(message.status);
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    body: message.body,
    date_created: formatTime(message.createdAt),
    date_sent: message.sentAt === null ? null : formatTime(message.sentAt),
    date_updated: formatTime(message.updatedAt),
    direction: message.direction,
    error_code: message.errorCode,
    error_message: message.errorCode === null ? null : describeErrorCode(message.errorCode),
    from: hidesSender ? null : message.sender,
    messaging_service_sid: message.serviceSid,
    num_media: String(readMediaUrls(message).length),
    num_segments: hidesSender ? '0' : String(message.segments),
    price: message.sentAt === null ? null : formatMoney(-message.price, 5),
    price_unit: 'USD',
    sid: message.sid,
    status: message.status,
    subresource_uris: { media: `${path}/Media.json` },
    to: message.recipient,
    uri: `${path}.json`,
  };
}
