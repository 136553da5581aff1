// Answers each webhook once what it asks for is on disk.
import type { IncomingMessage } from 'node:http';
import type { Relay } from '../relay.js';
import { formatProblem, type WebhookAnswer } from './answer.js';
import { type Endpoint, receiveOnce } from './endpoints.js';
import { readWebhook, type Seal, Unwelcome } from './guard.js';

/** Answers a webhook, or turns it away. */
export async function answerWebhook(
  relay: Relay,
  seal: Seal,
  endpoint: Endpoint,
  incoming: IncomingMessage,
): Promise<WebhookAnswer> {
  try {
    const form = await readWebhook(incoming, seal);
    const given = receiveOnce(relay, endpoint, form, findToken(incoming));
    await relay.store.kept();
    return given;
  } catch (error) {
    const { status, message: why } = error instanceof Unwelcome ? error : failure(error);
    relay.tell({ kind: 'turned-away', path: endpoint.path, status, why });
    return formatProblem(endpoint.form, status, status === 500 ? 'It could not be kept.' : why);
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
