// Hosts that Twilio could reach, and those that it could not.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findHostFault, findNameFault } from './public-host.js';

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

describe('a name that no host can have', () => {
  const hostOf = (host: string) => new URL(`https://${host}/`).hostname;

  it.each([
    ['*.example.com', 'a wildcard'],
    ['a.*.example.com', 'a wildcard'],
    ['-a.com', 'no host can have'],
    ['a-.example.com', 'no host can have'],
    ['a..com', 'no host can have'],
    ["o'neil.example.com", 'no host can have'],
    ['{name}.ngrok.app', 'no host can have'],
    ['your-name,other.ngrok.app', 'no host can have'],
    ['$HOST.example.com', 'no host can have'],
    [`${'a'.repeat(64)}.example.com`, 'no host can have'],
    [`${'a.'.repeat(130)}com`, 'no host can have'],
  ])('%s has %s', (host, reason) => {
    expect(findNameFault(hostOf(host))).toContain(reason);
  });

  it.each([
    'relay.example.com',
    'relay.example.com.',
    'a--b.example.com',
    'xn--bcher-kva.example',
    'bücher.example',
    `${'a'.repeat(63)}.example.com`,
    '1.2.3.4',
    '[2001:db8::1]',
    'localhost',
    'my_app',
  ])('one can be called %s', (host) => {
    expect(findNameFault(hostOf(host))).toBeUndefined();
  });

  it('is any with a character that names lack, and none of letters, digits and inner hyphens', () => {
    const label = fc.stringMatching(/^[a-z](?:[a-z0-9-]{0,20}[a-z0-9])?$/);
    const name = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join('.'));
    // A `URL` takes these; it refuses the others.
    const strange = fc.constantFrom(...'!"$&\'()*+,;=`{}~');
    fc.assert(
      fc.property(name, strange, fc.nat(), (host, character, at) => {
        // A label such as xn--a is no name of its own, and no URL.
        fc.pre(!host.includes('xn--'));
        expect(findNameFault(host)).toBeUndefined();
        const place = at % (host.length + 1);
        const changed = hostOf(host.slice(0, place) + character + host.slice(place));
        expect(findNameFault(changed)).toBeDefined();
      }),
    );
  });
});
