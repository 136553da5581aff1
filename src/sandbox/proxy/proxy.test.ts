// Sends requests through the proxy: to Twilio, and to other hosts.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import http, { type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { generate } from 'selfsigned';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { DEADLINE } from '../../../test/support/deadline.js';
import { createSandboxClient } from '../../../test/support/sandbox-client.js';
import { listen } from '../../http/listen.js';
import { openStateFolder } from '../../state/folder.js';
import { createSandbox, type Sandbox } from '../create.js';
import { openCertificateAuthority } from './certificate-authority.js';
import { type ExecProxy, openExecProxy } from './proxy.js';

let sandbox: Sandbox;
let proxy: ExecProxy;
let ca: string;
let contextFor: Parameters<typeof openExecProxy>[0]['contextFor'];
const open = (environment: Record<string, string> = {}) =>
  openExecProxy({ sandbox: { origin: sandbox.origin }, token: 'a-token', contextFor, environment });

beforeEach(async () => {
  const path = mkdtempSync(join(tmpdir(), 'relay-phone-proxy-'));
  sandbox = await createSandbox();
  const waiting = { command: 'exec', timeoutMs: DEADLINE };
  ({ certificate: ca, contextFor } = await openCertificateAuthority(
    openStateFolder(path),
    Date.now,
    waiting,
  ));
  proxy = await open();
  return async () => {
    await proxy.close();
    await sandbox.close();
    rmSync(path, { recursive: true, force: true });
  };
});

describe.each(['in this process', 'in another process'])('a request to Twilio, the sandbox %s', (where) => {
  beforeEach(async () => {
    await proxy.close();
    const connections = where === 'in this process' ? sandbox : { origin: sandbox.origin };
    proxy = await openExecProxy({ sandbox: connections, token: 'a-token', contextFor, environment: {} });
  });

  it.each([
    'https://api.twilio.com/2010-04-01/Accounts.json',
    'https://API.Twilio.com./2010-04-01/Accounts.json',
    'https://api.dublin.ie1.twilio.com/2010-04-01/Accounts.json',
    'https://api.twilio.com:8443/2010-04-01/Accounts.json',
    'https://twilio.com/2010-04-01/Accounts.json',
    'http://api.twilio.com/2010-04-01/Accounts.json',
    'http://api.twilio.com:8080/2010-04-01/Accounts.json',
    'https://mms.twiliocdn.com/2010-04-01/Accounts.json',
  ])('stays on this machine: %s', async (url) => {
    const before = sandbox.requests().length;
    const answer = await ask(url);
    expect(answer.statusCode).toBe(401);
    expect(JSON.parse(await text(answer))).toMatchObject({ code: 20003 });
    expect(sandbox.requests().slice(before)).toMatchObject([{ path: '/2010-04-01/Accounts.json' }]);
  });

  it('for a media file is redirected to the host of media files, which the sandbox serves too', async () => {
    const client = createSandboxClient(sandbox);
    await client.incomingPhoneNumbers.create({ phoneNumber: '+12025550100' });
    await sandbox
      .phone('+12125550190')
      .text('+12025550100', '', { mediaUrls: ['data:text/vcard,BEGIN:VCARD'] });
    const [message] = await client.messages.list();
    const [medium] = await client.messages(message?.sid ?? '').media.list();
    const first = await ask(`https://api.twilio.com${medium?.uri.replace('.json', '')}`);
    expect(first.statusCode).toBe(302);
    const { location = '' } = first.headers;
    expect(new URL(location).host).toBe('mms.twiliocdn.com');
    expect(await text(await ask(location))).toBe('BEGIN:VCARD');
  });

  it('reaches the sandbox without TLS through CONNECT', async () => {
    const socket = connect(proxy.port, '127.0.0.1');
    const authorization = `Basic ${Buffer.from('relay-phone:a-token').toString('base64')}`;
    socket.write(`CONNECT api.twilio.com:80 HTTP/1.1\r\nProxy-Authorization: ${authorization}\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.write(
      'GET /2010-04-01/Accounts.json HTTP/1.1\r\nHost: api.twilio.com\r\nConnection: close\r\n\r\n',
    );
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 401 /);
  });
});

describe('a request to another host', () => {
  it('passes through unchanged, with the host’s own certificate', async () => {
    const other = await startSecure();
    const answer = await ask(`https://localhost:${other.port}/a/../b?c=%7e`, other.cert);
    expect(await text(answer)).toBe('GET /a/../b?c=%7e');
  });

  it('over plain HTTP keeps its target, body and answer', async () => {
    const seen: IncomingMessage[] = [];
    const other = await listen(
      async (incoming, outgoing) => {
        seen.push(incoming);
        outgoing.writeHead(418, 'Short and stout', { 'X-Own': 'yes' });
        outgoing.end(`${incoming.url} ${await text(incoming)}`);
      },
      { port: 0 },
    );
    onTestFinished(() => other.close());
    const answer = await askPlainly(`${other.origin}/a/../b?c=%7e`, 'body');
    expect(await text(answer)).toBe('/a/../b?c=%7e body');
    expect(answer).toMatchObject({ statusCode: 418, statusMessage: 'Short and stout' });
    expect(answer.headers['x-own']).toBe('yes');
    expect(seen[0]?.headers).not.toHaveProperty('proxy-authorization');
  });

  it.each([
    ['https', 'HTTPS_PROXY', (port: number) => `https://localhost:${port}/x`],
    ['https', 'all_proxy', (port: number) => `https://localhost:${port}/x`],
  ])('goes through the user’s own proxy (%s, %s), with its password', async (_scheme, name, urlOf) => {
    const other = await startSecure();
    const own = await startProxy();
    const chained = await open({ [name]: `http://me:pa%20ss@127.0.0.1:${own.port}` });
    onTestFinished(() => chained.close());
    const answer = await ask(urlOf(other.port), other.cert, chained);
    expect(await text(answer)).toBe('GET /x');
    expect(own.asked).toEqual([`CONNECT localhost:${other.port} me:pa ss`]);
    await ask('https://api.twilio.com/2010-04-01/Accounts.json', ca, chained);
    expect(own.asked).toHaveLength(1);
  });

  it('over plain HTTP goes through the user’s own proxy, except for NO_PROXY', async () => {
    const own = await startProxy();
    const chained = await open({ http_proxy: `http://me:pass@127.0.0.1:${own.port}`, NO_PROXY: 'localhost' });
    onTestFinished(() => chained.close());
    expect((await askPlainly('http://example.test/x?y', '', chained)).statusCode).toBe(204);
    expect(own.asked).toEqual(['POST http://example.test/x?y me:pass']);
    const other = await listen((_incoming, outgoing) => void outgoing.end('direct'), { port: 0 });
    onTestFinished(() => other.close());
    const direct = await askPlainly(`http://localhost:${other.port}/`, '', chained);
    expect(await text(direct)).toBe('direct');
  });

  it('gets an answer that explains a failure', async () => {
    const answer = await askPlainly('http://127.0.0.1:1/', '');
    expect(answer.statusCode).toBe(502);
    expect(await text(answer)).toBe('relay-phone exec: 127.0.0.1:1 refused the connection\n');
    const hidden = await ask('https://127.0.0.1:1/');
    expect(await text(hidden)).toBe('relay-phone exec: 127.0.0.1:1 refused the connection\n');
    const socks = await open({ HTTPS_PROXY: 'socks5://127.0.0.1:1080' });
    onTestFinished(() => socks.close());
    expect(await text(await ask('https://localhost:1/', ca, socks))).toMatch(/uses socks5/);
  });
});

it('the proxy survives invalid requests and broken connections', async () => {
  const shown = `Proxy-Authorization: Basic ${Buffer.from('relay-phone:a-token').toString('base64')}\r\n\r\n`;
  const beginnings = [
    '',
    `CONNECT api.twilio.com:443 HTTP/1.1\r\n${shown}`,
    `CONNECT 127.0.0.1:1 HTTP/1.1\r\n${shown}`,
    `CONNECT ::: HTTP/1.1\r\n${shown}`,
    `GET http:// HTTP/1.1\r\n${shown}`,
    `POST http://api.twilio.com/x HTTP/1.1\r\nContent-Length: 99\r\n${shown}`,
    `GET http://127.0.0.1:1/ HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${shown}`,
  ];
  const tails = [
    Buffer.alloc(0),
    randomBytes(300),
    Buffer.concat([Buffer.from('1603010200', 'hex'), randomBytes(99)]),
  ];
  for (const beginning of beginnings) {
    await Promise.all(
      tails.flatMap((tail) =>
        [true, false].map((resets) => send(Buffer.concat([Buffer.from(beginning), tail]), resets)),
      ),
    );
  }
  expect((await ask('https://api.twilio.com/2010-04-01/Accounts.json')).statusCode).toBe(401);
});

describe('a request without the token', () => {
  it.each(['', 'relay-phone:', 'relay-phone:wrong-', 'a-token:relay-phone'])(
    'is refused (%s)',
    async (pair) => {
      const url = `http://${pair && `${pair}@`}127.0.0.1:${proxy.port}`;
      const before = sandbox.requests().length;
      expect((await askPlainly('http://api.twilio.com/', '', { ...proxy, url })).statusCode).toBe(407);
      expect((await ask('https://api.twilio.com/', ca, { ...proxy, url })).statusCode).toBe(407);
      expect(sandbox.requests()).toHaveLength(before);
    },
  );

  it('gets an explanation if it takes the proxy for a web server', async () => {
    const url = `http://127.0.0.1:${proxy.port}`;
    expect((await askPlainly('http://127.0.0.1/', undefined, { ...proxy, url })).statusCode).toBe(407);
  });
});

/** Sends a request through the proxy, over HTTPS or HTTP, with the target unchanged. */
function ask(url: string, trusted = ca, through = proxy): Promise<IncomingMessage> {
  if (url.startsWith('http:')) return askPlainly(url, undefined, through);
  const agent = new HttpsProxyAgent(through.url);
  const { hostname, port } = new URL(url);
  const servername = hostname.replace(/\.$/, '');
  const options = { hostname, port, path: pathOf(url), agent, ca: trusted, servername };
  return new Promise((resolve, reject) => {
    import('node:https').then(({ get }) => get(options, resolve).on('error', reject));
  });
}

function askPlainly(url: string, body?: string, through = proxy): Promise<IncomingMessage> {
  const { port, username, password } = new URL(through.url);
  const pair = Buffer.from(`${username}:${password}`).toString('base64');
  const headers = { Host: new URL(url).host, ...(username && { 'Proxy-Authorization': `Basic ${pair}` }) };
  const method = body === undefined ? 'GET' : 'POST';
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: '127.0.0.1', port, path: url, method, headers, agent: false },
      resolve,
    );
    request.on('error', reject).end(body);
  });
}

/** Sends bytes, and closes the connection a little later. */
async function send(bytes: Buffer, resets: boolean): Promise<void> {
  const socket = connect(proxy.port, '127.0.0.1');
  const closed = new Promise((resolve) => socket.on('error', () => undefined).on('close', resolve));
  socket.write(bytes);
  setTimeout(() => (resets ? socket.resetAndDestroy() : socket.destroy()), 50);
  await closed;
}

function pathOf(url: string): string {
  return url.replace(/^https?:\/\/[^/]+/, '');
}

async function startSecure(): Promise<{ readonly port: number; readonly cert: string }> {
  const names = [{ type: 2 as const, value: 'localhost' }];
  const extensions = [{ name: 'subjectAltName' as const, altNames: names }];
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], { extensions });
  const server = createTlsServer({ cert, key }, ({ method, url }, outgoing) =>
    outgoing.end(`${method} ${url}`),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, cert };
}

/** Opens the user's own proxy, which records its requests. */
async function startProxy(): Promise<{ readonly port: number; readonly asked: string[] }> {
  const asked: string[] = [];
  const note = ({ method, url, headers }: IncomingMessage) => {
    const [, pair = ''] = (headers['proxy-authorization'] ?? '').split(' ');
    asked.push(`${method} ${url} ${Buffer.from(pair, 'base64')}`);
  };
  const proxy = await listen(
    (incoming, outgoing) => {
      note(incoming);
      outgoing.writeHead(204).end();
    },
    { port: 0 },
  );
  proxy.server.on('connect', (incoming, socket) => {
    note(incoming);
    const [host = '', port] = (incoming.url ?? '').split(':');
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    for (const one of [onward, socket]) one.on('error', () => onward.destroy());
  });
  onTestFinished(() => proxy.close());
  return { port: proxy.port, asked };
}
