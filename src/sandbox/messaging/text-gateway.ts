// The port between messaging and the phones: what messaging needs of the phones, and the texts that phones send.

import type { TraceContext } from '../platform/events/stream.js';
import type { SandboxAlert } from '../platform/sandbox-alert.js';

/** What messaging needs of the phones. */
export interface TextGateway {
  /**
   * Puts texts on their phones, in order. It runs inside the caller's transaction, so that a text is on the phone
   * before its message's status changes to `delivered`.
   *
   * @param at milliseconds since 1970
   */
  deliver(texts: readonly DeliveredText[], at: number): void;
  /** Reports that a text is on its phone. @param trace its cause is the event `text.reached-phone` */
  textShown(text: DeliveredText, trace: TraceContext): void;
  /**
   * Keeps a text that a phone has sent.
   *
   * @param messageSid the inbound message; null if the number's Messaging Service receives no texts
   * @param at milliseconds since 1970
   */
  keepSent(text: SentText, messageSid: string | null, at: number): void;
  /** How the phone with this number (E.164) treats the texts that are sent to it. */
  behaviourOf(number: string): TextBehaviour;
}

/** A text that reaches its phone. */
export interface DeliveredText {
  /** The SID of the message. */
  readonly sid: string;
  readonly from: string;
  /** The number of the phone, E.164. */
  readonly to: string;
  readonly body: string;
  readonly mediaUrls: readonly string[];
}

/** How a phone treats the texts that are sent to it. */
export interface TextBehaviour {
  /**
   * `delivered`: the phone receives texts and confirms them. `read`: it also reports that they were read. `silent`: it
   * receives texts and sends no receipt, so their status stays `sent`. `undelivered`: it receives none; the code is one
   * of {@link UNDELIVERED_ERRORS}. `failed`: Twilio does not send them; the code is one of {@link FAILED_ERRORS}.
   */
  readonly texts:
    | 'delivered'
    | 'read'
    | 'silent'
    | { readonly undelivered: number }
    | { readonly failed: number };
  /** How the app receives the status callbacks of these texts: `once` and in order, each twice, or the last first. */
  readonly callbacks: 'once' | 'duplicated' | 'reordered';
  /** Milliseconds between `sent` and the arrival on the phone. */
  readonly slow: number;
  /** The senders whose texts it does not receive, with 30004. */
  readonly blocked: readonly string[];
}

/**
 * The error codes with which a phone can leave a text undelivered, and their titles;
 * see https://www.twilio.com/docs/api/errors.
 */
export const UNDELIVERED_ERRORS: Readonly<Record<number, string>> = {
  30003: 'Unreachable destination handset',
  30004: 'Message blocked',
  30005: 'Unknown destination handset',
  30006: 'Landline or unreachable carrier',
  30007: 'Message filtered',
  30008: 'Unknown error',
  30032: 'Toll-Free Number Has Not Been Verified',
  30034: 'US A2P 10DLC - Message from an Unregistered Number',
};

/** The error codes with which Twilio can fail to send a text to a phone, and their titles; see the same page. */
export const FAILED_ERRORS: Readonly<Record<number, string>> = {
  30001: 'Queue overflow',
  30002: 'Account suspended',
  30008: 'Unknown error',
};

/** The code of a text whose sender the phone blocks. */
export const MESSAGE_BLOCKED = 30004;

/** A text that a phone sends to a number of the account. */
export interface SentText {
  /** The phone's number, in E.164, or its address as its network writes it. */
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly mediaUrls: readonly string[];
}

/**
 * What happened to a text that a phone sent.
 *
 * @example
 * const { webhook, replies } = await sandbox.phone(contact).text(mask, 'Hello');
 * expect([webhook?.status, replies.map(({ to }) => to)]).toEqual([200, [owner]]);
 */
export interface TextOutcome {
  /** The trace of the text: all events that it led to. */
  readonly traceId: string;
  /** The SID of the inbound message; null if the number's Messaging Service receives no texts. */
  readonly messageSid: string | null;
  /** The webhook to the app; null if no URL is configured. If the fallback URL was requested, this is the fallback. */
  readonly webhook: {
    readonly url: string;
    /** The HTTP status of the answer; null if no answer came. */
    readonly status: number | null;
    /** The code of the failure, see https://www.twilio.com/docs/api/errors; null if the webhook succeeded. */
    readonly errorCode: number | null;
    /** Why the webhook failed; null if it succeeded. */
    readonly failure: string | null;
  } | null;
  /** The messages that the app's TwiML sent, in order. */
  readonly replies: readonly TwimlReply[];
  /** Twilio's own reply to STOP, START or HELP; null if there was none. */
  readonly automaticReply: string | null;
  /** The alerts about the text, oldest first: failed webhooks, and what is wrong with the app's TwiML. */
  readonly alerts: readonly SandboxAlert[];
}

/** A text that has left its phone. */
export interface TextUnderway {
  /** The trace of the text: all events that it leads to. */
  readonly traceId: string;
  /** Resolves when the app has answered the webhook and its TwiML has run. */
  readonly outcome: Promise<TextOutcome>;
}

/** A message that the app's TwiML sent. */
export interface TwimlReply {
  readonly sid: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly mediaUrls: readonly string[];
}

/** A media file of a message, as webhooks and phones show it. */
export interface MediaLink {
  readonly contentType: string;
  /** Where the sandbox redirects to the file, without authentication. Twilio's webhooks have a URL of api.twilio.com here. */
  readonly url: string;
}
