// Reads what the signature of a request is computed from.
import type { IncomingMessage } from 'node:http';
import { isForm, readParameters } from '../../exchanges/parameters.js';
import { createBodyDigest } from '../../twilio/signature.js';
import type { SignedRequest } from '../signature/signed-request.js';

const EMPTY = Buffer.alloc(0);

/** True if a request has a body. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** True if a request has a signature, valid or not. */
export function hasSignature({ headers }: IncomingMessage): boolean {
  return headers['x-twilio-signature'] !== undefined;
}

/** True if a request asks for a WebSocket, as Twilio does (RFC 6455, 4.1). */
export function asksForSocket(incoming: IncomingMessage): boolean {
  const { method, headers } = incoming;
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket' && !hasBody(incoming);
}

/** Collects what the signature of a request for another protocol is computed from. */
export function readSignedUpgrade(incoming: IncomingMessage): SignedRequest {
  return { ...readSignedRequest(incoming, EMPTY), isSocket: true };
}

/** Collects what the signature of a webhook is computed from. */
export function readSignedRequest(
  { url = '', headers, rawHeaders }: IncomingMessage,
  body: Buffer,
): SignedRequest {
  const signature = headers['x-twilio-signature'];
  const isOfForm = isForm(headers['content-type']);
  const isNothing = body.length === 0 && !url.includes('bodySHA256=');
  return {
    target: url,
    isSocket: false,
    signature: typeof signature === 'string' ? signature : undefined,
    parameters: isOfForm ? readParameters(body.toString()) : {},
    digest: isOfForm || isNothing ? undefined : createBodyDigest(body.toString()),
    body,
    headers: rawHeaders,
  };
}
