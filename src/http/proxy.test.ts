// Finding the proxy for a URL in the environment, and what a proxy answers.
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DEADLINE } from '../../test/support/deadline.js';
import { findAgent } from './agent.js';
import { appAgentFor } from './client.js';
import { findProxy } from './proxy.js';
import { NoAnswer, sendRequest } from './send.js';

const TWILIO = new URL('https://api.twilio.com');
const PROXY = { HTTPS_PROXY: 'http://127.0.0.1:3128' };

const find = (environment: Record<string, string>, url = TWILIO) => findProxy(environment, url)?.url.href;

it.each<[string, Record<string, string>, string | undefined]>([
  ['finds none in an empty environment', {}, undefined],
  ['reads HTTPS_PROXY', PROXY, 'http://127.0.0.1:3128/'],
  ['reads https_proxy', { https_proxy: 'http://127.0.0.1:3128' }, 'http://127.0.0.1:3128/'],
  ['prefers upper case', { HTTPS_PROXY: 'http://upper:1', https_proxy: 'http://lower:1' }, 'http://upper:1/'],
  ['skips an empty variable', { HTTPS_PROXY: ' ', https_proxy: 'http://lower:1' }, 'http://lower:1/'],
  [
    'uses ALL_PROXY without an HTTPS_PROXY',
    { HTTP_PROXY: 'http://a:1', all_proxy: 'http://b:1' },
    'http://b:1/',
  ],
  ['does not use HTTP_PROXY for https', { HTTP_PROXY: 'http://a:1' }, undefined],
  [
    'uses http for a proxy without a scheme, as curl does',
    { HTTPS_PROXY: 'proxy:3128' },
    'http://proxy:3128/',
  ],
  [
    'keeps the user and password of a proxy without a scheme',
    { HTTPS_PROXY: ' me:p%40w@proxy:3128/ ' },
    'http://me:p%40w@proxy:3128/',
  ],
  ['accepts an https proxy', { HTTPS_PROXY: 'HTTPS://proxy:8443' }, 'https://proxy:8443/'],
  ['accepts a proxy at an IPv6 address', { HTTPS_PROXY: '[::1]:3128' }, 'http://[::1]:3128/'],
])('findProxy %s', (_what, environment, proxy) => {
  expect(find(environment)).toBe(proxy);
});

it.each<[string, string, boolean]>([
  ['example.com, localhost', 'https://api.twilio.com', true],
  ['api.twilio.com', 'https://api.twilio.com', false],
  ['localhost,.twilio.com', 'https://api.twilio.com', false],
  ['twilio.com', 'https://api.twilio.com', false],
  ['io.com,pi.twilio.com', 'https://api.twilio.com', true],
  ['*', 'https://api.twilio.com', false],
  ['*.api.twilio.com', 'https://api.twilio.com', false],
  ['API.Twilio.com', 'https://api.twilio.com', false],
  ['api.twilio.com:443', 'https://api.twilio.com', false],
  ['api.twilio.com:8443', 'https://api.twilio.com', true],
  ['*.twilio.com:8443', 'https://api.twilio.com:8443', false],
  ['api.*.com', 'https://api.twilio.com', false],
  ['api.*', 'https://api.twilio.com', false],
  ['*twilio*', 'https://api.twilio.com', false],
  ['api.*.org', 'https://api.twilio.com', true],
  ['192.168.*', 'https://192.168.1.7', false],
  ['192.168.*', 'https://192.169.1.7', true],
  ['10.0.0.0/8', 'https://10.1.2.3', false],
  ['10.0.0.0/8', 'https://11.1.2.3', true],
  ['10.0.0.0/99', 'https://10.1.2.3', true],
  ['fd00::/8', 'https://[fd00::7]', false],
  ['fd00::7', 'https://[fd00::7]', false],
  ['[fd00::7]:443', 'https://[fd00::7]', false],
  ['fd00::8', 'https://[fd00::7]', true],
])('with NO_PROXY=%s, the proxy for %s is used: %s', (NO_PROXY, url, isUsed) => {
  expect(find({ ...PROXY, NO_PROXY }, new URL(url)) !== undefined).toBe(isUsed);
  expect(find({ ...PROXY, no_proxy: NO_PROXY }, new URL(url)) !== undefined).toBe(isUsed);
});

it('an empty NO_PROXY overrides no_proxy', () => {
  expect(find({ ...PROXY, NO_PROXY: '', no_proxy: '*' })).toBeDefined();
});

it.each(['localhost', 'app.localhost', '127.0.0.1', '127.8.8.8', '[::1]', '[::ffff:127.0.0.1]'])(
  'this machine is never asked through a proxy: %s',
  (host) => {
    const url = new URL(`https://${host}:8443`);
    expect(findAgent({ ...PROXY, ALL_PROXY: 'socks5://x:1' }, url)).toBe(appAgentFor(url));
  },
);

it.each([
  ['socks5://127.0.0.1:1080', 'the proxy 127.0.0.1:1080 of HTTPS_PROXY uses socks5,'],
  ['socks5h://me:secret@proxy:1080', 'the proxy proxy:1080 of HTTPS_PROXY uses socks5h,'],
  ['socks4://proxy', 'the proxy proxy of HTTPS_PROXY uses socks4,'],
])('refuses a proxy of another kind, and says so: %s', (value, words) => {
  expect(() => find({ HTTPS_PROXY: value })).toThrow(
    expect.objectContaining({ kind: 'needsUser', message: expect.stringContaining(words) }),
  );
});

it.each(['http://me:se#cret@proxy:3128', 'proxy:port', 'http://', 'me:sec/ret@proxy:3128'])(
  'refuses a malformed proxy without quoting its password: %s',
  (value) => {
    expect(() => find({ https_proxy: value })).toThrow(
      expect.objectContaining({
        kind: 'usage',
        message: 'Failed to find the proxy: https_proxy is not the URL of a proxy.',
      }),
    );
  },
);

/** Starts a server on 127.0.0.1 for one test. @returns its port */
async function start(server: Server | TcpServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function ask(
  proxy: string,
  { timeoutMs = DEADLINE, proxyTimeoutMs = DEADLINE } = {},
): Promise<NoAnswer> {
  const url = new URL('https://example.com/');
  const agent = findAgent({ HTTPS_PROXY: proxy }, url, proxyTimeoutMs);
  const failure: unknown = await sendRequest({ method: 'GET', url, timeoutMs, agent }).catch(
    (error: unknown) => error,
  );
  if (failure instanceof NoAnswer) return failure;
  throw new Error(`not a NoAnswer: ${String(failure)}`);
}

describe('a proxy that does not connect', () => {
  it.each<[number, string, string, RegExp]>([
    [407, 'Proxy Authentication Required', 'needsUser', /HTTPS_PROXY=http:\/\/USER:PASSWORD@127/],
    [403, 'Forbidden', 'needsUser', /allow connections to example\.com:443/],
    [451, 'Unavailable For Legal Reasons', 'needsUser', /allow connections/],
    [502, 'Bad Gateway', 'network', /run it again/],
    [503, '', 'network', /run it again/],
    [400, 'Bad Request', 'network', /run it again/],
    [302, 'Found', 'network', /run it again/],
  ])('is named with its answer: %s %s', async (status, words, kind, advice) => {
    const server = createServer();
    server.on('connect', (_request, socket) =>
      socket.end(
        `HTTP/1.1 ${status} ${words}\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n`,
      ),
    );
    const port = await start(server);
    const failure = await ask(`http://127.0.0.1:${port}`);
    expect(failure.message).toBe(
      `the proxy 127.0.0.1:${port} answered ${`${status} ${words}`.trim()} to CONNECT example.com:443`,
    );
    expect(failure.mayHaveArrived).toBe(false);
    expect(failure.proxyFailure).toMatchObject({
      kind,
      tryNext: expect.arrayContaining([expect.stringMatching(advice)]),
    });
  });

  it('is sent the user and password of its URL, which no message shows', async () => {
    const sent: (string | undefined)[] = [];
    const server = createServer();
    server.on('connect', ({ headers }, socket) => {
      sent.push(headers['proxy-authorization']);
      socket.end('HTTP/1.1 407 Wrong\r\nContent-Length: 0\r\n\r\n');
    });
    const port = await start(server);
    for (const [userinfo, pair] of [
      ['me:p%40ss', 'me:p@ss'],
      ['me:100%', 'me:100%'],
      ['me', 'me:'],
    ] as const) {
      const failure = await ask(`http://${userinfo}@127.0.0.1:${port}`);
      expect(sent.at(-1)).toBe(`Basic ${Buffer.from(pair).toString('base64')}`);
      expect(failure.proxyFailure?.tryNext).toEqual(['correct the user and the password in HTTPS_PROXY']);
      expect(failure.message).not.toContain('me');
    }
  });

  it('that asks for NTLM gets the advice to run a local proxy', async () => {
    const server = createServer();
    server.on('connect', (_request, socket) =>
      socket.end('HTTP/1.1 407 No\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n\r\n'),
    );
    const failure = await ask(`127.0.0.1:${await start(server)}`);
    expect(failure.proxyFailure?.tryNext).toEqual([expect.stringMatching(/asks for N.*such as Px or Cntlm/)]);
  });

  it('is named if it refuses the connection, drops it, or does not speak HTTP', async () => {
    expect((await ask('http://127.0.0.1:9')).message).toBe('the proxy 127.0.0.1:9 refused the connection');
    const dropping = await start(createTcpServer((socket) => socket.destroy()));
    expect((await ask(`http://127.0.0.1:${dropping}`)).message).toBe(
      `the proxy 127.0.0.1:${dropping} dropped the connection`,
    );
    const babbling = await start(createTcpServer((socket) => socket.end('220 mail\r\n')));
    expect((await ask(`http://127.0.0.1:${babbling}`)).message).toBe(
      `the proxy 127.0.0.1:${babbling} did not answer with HTTP`,
    );
  });

  it.each([
    ['<html>Sign in</html>', 'what answers there is not TLS (a sign-in page of this network?)'],
    ['', 'then dropped the connection'],
  ])('is named if it says that it connected, and answers %j', async (answer, words) => {
    const server = createServer();
    server.on('connect', (_request, socket) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${answer}`));
    const port = await start(server);
    const failure = await ask(`http://127.0.0.1:${port}`);
    expect(failure.message).toBe(`the proxy 127.0.0.1:${port} connected to example.com:443, but ${words}`);
    expect(failure.proxyFailure?.kind).toBe('network');
  });

  it('fails the request after its timeout, and no connection to it stays open', async () => {
    const hanging = createTcpServer((socket) => socket.resume());
    const port = await start(hanging);
    const failure = await ask(`http://127.0.0.1:${port}`, { proxyTimeoutMs: 50 });
    expect(failure.message).toBe(`the proxy 127.0.0.1:${port} did not answer`);
    await new Promise((resolve) => hanging.close(resolve));
  });

  it('does not delay the timeout of the request itself', async () => {
    const port = await start(createTcpServer((socket) => socket.resume()));
    const failure = await ask(`http://127.0.0.1:${port}`, { timeoutMs: 50, proxyTimeoutMs: 500 });
    expect(failure.message).toBe('example.com gave no answer within 0.05 s');
  });
});

it('without a proxy, and for plain http, requests go straight to the host', () => {
  expect(findAgent({}, TWILIO)).toBe(appAgentFor(TWILIO));
  const plain = new URL('http://example.com');
  expect(findAgent({ HTTP_PROXY: 'http://proxy:1' }, plain)).toBe(appAgentFor(plain));
});
