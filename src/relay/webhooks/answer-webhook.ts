// Answers each webhook once what it asks for is on disk.
import type { IncomingMessage } from 'node:http';
import type { Relay } from '../relay.js';
import { formatRelayError, type RelayWebhookAnswer } from './answer.js';
import { type Endpoint, receiveOnce } from './endpoints.js';
import { authenticateWebhook, Unwelcome, type WebhookSigning } from './guard.js';

/** Answers a webhook, or turns it away. */
export async function answerWebhook(
  relay: Relay,
  seal: WebhookSigning,
  endpoint: Endpoint,
  incoming: IncomingMessage,
): Promise<RelayWebhookAnswer> {
  try {
    const form = await authenticateWebhook(incoming, seal);
    const given = receiveOnce(relay, endpoint, form, findToken(incoming));
    await relay.store.kept();
    return given;
  } catch (error) {
    const { status, message: why } = error instanceof Unwelcome ? error : failure(error);
    relay.tell({ kind: 'turned-away', path: endpoint.path, status, why });
    return formatRelayError(endpoint.form, status, status === 500 ? 'It could not be kept.' : why);
  }
}

function findToken({ headers }: IncomingMessage): string | undefined {
  const token = headers['i-twilio-idempotency-token'];
  return typeof token === 'string' && token !== '' ? token : undefined;
}

/** Nothing of it was kept, such as when the disk is full. Twilio is told, and the text stays there. */
function failure(error: unknown): { readonly status: number; readonly message: string } {
  return { status: 500, message: error instanceof Error ? error.message : String(error) };
}
