// What a webhook is, from the moment it is wanted to the moment it has ended.
import type { WebhookPurpose } from '../platform/events/event.js';
import type { TraceContext } from '../platform/events/stream.js';
import type { WebhookFailure } from './failure.js';
import type { WebhookAnswer } from './http-request.js';
import type { Parameter } from './signature.js';

/** Where a webhook goes. */
export interface Destination {
  readonly url: string;
  readonly method: string;
}

/** A webhook to be sent. */
export interface Webhook<Outcome> extends Destination {
  readonly purpose: WebhookPurpose;
  /** The message or call that it is about. */
  readonly sid: string;
  readonly serviceSid: string | null;
  /** The phone's number and ours: they share their cookies. */
  readonly numbers: readonly [phone: string, number: string];
  readonly parameters: readonly Parameter[];
  /** Asked instead when the first fails. */
  readonly fallback?: Destination | undefined;
  readonly thread: TraceContext;
  /** The sender's at the time when all of this began. */
  readonly life: AbortSignal;
  /**
   * Makes something of an answer that is no error.
   *
   * @param url where the answer came from, which after a redirect is not where the webhook went
   * @throws WebhookFailure when it is not what it should be.
   */
  readonly accept: (answer: WebhookAnswer, url: string) => Outcome;
}

/** How a webhook ended; of two URLs, how the fallback did. */
export interface WebhookResult<Outcome> {
  /** Where it went, without connection overrides. */
  readonly url: string;
  readonly status: number | null;
  readonly outcome?: Outcome;
  readonly failure?: WebhookFailure;
  /** The id of the event that tells about it. */
  readonly event: number;
}
