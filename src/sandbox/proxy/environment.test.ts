// Creates the environment of a program whose Twilio is the sandbox.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findProxy } from '../../http/proxy.js';
import { createProxiedEnvironment } from './environment.js';

const PROXY_URL = 'http://relay-phone:a-token@127.0.0.1:4021';
const TRUST = {
  bundle: '/t/b.pem',
  javaStore: '/t/b.jks',
  phpFolder: '/t/php',
  javaSecrets: '/t/java.options',
};
const create = (environment: Record<string, string> = {}) =>
  createProxiedEnvironment(environment, PROXY_URL, TRUST);

describe('the environment of a proxied program', () => {
  it('has the proxy and the certificates in every variable that programs read', () => {
    const environment = create();
    for (const name of ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'])
      expect(environment[name]).toBe(PROXY_URL);
    for (const name of ['REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE', 'CURL_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS'])
      expect(environment[name]).toBe(TRUST.bundle);
    expect(environment.TWILIO_CA_BUNDLE).toBe(TRUST.bundle);
    expect(environment.PHP_INI_SCAN_DIR).toBe(':/t/php');
  });

  it.each([
    ['', 'localhost,127.0.0.1,::1'],
    ['*', 'localhost,127.0.0.1,::1'],
    ['example.com, .corp', 'example.com,.corp,localhost,127.0.0.1,::1'],
    ['.twilio.com,api.twilio.com:443 Twilio.com., com *.twilio.com', 'localhost,127.0.0.1,::1'],
    ['localhost,nottwilio.com', 'localhost,nottwilio.com,127.0.0.1,::1'],
    ['.*,a*.com,**', 'localhost,127.0.0.1,::1'],
  ])('turns NO_PROXY=%s into %s', (given, made) => {
    expect(create({ NO_PROXY: given })).toMatchObject({ NO_PROXY: made, no_proxy: made });
    expect(create({ no_proxy: given })).toMatchObject({ NO_PROXY: made, no_proxy: made });
  });

  it('sends every host of Twilio to the proxy, regardless of NO_PROXY', () => {
    const part = fc.constantFrom('*', '.', 'twilio.com', 'com', 'api', ',', ' ', 'TWILIO.COM', ':443', 'x');
    const host = fc.constantFrom('twilio.com', 'api.twilio.com', 'api.dublin.ie1.twilio.com');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), host, (parts, name) => {
        expect(
          findProxy(create({ NO_PROXY: parts.join('') }), new URL(`https://${name}`))?.url.href.slice(0, -1),
        ).toBe(PROXY_URL);
      }),
      { numRuns: 1000 },
    );
  });

  it('extends the user’s settings for Java and PHP, without the token on Java’s command line', () => {
    const { JAVA_TOOL_OPTIONS, PHP_INI_SCAN_DIR } = create({
      JAVA_TOOL_OPTIONS: '-Xmx1g',
      PHP_INI_SCAN_DIR: '/own',
    });
    expect(JAVA_TOOL_OPTIONS).toMatch(/^-Xmx1g -Djavax\.net\.ssl\.trustStore=\/t\/b\.jks /);
    expect(JAVA_TOOL_OPTIONS).not.toContain('a-token');
    expect(PHP_INI_SCAN_DIR).toBe('/own:/t/php');
  });
});
