// Answers each webhook once what it asks for is on disk.
import type { IncomingMessage } from 'node:http';
import type { Relay } from '../relay.js';
import { formatRelayError, type RelayResponse } from './answer.js';
import { processOnce, type WebhookEndpoint } from './endpoints.js';
import { authenticateWebhook, HttpError, type WebhookSigning } from './guard.js';

/** Answers a webhook, or turns it away. */
export async function answerWebhook(
  relay: Relay,
  signing: WebhookSigning,
  endpoint: WebhookEndpoint,
  incoming: IncomingMessage,
): Promise<RelayResponse> {
  try {
    const form = await authenticateWebhook(incoming, signing);
    const response = processOnce(relay, endpoint, form, findIdempotencyToken(incoming));
    await relay.store.kept();
    return response;
  } catch (error) {
    const { status, message: why } = error instanceof HttpError ? error : describeFailedWrite(error);
    relay.emit({ kind: 'turned-away', path: endpoint.path, status, why });
    return formatRelayError(endpoint.errorFormat, status, status === 500 ? 'It could not be kept.' : why);
  }
}

function findIdempotencyToken({ headers }: IncomingMessage): string | undefined {
  const token = headers['i-twilio-idempotency-token'];
  return typeof token === 'string' && token !== '' ? token : undefined;
}

/** Nothing of it was kept, such as when the disk is full. Twilio is told, and the text stays there. */
function describeFailedWrite(error: unknown): { readonly status: number; readonly message: string } {
  return { status: 500, message: error instanceof Error ? error.message : String(error) };
}
