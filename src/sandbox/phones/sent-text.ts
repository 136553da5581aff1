// A text that a phone sends to the account, and what became of it.

/** What a phone sends. */
export interface SentText {
  /** The phone's number, in E.164, or a short code. */
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly mediaUrls: readonly string[];
}

/** What became of a text that a phone sent. */
export interface TextOutcome {
  /** Which events belong to it, with all that it led to. */
  readonly traceId: string;
  /** The inbound message; null when the number's messaging service does not receive, so that there is none. */
  readonly messageSid: string | null;
  /** The webhook that told the app; null when there is no URL to tell it at. After a fallback, the fallback's. */
  readonly webhook: {
    readonly url: string;
    /** The status of the answer; null when there was none. */
    readonly status: number | null;
    /** Why it failed: a code of https://www.twilio.com/docs/api/errors and what happened; null when it did not. */
    readonly errorCode: number | null;
    readonly failure: string | null;
  } | null;
  /** What the app's TwiML said to send, in order. */
  readonly replies: readonly TwimlReply[];
  /** What was answered by itself to STOP, START or HELP; null when nothing was. */
  readonly automaticReply: string | null;
}

/** A message that TwiML said to send. */
export interface TwimlReply {
  readonly sid: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly mediaUrls: readonly string[];
}
