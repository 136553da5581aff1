// Which addresses the warning of a sandbox for other machines names.
import type { NetworkInterfaceInfo } from 'node:os';
import { expect, it } from 'vitest';
import { describeAddresses } from './show-remote-access.js';

const address = (text: string, internal = false) =>
  ({ address: text, family: text.includes(':') ? 'IPv6' : 'IPv4', internal }) as NetworkInterfaceInfo;

const INTERFACES = {
  lo: [address('127.0.0.1', true), address('::1', true)],
  eth0: [address('10.0.0.5'), address('2001:db8::5')],
  docker0: [address('172.17.0.1')],
};

it.each([
  ['0.0.0.0', 'every address of this machine (0.0.0.0), now 10.0.0.5 (eth0), 172.17.0.1 (docker0)'],
  ['::', 'every address of this machine (::), now 10.0.0.5 (eth0), 2001:db8::5 (eth0), 172.17.0.1 (docker0)'],
  ['10.0.0.5', '10.0.0.5'],
])('a sandbox on %s is reached at %s', (host, described) => {
  expect(describeAddresses(host, INTERFACES)).toBe(described);
});

it('a machine that has only loopback names no address', () => {
  expect(describeAddresses('0.0.0.0', { lo: INTERFACES.lo })).toBe('every address of this machine (0.0.0.0)');
});
