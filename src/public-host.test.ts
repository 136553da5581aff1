// Hosts that Twilio could reach, and those that it could not.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findHostFault } from './public-host.js';

describe('a host that Twilio cannot reach', () => {
  it.each([
    '0.0.0.0',
    '10.0.0.5',
    '100.64.0.1',
    '127.8.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.5',
    '224.0.0.1',
    '255.255.255.255',
    '[::]',
    '[::1]',
    '[fd00::1]',
    '[fe80::1]',
    '[ff02::1]',
    '[::ffff:10.0.0.5]',
    '[::ffff:7f00:1]',
  ])('has the private address %s', (host) => {
    expect(findHostFault(new URL(`http://${host}/`).hostname)).toBe(
      'is a private address, which Twilio cannot reach',
    );
  });

  it.each([
    'myhost',
    'localhost',
    'app.localhost',
    'relay.local',
    'relay.local.',
    'host.docker.internal',
    'ip-10-0-0-5.ec2.internal',
    'nas.lan',
    'box.home.arpa',
    'RELAY.Local',
  ])('has the local name %s', (host) => {
    expect(findHostFault(new URL(`http://${host}/`).hostname)).toBe(
      'is a local name, which Twilio cannot reach',
    );
  });
});

describe('a host that Twilio may reach', () => {
  it.each([
    'relay.example.com',
    'localhost.example.com',
    'my-local.dev',
    'internal.example.com',
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '[2606:4700:4700::1111]',
    '[::ffff:8.8.8.8]',
  ])('is %s', (host) => {
    expect(findHostFault(new URL(`http://${host}/`).hostname)).toBeUndefined();
  });

  it('is the same for an address however it is written', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const mapped = new URL(`http://[::ffff:${address}]/`).hostname;
        expect(findHostFault(mapped)).toBe(findHostFault(address));
      }),
    );
  });
});
