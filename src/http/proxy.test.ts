// Which hosts are asked through a proxy.
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { findProxy, findProxyAgent } from './proxy.js';
import { sendRequest } from './send.js';

const PROXY = { HTTPS_PROXY: 'http://127.0.0.1:3128' };

it.each<[string, Record<string, string>, boolean]>([
  ['no proxy', {}, false],
  ['a proxy', PROXY, true],
  ['a lower-case one', { https_proxy: 'http://127.0.0.1:3128' }, true],
  ['one for other hosts', { ...PROXY, NO_PROXY: 'example.com, localhost' }, true],
  ['one that is not for this host', { ...PROXY, NO_PROXY: 'api.twilio.com' }, false],
  ['one that is not for those above it', { ...PROXY, no_proxy: 'localhost,.twilio.com' }, false],
  ['one that is for a name that only ends like it', { ...PROXY, NO_PROXY: 'io.com,pi.twilio.com' }, true],
  ['one for nobody', { ...PROXY, NO_PROXY: '*' }, false],
])('with %s', async (_what, environment, isProxied) => {
  expect((await findProxyAgent(environment, 'api.twilio.com')) !== undefined).toBe(isProxied);
});

it.each<[string, Record<string, string>, string | undefined]>([
  ['prefers upper case', { HTTPS_PROXY: 'http://upper:1', https_proxy: 'http://lower:1' }, 'http://upper:1'],
  [
    'takes ALL_PROXY where there is none for https',
    { HTTP_PROXY: 'http://a:1', all_proxy: 'http://b:1' },
    'http://b:1',
  ],
  [
    'speaks http to a proxy without a scheme, as curl does',
    { HTTPS_PROXY: 'proxy:3128' },
    'http://proxy:3128',
  ],
  ['keeps the user and password of a proxy', { HTTPS_PROXY: 'http://me:pw@proxy:1' }, 'http://me:pw@proxy:1'],
  ['takes an empty NO_PROXY for one', { ...PROXY, NO_PROXY: '', no_proxy: '*' }, PROXY.HTTPS_PROXY],
  ['exempts all below a name', { ...PROXY, NO_PROXY: 'twilio.com' }, undefined],
  ['exempts a name with a dot or a star before it', { ...PROXY, NO_PROXY: '*.api.twilio.com' }, undefined],
  ['exempts a name in capitals', { ...PROXY, NO_PROXY: 'API.Twilio.com' }, undefined],
  ['exempts a name at its port', { ...PROXY, NO_PROXY: 'api.twilio.com:443' }, undefined],
  ['exempts a name at no other port', { ...PROXY, NO_PROXY: 'api.twilio.com:8443' }, PROXY.HTTPS_PROXY],
])('the environment: %s', (_what, environment, proxy) => {
  const { env } = process;
  expect(findProxy(environment, 'https:', 'api.twilio.com')).toBe(proxy);
  expect(process.env).toBe(env);
});

it('the environment: exempts an address of IPv6', () => {
  expect(findProxy({ ...PROXY, NO_PROXY: 'localhost,::1' }, 'https:', '::1')).toBeUndefined();
  expect(findProxy({ ...PROXY, NO_PROXY: 'localhost,::1' }, 'https:', '::2')).toBe(PROXY.HTTPS_PROXY);
});

describe('a proxy that hangs', () => {
  /** Asks through one that takes the connection and says nothing, and waits until none is left to it. */
  async function ask(timeout: number, limit: number): Promise<unknown> {
    const proxy = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    const environment = { HTTPS_PROXY: `http://127.0.0.1:${port}` };
    const agent = await findProxyAgent(environment, 'example.com', limit);
    const url = new URL('https://example.com/');
    const failure = await sendRequest({ method: 'GET', url, timeout, agent }).catch(
      (error: unknown) => error,
    );
    await new Promise((resolve) => proxy.close(resolve));
    return failure;
  }

  it('is given up, and no connection to it stays', async () => {
    const failure = await ask(5000, 50);
    expect(failure).toMatchObject({
      message: expect.stringMatching(/^the proxy 127\.0\.0\.1:\d+ did not answer$/),
    });
  });

  it('does not hold up a request that has less time', async () => {
    expect(await ask(50, 500)).toMatchObject({ message: 'example.com gave no answer within 0.05 s' });
  });
});
