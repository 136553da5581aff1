// Finding the proxy for a host in the environment, and a proxy that hangs.
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { findProxy, findProxyAgent } from './proxy.js';
import { sendRequest } from './send.js';

const PROXY = { HTTPS_PROXY: 'http://127.0.0.1:3128' };

it.each<[string, Record<string, string>, boolean]>([
  ['no proxy', {}, false],
  ['a proxy', PROXY, true],
  ['a proxy variable in lower case', { https_proxy: 'http://127.0.0.1:3128' }, true],
  ['NO_PROXY for other hosts', { ...PROXY, NO_PROXY: 'example.com, localhost' }, true],
  ['NO_PROXY for this host', { ...PROXY, NO_PROXY: 'api.twilio.com' }, false],
  ['no_proxy for its parent domain', { ...PROXY, no_proxy: 'localhost,.twilio.com' }, false],
  ['NO_PROXY for names that are only suffixes of it', { ...PROXY, NO_PROXY: 'io.com,pi.twilio.com' }, true],
  ['NO_PROXY for all hosts', { ...PROXY, NO_PROXY: '*' }, false],
])('finds a proxy or none in an environment with %s', async (_what, environment, isProxied) => {
  expect((await findProxyAgent(environment, 'api.twilio.com')) !== undefined).toBe(isProxied);
});

it.each<[string, Record<string, string>, string | undefined]>([
  ['prefers upper case', { HTTPS_PROXY: 'http://upper:1', https_proxy: 'http://lower:1' }, 'http://upper:1'],
  [
    'uses ALL_PROXY without an HTTPS_PROXY',
    { HTTP_PROXY: 'http://a:1', all_proxy: 'http://b:1' },
    'http://b:1',
  ],
  [
    'uses http for a proxy without a scheme, as curl does',
    { HTTPS_PROXY: 'proxy:3128' },
    'http://proxy:3128',
  ],
  ['keeps the user and password of a proxy', { HTTPS_PROXY: 'http://me:pw@proxy:1' }, 'http://me:pw@proxy:1'],
  ['lets an empty NO_PROXY override no_proxy', { ...PROXY, NO_PROXY: '', no_proxy: '*' }, PROXY.HTTPS_PROXY],
  ['exempts the subdomains of a name', { ...PROXY, NO_PROXY: 'twilio.com' }, undefined],
  ['exempts a name after a dot or a star', { ...PROXY, NO_PROXY: '*.api.twilio.com' }, undefined],
  ['exempts a name in capitals', { ...PROXY, NO_PROXY: 'API.Twilio.com' }, undefined],
  ['exempts a name with the port of the request', { ...PROXY, NO_PROXY: 'api.twilio.com:443' }, undefined],
  [
    'does not exempt a name with another port',
    { ...PROXY, NO_PROXY: 'api.twilio.com:8443' },
    PROXY.HTTPS_PROXY,
  ],
])('findProxy %s', (_what, environment, proxy) => {
  const { env } = process;
  expect(findProxy(environment, 'https:', 'api.twilio.com')).toBe(proxy);
  expect(process.env).toBe(env);
});

it('findProxy exempts an IPv6 address', () => {
  expect(findProxy({ ...PROXY, NO_PROXY: 'localhost,::1' }, 'https:', '::1')).toBeUndefined();
  expect(findProxy({ ...PROXY, NO_PROXY: 'localhost,::1' }, 'https:', '::2')).toBe(PROXY.HTTPS_PROXY);
});

describe('a proxy that hangs', () => {
  /** Sends a request through a silent proxy, and waits until no connection to the proxy is left. */
  async function ask(timeoutMs: number, proxyTimeoutMs: number): Promise<unknown> {
    const proxy = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    const environment = { HTTPS_PROXY: `http://127.0.0.1:${port}` };
    const agent = await findProxyAgent(environment, 'example.com', proxyTimeoutMs);
    const url = new URL('https://example.com/');
    const failure = await sendRequest({ method: 'GET', url, timeoutMs, agent }).catch(
      (error: unknown) => error,
    );
    await new Promise((resolve) => proxy.close(resolve));
    return failure;
  }

  it('fails the request after its timeout, and no connection to it stays open', async () => {
    const failure = await ask(5000, 50);
    expect(failure).toMatchObject({
      message: expect.stringMatching(/^the proxy 127\.0\.0\.1:\d+ did not answer$/),
    });
  });

  it('does not delay the timeout of the request itself', async () => {
    expect(await ask(50, 500)).toMatchObject({ message: 'example.com gave no answer within 0.05 s' });
  });
});
