// Which hosts are asked through a proxy.
import { expect, it } from 'vitest';
import { findProxyAgent } from './proxy.js';

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
