// Which requests the page refuses because of where they come from.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findForeignRequest, PAGE_HEADERS } from './guard.js';

const HOST = '127.0.0.1:4022';
const OWN = `http://${HOST}`;

it.each([
  [{ host: HOST }],
  [{ host: HOST, origin: OWN }],
  [{ host: HOST, origin: OWN, 'sec-fetch-site': 'same-origin' }],
])('lets %j in', (headers) => {
  expect(findForeignRequest(headers, HOST, true)).toBeUndefined();
});

it.each([
  [{}],
  [{ host: '' }],
  [{ host: '127.0.0.1' }],
  [{ host: 'localhost:4022' }],
  [{ host: `${HOST}.attacker.example` }],
  [{ host: HOST, origin: 'null' }],
  [{ host: HOST, origin: '' }],
  [{ host: HOST, origin: `https://${HOST}` }],
  [{ host: HOST, origin: `${OWN}0` }],
  [{ host: HOST, origin: 'http://localhost:4022' }],
  [{ host: HOST, origin: OWN, 'sec-fetch-site': 'same-site' }],
  [{ host: HOST, 'sec-fetch-site': 'cross-site' }],
  [{ host: HOST, 'sec-fetch-site': 'none' }],
])('refuses %j', (headers) => {
  expect(findForeignRequest(headers, HOST, true)).toEqual(expect.any(String));
});

it('lets a link of another site lead to the document, which then has no token', () => {
  expect(findForeignRequest({ host: HOST, 'sec-fetch-site': 'cross-site' }, HOST, false)).toBeUndefined();
});

it('refuses every host and origin but the own ones', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(text !== HOST && text !== OWN);
      expect(findForeignRequest({ host: text }, HOST, false)).toBeDefined();
      expect(findForeignRequest({ host: HOST, origin: text }, HOST, false)).toBeDefined();
    }),
  );
});

it('allows only scripts, styles and connections of its own, no frame, no form and no inline script', () => {
  const policy = PAGE_HEADERS['Content-Security-Policy'] ?? '';
  expect(policy).not.toMatch(/unsafe|\*|https?:/);
  const directives = policy.split('; ').map((one) => one.split(' ')[0]);
  expect(directives).toEqual(
    expect.arrayContaining(['default-src', 'base-uri', 'form-action', 'frame-ancestors']),
  );
});
