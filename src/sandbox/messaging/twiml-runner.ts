// Runs messaging TwiML, document by document: <Message> sends a reply, <Redirect> and `action` fetch the next document.
import type { AlertStore } from '../accounts/alerts/store.js';
import type { EventStream, TraceContext } from '../platform/events/stream.js';
import type { TextPosition } from '../platform/sandbox-alert.js';
import { TwilioProblem } from '../server/problem.js';
import type { MessageVerb, MessagingScript } from '../twiml/messaging/script.js';
import type { WebhookDispatch } from '../webhooks/dispatch.js';
import type { Parameter } from '../webhooks/signature.js';
import type { Webhook, WebhookResult } from '../webhooks/webhook.js';
import { type Message, readMediaUrls } from './api/messages/message.js';
import type { TwimlReply } from './text-gateway.js';

/** What running TwiML needs. */
export interface TwimlRunnerDeps {
  readonly alerts: AlertStore;
  readonly events: EventStream;
  readonly webhooks: Pick<WebhookDispatch, 'send'>;
  /**
   * Sends a reply, given as the form of the REST API.
   *
   * @throws TwilioProblem as the REST API does.
   */
  readonly sendReply: (form: URLSearchParams, trace: TraceContext) => Message;
}

/**
 * Runs the TwiML with which the app answered an inbound text, and the documents that it leads to. Each fault in them
 * becomes an alert, and what the sandbox lacks for them an event.
 *
 * @param webhook the webhook about the inbound text
 * @param first its result
 * @returns the messages that were sent, in order
 */
export type RunMessagingTwiml = (
  webhook: Webhook<MessagingScript>,
  first: WebhookResult<MessagingScript>,
) => Promise<readonly TwimlReply[]>;

/** How many messages one inbound text may lead to; see https://www.twilio.com/docs/api/errors/14109. */
const MAX_REPLIES = 10;
/** How many documents one inbound text may lead to, so that a redirect loop ends. */
const MAX_DOCUMENTS = 20;

/** The next document. */
interface Next {
  readonly url: string;
  readonly method: string;
  readonly parameters: readonly Parameter[];
}

/** Creates the runner. */
export function createMessagingTwimlRunner(deps: TwimlRunnerDeps): RunMessagingTwiml {
  const { alerts, events, webhooks } = deps;

  async function run(webhook: Webhook<MessagingScript>, first: WebhookResult<MessagingScript>) {
    const replies: Message[] = [];
    let result = first;
    for (let documents = 1; result.outcome; documents += 1) {
      const source = { ...webhook, trace: { traceId: webhook.trace.traceId, cause: result.event } };
      const next = runDocument(source, result.outcome, result.url, replies);
      if (!next) break;
      if (documents === MAX_DOCUMENTS) {
        alert(source, result.url, 14106, 'Document retrieval limit reached');
        break;
      }
      const parameters = replaceParameters(webhook.parameters, next.parameters);
      result = await webhooks.send({ ...source, ...next, parameters });
      webhook.stopSignal.throwIfAborted();
    }
    return replies.map(formatReply);
  }

  /** Runs one document and adds the messages that it sends to `replies`. */
  function runDocument(
    webhook: Webhook<MessagingScript>,
    script: MessagingScript,
    url: string,
    replies: Message[],
  ): Next | undefined {
    const { sid, trace } = webhook;
    for (const { code, message, position } of script.warnings) {
      alert(webhook, url, code, message, 'warning', position);
    }
    for (const lacking of script.lacks) events.emit({ kind: 'unsupported', ...trace, ...lacking });
    const emit = (verb: string) => events.emit({ kind: 'twiml.run', ...trace, sid, url, verb });
    if (script.verbs.length === 0) emit('Response');
    for (const verb of script.verbs) {
      const cause = emit(verb.name);
      if (verb.name === 'Redirect') return { ...verb, parameters: [] };
      if (replies.length === MAX_REPLIES)
        alert(webhook, url, 14109, 'Reply message limit exceeded', 'warning');
      else {
        const reply = runMessage(verb, { ...webhook, trace: { ...trace, cause } }, url);
        if (reply) replies.push(reply);
        const next = findAction(verb, reply);
        if (next) return next;
      }
    }
    return undefined;
  }

  function runMessage(
    verb: MessageVerb,
    webhook: Webhook<MessagingScript>,
    url: string,
  ): Message | undefined {
    const [phone, number] = webhook.numbers;
    const form = new URLSearchParams({ To: verb.to ?? phone, From: verb.from ?? number, Body: verb.body });
    for (const mediaUrl of verb.mediaUrls) form.append('MediaUrl', mediaUrl);
    if (verb.statusCallback !== undefined) form.set('StatusCallback', verb.statusCallback);
    try {
      return deps.sendReply(form, webhook.trace);
    } catch (error) {
      if (!(error instanceof TwilioProblem)) throw error;
      const code = toTwimlCode(error.code);
      // Without an attribute it is the sender of the text that cannot be answered.
      const isOfSender = code === INVALID_TO && verb.to === undefined;
      alert(webhook, url, isOfSender ? error.code : code, error.message);
      return undefined;
    }
  }

  function alert(
    { sid, serviceSid, method, trace }: Webhook<MessagingScript>,
    url: string,
    errorCode: number,
    message: string,
    logLevel: 'error' | 'warning' = 'error',
    position?: TextPosition,
  ): void {
    alerts.add({
      errorCode,
      logLevel,
      message,
      requestUrl: url,
      requestMethod: method,
      resourceSid: sid,
      serviceSid,
      position,
    });
    const { line = null, column = null } = position ?? {};
    events.emit({ kind: 'twiml.alert', ...trace, sid, url, logLevel, errorCode, message, line, column });
  }

  return run;
}

const INVALID_TO = 14101;

/** TwiML has one code for all that is wrong with an attribute or the body; by the codes of the REST API. */
const TWIML_CODES: Readonly<Record<number, number>> = {
  21211: INVALID_TO,
  21604: INVALID_TO,
  21614: INVALID_TO,
  21212: 14102,
  21603: 14102,
  21606: 14102,
  21659: 14102,
  21660: 14102,
  21661: 14102,
  21602: 14103,
  21617: 14103,
  21619: 14103,
};

/** The code with which a text that TwiML sends is refused, for the code with which the REST API refuses it. */
export function toTwimlCode(code: number): number {
  return TWIML_CODES[code] ?? code;
}

/** The `action` URL receives the message's current status; the document it returns replaces the rest of this one. */
function findAction({ action, method }: MessageVerb, reply: Message | undefined): Next | undefined {
  if (action === undefined) return undefined;
  const parameters: Parameter[] = reply
    ? [
        ['MessageSid', reply.sid],
        ['MessageStatus', reply.status],
      ]
    : [['MessageStatus', 'failed']];
  return { url: action, method, parameters };
}

function replaceParameters(before: readonly Parameter[], others: readonly Parameter[]): Parameter[] {
  const names = others.map(([name]) => name);
  return [...before.filter(([name]) => !names.includes(name)), ...others];
}

function formatReply(message: Message): TwimlReply {
  const { sid, sender: from, recipient: to, body } = message;
  return { sid, from, to, body, mediaUrls: readMediaUrls(message) };
}
