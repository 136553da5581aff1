// Reads the body of a webhook within limits, because a stranger may send it: its signature is only checked afterwards.
import type { IncomingMessage } from 'node:http';
import { createBodyDigest } from '../../twilio/signature.js';
import type { SignedRequest } from '../signature/verdict.js';
import { isForm, readParameters } from '../webhook-parameters.js';

/** Many times the size of the longest webhook. */
export const MAX_WEBHOOK_BYTES = 256 * 1024;
/** The limit for all bodies that are being read. */
const MAX_IN_FLIGHT_BYTES = 32 * 1024 * 1024;

const DEFAULT_TIMEOUT_MS = 10_000;

/** Reads the bodies of webhooks. */
export interface WebhookReader {
  /**
   * Reads a body and calls exactly one of the callbacks, once. Promises would cost as much as the signature check.
   *
   * @param onUnreadable is called with the reason, as a clause
   */
  read(incoming: IncomingMessage, onBody: (body: Buffer) => void, onUnreadable: (why: string) => void): void;
}

/** Creates a reader. @param timeoutMs how long a body may take to arrive */
export function createWebhookReader(timeoutMs = DEFAULT_TIMEOUT_MS): WebhookReader {
  let inFlightBytes = 0;

  function read(
    incoming: IncomingMessage,
    size: number,
    onBody: (body: Buffer) => void,
    onUnreadable: (why: string) => void,
  ): void {
    const chunks: Buffer[] = [];
    let [length, isOver] = [0, false];
    let timer: NodeJS.Timeout | undefined;
    // Most bodies arrive with their headers, and a timer costs more than reading them.
    setImmediate(() => {
      if (!isOver)
        timer = setTimeout(() => end(() => onUnreadable('its body arrived too slowly')), timeoutMs);
    });
    inFlightBytes += size;

    function end(report: () => void): void {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      inFlightBytes -= size;
      report();
    }

    incoming.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > MAX_WEBHOOK_BYTES) end(() => onUnreadable('its body is too long'));
      else if (!isOver) chunks.push(chunk);
    });
    incoming.on('end', () => end(() => onBody(join(chunks))));
    incoming.on('error', () => end(() => onUnreadable('its body ended early')));
  }

  return {
    read: (incoming, onBody, onUnreadable) => {
      const size = Number(incoming.headers['content-length'] ?? (hasBody(incoming) ? MAX_WEBHOOK_BYTES : 0));
      if (size > MAX_WEBHOOK_BYTES) onUnreadable('its body is too long');
      else if (inFlightBytes + size > MAX_IN_FLIGHT_BYTES) onUnreadable('too many requests at once');
      else read(incoming, size, onBody, onUnreadable);
    },
  };
}

/** Most bodies arrive in one chunk. */
function join(chunks: readonly Buffer[]): Buffer {
  const [first, ...others] = chunks;
  return first && others.length === 0 ? first : Buffer.concat(chunks);
}

/** True if a request has a body. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Collects what the signature of a webhook is computed from. */
export function readSignedRequest(
  { url = '', headers, rawHeaders }: IncomingMessage,
  body: Buffer,
): SignedRequest {
  const signature = headers['x-twilio-signature'];
  const isOfForm = isForm(headers['content-type']);
  return {
    target: url,
    signature: typeof signature === 'string' ? signature : undefined,
    parameters: isOfForm ? readParameters(body.toString()) : {},
    digest: isOfForm || body.length === 0 ? undefined : createBodyDigest(body.toString()),
    headers: rawHeaders,
  };
}
