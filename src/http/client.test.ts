// Requests to an app at either loopback address and over TLS, and to exactly the named address.
import http, { createServer } from 'node:http';
import https from 'node:https';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { DEADLINE } from '../../test/support/deadline.js';
import { hasIPv6, NO_IPV6, openFront } from '../../test/support/front.js';
import { findOwnAddress, NO_OWN_ADDRESS } from '../../test/support/own-address.js';
import { findAgent } from './agent.js';
import { openRequest } from './client.js';
import { streamLines } from './lines.js';
import { type HttpAnswer, NoAnswer, sendRequest } from './send.js';
import { passUpgrade } from './upgrade.js';
import { createUpstream, describeFailure } from './upstream.js';

/** Starts a server on 127.0.0.1 that answers with `body` and its Host header. @returns its port */
async function startServer(body = 'app'): Promise<number> {
  const server = createServer((incoming, outgoing) => outgoing.end(`${body} ${incoming.headers.host}\n`));
  server.on('upgrade', (_incoming, socket: Duplex) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function ask(origin: string, environment: Record<string, string> = {}): Promise<HttpAnswer> {
  const url = new URL(origin);
  return sendRequest({ method: 'GET', url, timeoutMs: DEADLINE, agent: findAgent(environment, url) });
}

const failureOf = (answer: Promise<unknown>): Promise<unknown> =>
  answer.then(
    () => undefined,
    (error: unknown) => (error instanceof NoAnswer ? error.message : error),
  );

/** Sends a request as the gateway does. @returns the body, or why there is none */
function pass(origin: string): Promise<string> {
  const upstream = createUpstream(origin, { timeoutMs: DEADLINE, connections: 1 });
  return new Promise<string>((resolve) => {
    let body = '';
    upstream.send(
      { method: 'GET', target: '/', headers: ['Host', 'relay.example.com'], body: null },
      {
        onStart: () => undefined,
        onHead: () => undefined,
        onChunk: (chunk) => {
          body += String(chunk);
          return true;
        },
        onEnd: () => resolve(body),
        onFailure: (error) => resolve(describeFailure(error)),
      },
    );
  }).finally(() => upstream.close());
}

/** Sends a request for another protocol through {@link passUpgrade}. @returns what came back */
async function upgrade(origin: string): Promise<string> {
  const server = createServer();
  server.on('upgrade', (incoming, socket: Duplex, firstBytes: Buffer) => {
    const headers = ['Host', 'relay.example.com', 'Connection', 'Upgrade', 'Upgrade', 'echo'];
    const asked = { origin, method: 'GET', target: incoming.url ?? '', headers, firstBytes };
    passUpgrade(asked, socket, { onFailure: (error) => void socket.end(`failed: ${error.message}`) });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const client = http.request({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    headers: { Connection: 'Upgrade', Upgrade: 'echo' },
    agent: false,
  });
  return new Promise((resolve, reject) => {
    client.on('upgrade', (_answer, socket) => {
      socket.write('hello');
      socket.once('data', (data: Buffer) => {
        socket.destroy();
        resolve(String(data));
      });
    });
    client.on('error', reject).end();
  });
}

const NAMES = ['127.0.0.1', 'localhost', 'app.localhost', '[::1]'];

describe('an app on ::1 alone', () => {
  beforeEach(async ({ skip }) => skip(!(await hasIPv6()), NO_IPV6));

  it.each(NAMES)('is found at %s, with the named host in its requests', async (name) => {
    const { port } = await openFront('::1', await startServer());
    const origin = `http://${name}:${port}`;
    expect((await ask(origin)).body).toBe(`app ${name}:${port}\n`);
    expect(await pass(origin)).toBe('app relay.example.com\n');
    expect(await upgrade(origin)).toBe('hello');
  });

  it('is not found by a request without the agent of an app, which goes to exactly the named address', async () => {
    const { port } = await openFront('::1', await startServer());
    const url = new URL(`http://127.0.0.1:${port}`);
    expect(await failureOf(sendRequest({ method: 'GET', url, timeoutMs: DEADLINE }))).toBe(
      `127.0.0.1:${port} refused the connection`,
    );
  });

  it('comes after one that listens on the named address', async () => {
    const first = await startServer('IPv4');
    const { port } = await openFront('127.0.0.1', first);
    await openFront('::1', await startServer('IPv6'), { at: port });
    for (const name of ['127.0.0.1', 'localhost'])
      expect((await ask(`http://${name}:${port}`)).body).toMatch(/^IPv4/);
    expect((await ask(`http://[::1]:${port}`)).body).toMatch(/^IPv6/);
    expect(await pass(`http://[::1]:${port}`)).toMatch(/^IPv6/);
  });
});

it('an app on 127.0.0.1 alone is found under each name of this machine', async () => {
  const { port } = await openFront('127.0.0.1', await startServer());
  for (const name of NAMES) expect((await ask(`http://${name}:${port}`)).status).toBe(200);
  expect(await pass(`http://[::1]:${port}`)).toBe('app relay.example.com\n');
});

it('nothing at either address is a refused connection', async () => {
  const { port, close } = await openFront('127.0.0.1', 9);
  await close();
  for (const name of ['127.0.0.1', 'localhost']) {
    expect(await failureOf(ask(`http://${name}:${port}`))).toBe(`${name}:${port} refused the connection`);
    expect(await pass(`http://${name}:${port}`)).toBe('refused the connection');
  }
});

describe('an app with TLS', () => {
  it.each(NAMES)('has its certificate accepted at %s', async (name) => {
    const { port } = await openFront('127.0.0.1', await startServer(), { secure: true });
    const origin = `https://${name}:${port}`;
    expect((await ask(origin)).body).toBe(`app ${name}:${port}\n`);
    expect(await pass(origin)).toBe('app relay.example.com\n');
    expect(await upgrade(origin)).toBe('hello');
  });

  it('has its certificate verified at any other address', async ({ skip }) => {
    const address = findOwnAddress();
    if (address === undefined) return skip(NO_OWN_ADDRESS);
    const { port } = await openFront('0.0.0.0', await startServer(), { secure: true });
    expect(await failureOf(ask(`https://${address}:${port}`))).toMatch(
      /a certificate this machine does not trust/,
    );
    expect(await pass(`https://${address}:${port}`)).toMatch(/a certificate this machine does not trust/);
  });

  it('is recognised when it is asked in plain http', async () => {
    const { port } = await openFront('127.0.0.1', await startServer(), { secure: true });
    const words = 'speaks https, not http: use https:// in its URL';
    expect(await failureOf(ask(`http://127.0.0.1:${port}`))).toBe(`127.0.0.1:${port} ${words}`);
    expect(await pass(`http://localhost:${port}`)).toBe(words);
  });

  it('is recognised by its answer to plain http', async () => {
    const plain = createServer((_incoming, outgoing) =>
      outgoing.writeHead(400).end('Client sent an HTTP request to an HTTPS server.\n'),
    );
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void plain.close());
    const secure = await openFront('127.0.0.1', await startServer(), { secure: true });
    // Passes TLS on to one, and everything else to the other, as servers for both do.
    const both = createTcpServer((socket) => {
      socket.once('data', (first: Buffer) => {
        const port = first[0] === 22 ? secure.port : (plain.address() as AddressInfo).port;
        const onward = connect(port, '127.0.0.1');
        onward.on('error', () => socket.destroy()).write(first);
        socket.on('error', () => onward.destroy());
        socket.pipe(onward).pipe(socket);
      });
    });
    await new Promise<void>((resolve) => both.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void both.close());
    const { port } = both.address() as AddressInfo;
    expect(await failureOf(ask(`http://127.0.0.1:${port}`))).toMatch(/speaks https, not http/);
    // The same words of an app that has no TLS are its own.
    expect((await ask(`http://127.0.0.1:${(plain.address() as AddressInfo).port}`)).status).toBe(400);
  });

  it('named where an app speaks plain http is told', async () => {
    const port = await startServer();
    const words = 'did not answer with TLS: it may speak http, not https';
    expect(await failureOf(ask(`https://127.0.0.1:${port}`))).toBe(`127.0.0.1:${port} ${words}`);
    expect(await pass(`https://127.0.0.1:${port}`)).toBe(words);
  });
});

it('a server that refuses the TLS handshake is told without a line of OpenSSL', async () => {
  const alert = createTcpServer((socket) => {
    socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, 80])));
  });
  await new Promise<void>((resolve) => alert.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void alert.close());
  const { port } = alert.address() as AddressInfo;
  expect(await failureOf(ask(`https://localhost:${port}`))).toBe(
    `localhost:${port} failed the TLS handshake`,
  );
});

describe('the proxy variables of the environment', () => {
  it('do not matter, because no request uses the agents of Node.js, which obey them', async () => {
    const { globalAgent: plain } = http;
    const { globalAgent: secure } = https;
    const poison = () => {
      throw new Error('an agent of Node.js was used');
    };
    http.globalAgent = Object.assign(new http.Agent(), { createConnection: poison });
    https.globalAgent = Object.assign(new https.Agent(), { createConnection: poison });
    onTestFinished(() => {
      http.globalAgent = plain;
      https.globalAgent = secure;
    });
    const port = await startServer();
    const url = new URL(`http://127.0.0.1:${port}`);
    await expect(new Promise((_resolve, reject) => http.get(url).on('error', reject))).rejects.toThrow(
      'was used',
    );
    expect((await sendRequest({ method: 'GET', url, timeoutMs: DEADLINE })).status).toBe(200);
    expect((await ask(url.origin, { HTTP_PROXY: 'http://127.0.0.1:9' })).status).toBe(200);
    expect(await upgrade(url.origin)).toBe('hello');
    const lines: string[] = [];
    await streamLines({ url, headers: {} }, (line) => lines.push(line));
    expect(lines).toEqual([`app 127.0.0.1:${port}`]);
    const answer = new Promise((resolve, reject) => {
      openRequest(url, { agent: false }).on('response', resolve).on('error', reject).end();
    });
    expect(await answer).toMatchObject({ statusCode: 200 });
  });
});
