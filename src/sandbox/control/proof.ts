// Proves to a client, with the HMAC of a nonce, that the sandbox knows the control token, before the client sends it.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { RelayPhoneError } from '../../errors.js';
import { sendControlRequest } from './send.js';

/** The nonces that `GET /_sandbox/hello` takes. */
export const NONCE = /^[A-Za-z0-9_-]{16,128}$/;

const NONCE_BYTES = 24;

/**
 * Checks that the sandbox with this control token answers at `origin`, without sending the token.
 *
 * @throws RelayPhoneError `network` if nothing answers within ten seconds, or something else does.
 */
export async function verifySandbox(origin: string, controlToken: string): Promise<void> {
  const nonce = randomBytes(NONCE_BYTES).toString('base64url');
  const answer = await sendControlRequest({ origin }, 'GET', `/hello?nonce=${nonce}`);
  if (answer.status === 200 && isProof(controlToken, nonce, findProof(answer.text))) return;
  throw new RelayPhoneError({
    kind: 'network',
    task: `reach the sandbox at ${origin}`,
    reason: 'what answers there does not have the token of its control API',
    tryNext: ['relay-phone sandbox'],
  });
}

/** The proof for a nonce: its HMAC-SHA256 under the token, in hex. */
export function proveToken(controlToken: string, nonce: string): string {
  return createHmac('sha256', controlToken).update(nonce).digest('hex');
}

/** Takes as long for a wrong proof as for a right one. */
function isProof(controlToken: string, nonce: string, proof: unknown): boolean {
  const expected = Buffer.from(proveToken(controlToken, nonce));
  const given = Buffer.from(String(proof));
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function findProof(json: string): unknown {
  try {
    return (JSON.parse(json) as { proof?: unknown } | null)?.proof;
  } catch {
    return undefined;
  }
}
