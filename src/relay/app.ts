// The relay over HTTP: its webhooks for Twilio, its API for the owner.
import type { RequestListener } from 'node:http';
import { answerApiRequest } from './api/answer-user.js';
import type { UserApi, UserApiResponse } from './api/api.js';
import type { Relay } from './relay.js';
import { answerWebhook } from './webhooks/answer-webhook.js';
import { findEndpoint } from './webhooks/endpoints.js';
import type { WebhookSigning } from './webhooks/guard.js';

/** What {@link createRelayApp} needs besides the relay. */
export interface RelayAppOptions extends WebhookSigning, UserApi {
  /** Called when there may be something new to send. */
  readonly wake: () => void;
}

/** Makes the listener. */
export function createRelayApp(relay: Relay, options: RelayAppOptions): RequestListener {
  return async (incoming, outgoing) => {
    const endpoint = findEndpoint(incoming.url ?? '');
    const { status, type, body, headers }: UserApiResponse = endpoint
      ? await answerWebhook(relay, options, endpoint, incoming)
      : await answerApiRequest(relay, options, incoming);
    options.wake();
    const content = status === 204 ? {} : { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) };
    const more = status === 405 ? { Allow: 'POST', ...headers } : headers;
    outgoing.writeHead(status, more ? { ...content, ...more } : content).end(body);
  };
}
