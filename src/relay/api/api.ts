// What the user API works with, and what its routes are like.
import type { TwilioClient } from '../../twilio/client.js';
import type { Relay } from '../relay.js';
import type { WebhookAnswer } from '../webhooks/answer.js';

/** See the head of this file. */
export interface Api {
  readonly client: TwilioClient;
  /** What the owner shows. */
  readonly token: string;
  /** Whether it may be reached through the tunnel too. */
  readonly isExposed: boolean;
}

/** A request of the owner's. */
export interface UserRequest {
  /** The number in the path; 0 where it has none. */
  readonly id: number;
  readonly query: URLSearchParams;
  /** What the body holds, JSON or a form. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Answers one. */
export type UserRoute = (
  relay: Relay,
  api: Api,
  request: UserRequest,
) => WebhookAnswer | Promise<WebhookAnswer>;
