// Reads what the signature of a webhook is computed from.
import type { IncomingMessage } from 'node:http';
import { createBodyDigest } from '../../twilio/signature.js';
import type { SignedRequest } from '../signature/verdict.js';
import { isForm, readParameters } from '../webhook-parameters.js';

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
