// Access to the page: one token for its tabs, and single-use codes that a browser redeems for it.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** How long a code can be redeemed, milliseconds. */
export const CODE_TTL_MS = 60_000;

/** How many codes can be waiting at once; the oldest goes first. */
const MAX_CODES = 100;
const CODE_BYTES = 16;

/** Who may use the page. */
export interface PageAccess {
  /** Returns a new code, for the fragment of an address. It is good once, for {@link CODE_TTL_MS}. */
  createCode(): string;
  /** Returns the token for a code; undefined if the code is unknown, used or too old. */
  redeem(code: string): string | undefined;
  /** True for `Bearer TOKEN`. */
  isAuthorized(header: string | undefined): boolean;
}

/** Creates the access. @param token the secret that tabs send with each request; it outlives the process */
export function createPageAccess(token: string, now: () => number): PageAccess {
  /** When each code expires, by its digest: what is kept cannot be redeemed. */
  const codes = new Map<string, number>();
  const expected = digest(`Bearer ${token}`);
  return {
    createCode: () => {
      const code = randomBytes(CODE_BYTES).toString('base64url');
      codes.set(digest(code).toString('hex'), now() + CODE_TTL_MS);
      for (const oldest of codes.keys()) {
        if (codes.size <= MAX_CODES) break;
        codes.delete(oldest);
      }
      return code;
    },
    redeem: (code) => {
      const key = digest(code).toString('hex');
      const expiresAt = codes.get(key);
      codes.delete(key);
      return expiresAt !== undefined && now() < expiresAt ? token : undefined;
    },
    // The constant-time comparison needs equal lengths, which digests have.
    isAuthorized: (header = '') => timingSafeEqual(digest(header), expected),
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
