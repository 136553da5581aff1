// Codes that are good once, and the token of the tabs.
import { describe, expect, it } from 'vitest';
import { CODE_TTL_MS, createPageAccess } from './access.js';

const TOKEN = 'the token';

function createAccess() {
  let now = 1_000;
  const access = createPageAccess(TOKEN, () => now);
  return {
    ...access,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

describe('a code', () => {
  it('gives the token once', () => {
    const access = createAccess();
    const code = access.createCode();
    expect([access.redeem(code), access.redeem(code)]).toEqual([TOKEN, undefined]);
  });

  it('is good for less than a minute', () => {
    const access = createAccess();
    const [early, late] = [access.createCode(), access.createCode()];
    access.pass(CODE_TTL_MS - 1);
    expect(access.redeem(early)).toBe(TOKEN);
    access.pass(1);
    expect(access.redeem(late)).toBeUndefined();
  });

  it('is another one each time, and nothing else is one', () => {
    const access = createAccess();
    const codes = Array.from({ length: 50 }, access.createCode);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.every((code) => /^[\w-]{22}$/.test(code))).toBe(true);
    for (const wrong of ['', 'x', TOKEN, `${codes[0]}x`]) expect(access.redeem(wrong)).toBeUndefined();
  });

  it('gives way to newer ones when a hundred wait', () => {
    const access = createAccess();
    const codes = Array.from({ length: 101 }, access.createCode);
    expect(codes.map(access.redeem).filter((token) => token === undefined)).toHaveLength(1);
    expect(access.redeem(codes[0] ?? '')).toBeUndefined();
  });
});

it.each([
  [`Bearer ${TOKEN}`, true],
  [`bearer ${TOKEN}`, false],
  [TOKEN, false],
  [`Bearer ${TOKEN} `, false],
  ['Bearer ', false],
  ['', false],
  [undefined, false],
])('%j is authorized: %s', (header, isAuthorized) => {
  expect(createAccess().isAuthorized(header)).toBe(isAuthorized);
});
