// How a sandbox proves that it knows the control token without showing it.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** The nonces that `GET /_sandbox/hello` takes. */
export const NONCE = /^[A-Za-z0-9_-]{16,128}$/;

/** How many random bytes our own nonces have. */
export const NONCE_BYTES = 24;

/** The proof for a nonce: its HMAC-SHA256 under the token, in hex. */
export function proveToken(controlToken: string, nonce: string): string {
  return createHmac('sha256', controlToken).update(nonce).digest('hex');
}

/** Whether `proof` is the proof for a nonce; takes as long for a wrong one as for a right one. */
export function isProof(controlToken: string, nonce: string, proof: unknown): boolean {
  const expected = Buffer.from(proveToken(controlToken, nonce));
  const given = Buffer.from(String(proof));
  return given.length === expected.length && timingSafeEqual(given, expected);
}
