// Receives texts to numbers of the account: stores them, sends the webhook, and runs the app's TwiML.
import type { AccountStore } from '../../accounts/account/store.js';
import type { AlertStore } from '../../accounts/alerts/store.js';
import { readGeography } from '../../numbers/geography.js';
import type { NumberStore, OwnedNumber } from '../../numbers/incoming-phone-numbers/store.js';
import { receivedTextPrice } from '../../numbers/pricing/tariff.js';
import type { Clock } from '../../platform/clock.js';
import type { Store } from '../../platform/database.js';
import type { EventStream, TraceContext } from '../../platform/events/stream.js';
import { createHex32 } from '../../platform/formats.js';
import { findPhoneNumber } from '../../platform/phone-number.js';
import { readMessagingAnswer } from '../../twiml/answer.js';
import { SandboxStopped, type WebhookDispatch } from '../../webhooks/dispatch.js';
import type { Parameter } from '../../webhooks/signature.js';
import type { FetchedMedia, Media, MediaStore } from '../api/media/store.js';
import { type Message, readMediaUrls } from '../api/messages/message.js';
import type { MessageStore } from '../api/messages/store.js';
import type { ServiceStore } from '../api/services/store.js';
import type { MediaFile } from '../media/download.js';
import { handleKeyword, type KeywordReply, type SubscriptionDeps } from '../opt-outs/opt-outs.js';
import { countSegments } from '../segments.js';
import type { MediaLink, SentText, TextBehaviour, TextGateway, TextOutcome } from '../text-gateway.js';
import type { RunMessagingTwiml } from '../twiml-runner.js';
import { findRoute, type Route, type RoutingDeps } from './routing.js';

/** What receiving texts needs. */
export interface InboundDeps extends SubscriptionDeps, RoutingDeps {
  readonly accountSid: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly events: EventStream;
  readonly accounts: Pick<AccountStore, 'charge'>;
  readonly alerts: AlertStore;
  readonly numbers: Pick<NumberStore, 'findByNumber' | 'owned'>;
  readonly services: Pick<ServiceStore, 'findFor'>;
  readonly messages: Pick<MessageStore, 'insert'>;
  readonly media: MediaStore;
  readonly linkMedia: (messageSid: string) => readonly MediaLink[];
  readonly phones: TextGateway;
  readonly webhooks: WebhookDispatch;
  readonly runTwiml: RunMessagingTwiml;
}

/** Receives texts to numbers of the account. */
export interface InboundMessages {
  /**
   * Receives a text, and resolves when the app's TwiML has run. See
   * https://www.twilio.com/docs/messaging/guides/webhook-request.
   *
   * @param files the text's media, in order
   * @param trace its cause
   * @param onStored is called at once with the SID of the message; null if there is none
   * @throws SandboxStopped if the sandbox stops meanwhile.
   */
  receive(
    text: SentText,
    files: readonly MediaFile[],
    number: OwnedNumber,
    trace: TraceContext,
    onStored?: (messageSid: string | null) => void,
  ): Promise<TextOutcome>;
  /** Receives a message that one number of the account has sent to another, in the background. */
  receiveOwn(message: Message, trace: TraceContext): void;
}

/** Creates the receiver of inbound texts. */
export function createInboundMessages(deps: InboundDeps): InboundMessages {
  const { store, clock, events, accounts, alerts, numbers, services, messages, media, phones, webhooks } =
    deps;

  async function receive(
    text: SentText,
    files: readonly MediaFile[],
    number: OwnedNumber,
    origin: TraceContext,
    onStored?: (messageSid: string | null) => void,
  ): Promise<TextOutcome> {
    const service = services.findFor(number.sid);
    const route = findRoute(number, service, deps);
    const message = route.receives ? storeMessage(text, files, service?.sid ?? null) : undefined;
    const { traceId } = origin;
    const sid = message?.sid ?? null;
    onStored?.(sid);
    const trace = { traceId, cause: events.emit({ kind: 'text.received', ...origin, sid, ...text }) };
    const keyword = handleKeyword(text, number, trace, deps);
    if (keyword) sendKeywordReply(text, keyword);
    const answered = message && route.webhook ? await notifyApp(message, route, trace) : NOT_NOTIFIED;
    const about = sid === null ? [] : alerts.summaries(sid);
    return { traceId, messageSid: sid, automaticReply: keyword?.body ?? null, ...answered, alerts: about };
  }

  function receiveOwn(message: Message, trace: TraceContext): void {
    const { sender: from, recipient: to, body } = message;
    const files = media.all(message.sid).flatMap((medium) => media.findFile(medium) ?? []);
    const mediaUrls = readMediaUrls(message).slice(0, files.length);
    receiveInBackground({ from, to, body, mediaUrls }, files, trace);
  }

  function receiveInBackground(text: SentText, files: readonly MediaFile[], trace: TraceContext): void {
    const number = numbers.findByNumber(text.to);
    if (!number) return;
    clock.during(receive(text, files, number, trace)).catch((error: unknown) => {
      if (!(error instanceof SandboxStopped)) throw error;
    });
  }

  function storeMessage(text: SentText, files: readonly MediaFile[], serviceSid: string | null): Message {
    const { from: sender, to: recipient, body, mediaUrls } = text;
    const segments = countSegments(body);
    const price = receivedTextPrice(findPhoneNumber(recipient)?.country, segments);
    return store.transaction(() => {
      accounts.charge(price);
      const message = messages.insert(
        {
          direction: 'inbound',
          sender,
          recipient,
          body,
          segments,
          mediaUrls,
          price,
          statusCallback: null,
          serviceSid,
          refusal: null,
        },
        clock.now(),
      );
      if (files.length > 0) media.fill(pairMedia(media.all(message.sid), files));
      return message;
    });
  }

  /** Twilio's own reply is not a message resource, unless another number of the account receives it. */
  function sendKeywordReply({ from, to }: SentText, { body, trace }: KeywordReply): void {
    const text = { from: to, to: from, body, mediaUrls: [] };
    if (numbers.owned().has(from)) receiveInBackground(text, [], trace);
    else if (receives(phones.behaviourOf(from), to)) {
      const delivered = { sid: `SM${createHex32()}`, ...text };
      phones.deliver([delivered], clock.now());
      const cause = events.emit({ kind: 'text.reached-phone', ...trace, ...delivered });
      phones.textShown(delivered, { ...trace, cause });
    }
  }

  async function notifyApp(message: Message, { webhook, fallback }: Route, trace: TraceContext) {
    if (!webhook) return NOT_NOTIFIED;
    const { sid, serviceSid, sender, recipient } = message;
    const request = {
      ...webhook,
      fallback,
      purpose: 'inbound-text',
      sid,
      serviceSid,
      numbers: [sender, recipient],
      parameters: formatParameters(message, deps),
      trace,
      stopSignal: webhooks.stopSignal(),
      accept: readMessagingAnswer,
    } as const;
    const result = await webhooks.send(request);
    const { url, status, failure } = result;
    const replies = await deps.runTwiml(request, result);
    return {
      webhook: { url, status, errorCode: failure?.code ?? null, failure: failure?.message ?? null },
      replies,
    };
  }

  return { receive, receiveOwn };
}

/** True if a phone receives a text from a number. */
function receives({ texts, blocked }: TextBehaviour, from: string): boolean {
  return typeof texts !== 'object' && !blocked.includes(from);
}

function pairMedia(media: readonly Media[], files: readonly MediaFile[]): FetchedMedia[] {
  return media.flatMap((medium, index) => {
    const file = files[index];
    return file ? { medium, file } : [];
  });
}

const NOT_NOTIFIED: Pick<TextOutcome, 'webhook' | 'replies'> = { webhook: null, replies: [] };

/** The parameters of https://www.twilio.com/docs/messaging/guides/webhook-request, in the order of a real capture. */
function formatParameters(
  message: Message,
  { accountSid, linkMedia }: Pick<InboundDeps, 'accountSid' | 'linkMedia'>,
): Parameter[] {
  const { sid, sender, recipient, serviceSid, body, segments } = message;
  const [from, to] = [readGeography(sender), readGeography(recipient)];
  const media = linkMedia(sid);
  return [
    ['ToCountry', to.country],
    ['ToState', to.state],
    ['SmsMessageSid', sid],
    ['NumMedia', String(media.length)],
    ['ToCity', to.city],
    ['FromZip', from.zip],
    ['SmsSid', sid],
    ['FromState', from.state],
    ['SmsStatus', 'received'],
    ['FromCity', from.city],
    ['Body', body],
    ['FromCountry', from.country],
    ['To', recipient],
    ...(serviceSid === null ? [] : ([['MessagingServiceSid', serviceSid]] as const)),
    ['ToZip', to.zip],
    ['NumSegments', String(segments)],
    ['MessageSid', sid],
    ['AccountSid', accountSid],
    ['From', sender],
    ['ApiVersion', '2010-04-01'],
    ...media.flatMap(({ contentType, url }, index): Parameter[] => [
      [`MediaContentType${index}`, contentType],
      [`MediaUrl${index}`, url],
    ]),
  ];
}
