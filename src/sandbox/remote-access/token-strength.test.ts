// Which tokens may protect a sandbox that other machines can reach.
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findWeakness } from './token-strength.js';

/** As `openssl rand` makes them: 128 random bits and more. */
const random = fc.uint8Array({ minLength: 16, maxLength: 48 }).map((seed) => randomBytes(seed.length));

describe('a token', () => {
  it('passes if it is 128 random bits or more, in hex, base64 or base64url', () => {
    fc.assert(
      fc.property(random, fc.constantFrom('hex', 'base64', 'base64url'), (bytes, encoding) => {
        const token = bytes.toString(encoding);
        expect([token, findWeakness(token)]).toEqual([token, undefined]);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['', /header/],
    ['test', /short/],
    ['your_auth_token', /short/],
    ['12345678901234567890123456789012', /row/],
    ['0123456789abcdef0123456789abcdef', /repeats/],
    ['abcdefghijklmnopqrstuvwxyz012345', /row/],
    ['0'.repeat(32), /few/],
    ['deadbeefdeadbeefdeadbeefdeadbeef', /few/],
    ['my-test-token-for-the-sandbox', /words/],
    ['correct-horse-battery-staple', /words/],
    ['Twilio-Test-Token-123456789', /words/],
    ['change-me-please-change-me', /words/],
    [randomBytes(15).toString('hex'), /short/],
    [`${randomBytes(16).toString('hex')} x`, /header/],
    [`${randomBytes(16).toString('hex')}\u00e9`, /header/],
  ])('%j is refused', (token, reason) => {
    expect(findWeakness(token)).toMatch(reason);
  });

  it('is refused if it repeats a part, whatever the part is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 16, unit: 'grapheme-ascii' }), (part) => {
        expect(findWeakness(part.repeat(2 + Math.ceil(40 / part.length)))).toBeDefined();
      }),
    );
  });

  it('is never quoted in the reason', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6 }), (token) => {
        expect(findWeakness(token) ?? '').not.toContain(token);
      }),
    );
  });
});
