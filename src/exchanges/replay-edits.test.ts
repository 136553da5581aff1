// Which edits of a webhook can be sent, and how they are refused.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ReplayEdits, readEdits } from './replay-edits.js';

it('reads edits with the names of headers in lower case', () => {
  const edits = { parameters: { Body: 'x', NumMedia: null }, headers: { 'X-A': '1', Cookie: null } };
  const { set, headers, body, path } = readEdits({ ...edits, path: '/sms?a=%20' }, 'POST');
  expect([...set]).toEqual(Object.entries(edits.parameters));
  expect([...(headers ?? [])]).toEqual([
    ['x-a', '1'],
    ['cookie', null],
  ]);
  expect([body, path]).toEqual([undefined, '/sms?a=%20']);
});

describe('refuses', () => {
  it.each<[string, ReplayEdits, string]>([
    ['parameters beside a body', { parameters: {}, body: '' }, 'either parameters or a body'],
    ['an address', { path: 'http://example.com/' }, 'a path starts with /'],
    ['a path with a space', { path: '/a b' }, 'neither spaces nor #'],
    ['a path with a fragment', { path: '/a#b' }, 'neither spaces nor #'],
    ['a path with a line break', { path: '/a\r\nX: y' }, 'neither spaces nor #'],
    ['a length', { headers: { 'CONTENT-LENGTH': '5' } }, 'CONTENT-LENGTH cannot be edited'],
    ['another framing', { headers: { 'Transfer-Encoding': 'chunked' } }, 'cannot be edited'],
    ['the removal of a length', { headers: { 'Content-Length': null } }, 'cannot be edited'],
    ['a header in the value of another', { headers: { 'X-A': 'a\r\nX-B: b' } }, 'X-A is not a valid header'],
    ['a header without a name', { headers: { '': 'a' } }, 'is not a valid header'],
  ])('%s', (_, edits, reason) => {
    expect(() => readEdits(edits, 'POST')).toThrow(reason);
  });

  it('a body of a GET request', () => {
    expect(() => readEdits({ body: 'x' }, 'GET')).toThrow('a GET request has no body');
  });

  it('whatever would end the request line or a header early', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('\r', '\n', '\0'), fc.string(), (start, end, rest) => {
        const text = start + end + rest;
        expect(() => readEdits({ path: `/${text}` }, 'POST')).toThrow();
        expect(() => readEdits({ headers: { 'X-A': text } }, 'POST')).toThrow();
      }),
    );
  });
});
