// The types of a webhook: the request to the app, and its result.
import type { WebhookPurpose } from '../platform/events/event.js';
import type { TraceContext } from '../platform/events/stream.js';
import type { WebhookFailure } from './failure.js';
import type { WebhookAnswer } from './http-request.js';
import type { Parameter } from './signature.js';

/** The URL and HTTP method of a webhook. */
export interface Destination {
  readonly url: string;
  readonly method: string;
}

/** A webhook to send. */
export interface Webhook<Outcome> extends Destination {
  readonly purpose: WebhookPurpose;
  /** The SID of the message or call that it is about. */
  readonly sid: string;
  readonly serviceSid: string | null;
  /** The phone's number and the account's. */
  readonly numbers: readonly [phone: string, number: string];
  readonly parameters: readonly Parameter[];
  /** Requested if the webhook fails. */
  readonly fallback?: Destination | undefined;
  readonly trace: TraceContext;
  /** Aborted when the sandbox is closed or reset. Take it when the work begins that the webhook is a part of. */
  readonly stopSignal: AbortSignal;
  /**
   * Reads an answer that is not an HTTP error.
   *
   * @param url where the answer came from; after a redirect this is not the webhook's own URL
   * @throws WebhookFailure if the answer is invalid.
   */
  readonly accept: (answer: WebhookAnswer, url: string) => Outcome;
}

/** The result of a webhook; if its fallback was requested, the result of the fallback. */
export interface WebhookResult<Outcome> {
  /** The URL, without connection overrides. */
  readonly url: string;
  /** The HTTP status of the answer; null if none came. */
  readonly status: number | null;
  readonly outcome?: Outcome;
  readonly failure?: WebhookFailure;
  /** The id of its last event. */
  readonly event: number;
}
