// What the user API works with, and what its routes are like.
import type { TwilioClient } from '../../twilio/client.js';
import type { Purchases } from '../purchases.js';
import type { Relay } from '../relay.js';
import type { RelayResponse } from '../webhooks/answer.js';

/** See the head of this file. */
export interface UserApi {
  readonly client: TwilioClient;
  /** What the owner shows. */
  readonly token: string;
  /** Whether it may be reached through the tunnel too. */
  readonly isExposed: boolean;
  /** The number from which the owner is texted; undefined when there is none. */
  readonly mainNumber: string | undefined;
  readonly publicBase: string;
  readonly purchases: Purchases;
  /** Says how many more milliseconds a client has to wait for a card; 0 when it need not. */
  readonly limitVCard: (client: string) => number;
}

/** A request of the owner's. */
export interface UserApiRequest {
  /** The number in the path; 0 where it has none. */
  readonly id: number;
  readonly query: URLSearchParams;
  /** What the body holds, JSON or a form. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The country in whose form numbers may be written, as the client says. */
  readonly region: string | undefined;
}

/** An answer to the owner. */
export interface UserApiResponse extends RelayResponse {
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers one. */
export type UserApiRoute = (
  relay: Relay,
  api: UserApi,
  request: UserApiRequest,
) => UserApiResponse | Promise<UserApiResponse>;
