// Which hosts are asked through a proxy.
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { findProxyAgent } from './proxy.js';
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
