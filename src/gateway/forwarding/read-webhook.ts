// Reads a webhook whole, within limits: until its signature was checked it may be from anybody.
import type { IncomingMessage } from 'node:http';
import { createBodyDigest } from '../../twilio/signature.js';
import type { SignedRequest } from '../signature/verdict.js';
import { isForm, readParameters } from '../webhook-parameters.js';

/** Bytes: many times what the longest webhook has. */
export const MAX_WEBHOOK_BYTES = 256 * 1024;
/** Bytes that may be under way from strangers at one time. */
const MAX_IN_FLIGHT_BYTES = 32 * 1024 * 1024;
/** Milliseconds that a whole webhook may take to come. */
const DEFAULT_TIMEOUT_MS = 10_000;

/** Reads bodies, and knows how much is under way. */
export interface WebhookReader {
  /**
   * Exactly one of the two is called, once: callbacks, because promises cost as much here as the check of a signature.
   *
   * @param onUnreadable is told why, as a clause
   */
  read(incoming: IncomingMessage, onBody: (body: Buffer) => void, onUnreadable: (why: string) => void): void;
}

/** Makes one. @param timeoutMs milliseconds that a whole body may take to come */
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
    // Most bodies come with their head: a timer for each of them would cost more than reading it.
    setImmediate(() => {
      if (!isOver) timer = setTimeout(() => end(() => onUnreadable('its body came too slowly')), timeoutMs);
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
    incoming.on('error', () => end(() => onUnreadable('its body breaks off')));
  }

  return {
    read: (incoming, onBody, onUnreadable) => {
      const size = Number(incoming.headers['content-length'] ?? (hasBody(incoming) ? MAX_WEBHOOK_BYTES : 0));
      if (size > MAX_WEBHOOK_BYTES) onUnreadable('its body is too long');
      else if (inFlightBytes + size > MAX_IN_FLIGHT_BYTES) onUnreadable('too many came at once');
      else read(incoming, size, onBody, onUnreadable);
    },
  };
}

/** Most bodies come in one piece. */
function join(chunks: readonly Buffer[]): Buffer {
  const [first, ...others] = chunks;
  return first && others.length === 0 ? first : Buffer.concat(chunks);
}

/** Whether a request has a body, however short. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** What its signature is made of. */
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
