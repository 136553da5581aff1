// Lists the hosts that Java reaches without the proxy.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isTwilio, MEDIA_HOST } from '../platform/twilio-hosts.js';
import { formatJavaSecrets, listOtherHosts } from './java.js';

/** Java's own comparison: https://github.com/openjdk/jdk17/blob/master/src/java.base/share/classes/sun/net/spi/DefaultProxySelector.java */
const patterns = listOtherHosts(['twilio.com', MEDIA_HOST]);
const isDirect = (host: string) =>
  patterns.some((pattern) =>
    pattern.startsWith('*') ? host.toLowerCase().endsWith(pattern.slice(1)) : host.toLowerCase() === pattern,
  );

it.each([
  'repo.maven.apache.org',
  'example.com',
  'nexus.radio.com',
  'twilio.example',
  'cdn.com',
  'files.twiliocdn.com',
  '127.0.0.1',
  '[::1]',
])('reaches %s without the proxy', (host) => {
  expect(isDirect(host)).toBe(true);
});

it('reaches every host of Twilio through the proxy, and other hosts without it', () => {
  const label = fc.stringMatching(/^[A-Za-z0-9-]{1,8}$/);
  const end = fc.constantFrom(
    '',
    '.twilio.com',
    '.twilio.com.',
    '.TWILIO.com',
    '.twiliocdn.com',
    '.com',
    '.io',
  );
  fc.assert(
    fc.property(fc.oneof(fc.constant('mms'), label), end, (name, domain) => {
      const host = name + domain;
      if (isTwilio(host)) expect(isDirect(host)).toBe(false);
      else expect(isDirect(host) || /twilio\.com\.?$/i.test(host)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

it('keeps the proxy for all hosts where the user has one', () => {
  expect(formatJavaSecrets('relay-phone', 'a-token', true)).not.toContain('nonProxyHosts');
});
