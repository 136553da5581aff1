// Writing origins, and telling the addresses of this machine from others.
import { describe, expect, it } from 'vitest';
import {
  formatAuthority,
  formatOrigin,
  isLoopback,
  isWildcard,
  listSameOrigins,
  readCredentials,
  readHost,
} from './origin.js';

describe('the origin of a server', () => {
  it.each([
    ['127.0.0.1', 'http://127.0.0.1:8000'],
    ['::1', 'http://[::1]:8000'],
    ['fd00::0:7', 'http://[fd00::7]:8000'],
    ['localhost', 'http://localhost:8000'],
    ['192.168.1.5', 'http://192.168.1.5:8000'],
    ['0.0.0.0', 'http://127.0.0.1:8000'],
    ['::', 'http://127.0.0.1:8000'],
    ['0:0:0:0:0:0:0:0', 'http://127.0.0.1:8000'],
    ['::ffff:0.0.0.0', 'http://127.0.0.1:8000'],
  ])('that listens on %s is %s', (host, origin) => {
    expect(formatOrigin(host, 8000)).toBe(origin);
  });
});

it('brackets an IPv6 address in an authority, and removes them for a socket', () => {
  expect([formatAuthority('::1', 80), formatAuthority('a.test', '1')]).toEqual(['[::1]:80', 'a.test:1']);
  expect([readHost(new URL('http://[::1]:80')), readHost(new URL('http://a.test'))]).toEqual([
    '::1',
    'a.test',
  ]);
});

it.each([
  ['localhost', true],
  ['LOCALHOST.', true],
  ['app.localhost', true],
  ['127.0.0.1', true],
  ['127.1.2.3', true],
  ['::1', true],
  ['[::1]', true],
  ['0:0:0:0:0:0:0:1', true],
  ['::ffff:127.0.0.1', true],
  ['0.0.0.0', false],
  ['::', false],
  ['localhost.example.com', false],
  ['notlocalhost', false],
  ['127.0.0.1.example.com', false],
  ['127.example.com', false],
  ['192.168.1.5', false],
  ['::2', false],
  ['', false],
])('isLoopback(%s) is %s', (host, is) => {
  expect(isLoopback(host)).toBe(is);
});

it('knows the addresses that mean every address', () => {
  expect(['0.0.0.0', '::', '[::]', '0::0', '127.0.0.1', '::1', 'x'].map(isWildcard)).toEqual([
    ...Array<boolean>(4).fill(true),
    ...Array<boolean>(3).fill(false),
  ]);
});

it('lists the origins that lead to the same port of this machine', () => {
  expect(listSameOrigins('http://[::1]:8000')).toEqual([
    'http://[::1]:8000',
    'http://127.0.0.1:8000',
    'http://localhost:8000',
  ]);
  expect(listSameOrigins('https://localhost:8443')).toContain('https://[::1]:8443');
  expect(listSameOrigins('https://relay.example.com')).toEqual(['https://relay.example.com']);
});

it('reads the user name and password of a URL, also with a percent sign that encodes nothing', () => {
  expect(readCredentials(new URL('http://me:a%40b@relay.example.com'))).toBe('me:a@b');
  expect(readCredentials(new URL('http://me:100%@relay.example.com'))).toBe('me:100%');
});
