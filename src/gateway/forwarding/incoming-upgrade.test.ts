// Tests WebSockets through the gateway: those that Twilio signed pass in both directions, all others are refused.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import twilio from 'twilio';
import { WebSocket } from 'undici';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import {
  BASE,
  type GatewayScene,
  SMS,
  setUpGateway,
  startApp,
  TOKEN,
} from '../../../test/support/gateway.js';
import type { GatewayOptions } from '../gateway.js';

const NOT_FOUND = 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
/** The first byte of a frame that closes a WebSocket. */
const CLOSE = 0x88;
const WSS = BASE.replace('https', 'wss');

let asked: string[];
let headers: IncomingHttpHeaders;
let open: Duplex[];
beforeEach(() => {
  [asked, headers, open] = [[], {}, []];
});

/** An app with a WebSocket that sends every message back. Under `/no` it refuses. */
async function setUp(options: Partial<GatewayOptions> = {}): Promise<GatewayScene> {
  const app = await startApp((incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    outgoing.end();
  });
  app.server.on('upgrade', (incoming, socket) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    headers = incoming.headers;
    open.push(socket);
    if (incoming.url === '/no')
      return void socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
    if (incoming.url === '/never') return void socket.resume().on('end', () => socket.end());
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptKey(incoming.headers)}\r\n\r\n`,
    );
    socket.on('data', (frame: Buffer) => {
      socket.write(echo(frame));
      if (frame[0] === CLOSE) socket.end();
    });
    socket.on('error', () => undefined);
  });
  return setUpGateway(app.origin, options);
}

function acceptKey({ 'sec-websocket-key': key }: IncomingHttpHeaders): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}

/** The frame of a server with the same short message as the frame of a client (RFC 6455, 5.2). */
function echo(frame: Buffer): Buffer {
  const length = (frame[1] ?? 0) & 0x7f;
  const mask = frame.subarray(2, 6);
  const message = frame.subarray(6, 6 + length).map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  return Buffer.concat([Buffer.from([frame[0] ?? 0, length]), message]);
}

function sign(url: string, form: Readonly<Record<string, string>> = {}, token = TOKEN): string {
  return twilio.getExpectedTwilioSignature(token, url, form);
}

/** Opens a WebSocket as Twilio does. */
async function dial({ server }: GatewayScene, target: string, signature: string): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${target}`, {
    headers: { 'X-Twilio-Signature': signature, 'X-Forwarded-Prefix': '/admin' },
  });
  onTestFinished(() => socket.close());
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new Error('refused')));
  });
  return socket;
}

async function say(socket: WebSocket, message: string): Promise<string> {
  const answer = new Promise<string>((resolve) => {
    socket.addEventListener('message', ({ data }) => resolve(String(data)), { once: true });
  });
  socket.send(message);
  return answer;
}

it.each([
  ['a Media Stream', '/media', '{"event":"connected","protocol":"Call","version":"1.0.0"}'],
  ['ConversationRelay', '/relay/ws?conf=a%20b', '{"type":"setup","callSid":"CA1"}'],
])('forwards %s in both directions, and records how it began', async (_what, target, message) => {
  const scene = await setUp();
  const socket = await dial(scene, target, sign(WSS + target));
  expect(await say(socket, message)).toBe(message);
  expect(await say(socket, 'secret media')).toBe('secret media');
  expect([headers.host, headers['x-forwarded-proto'], headers['x-forwarded-prefix']]).toEqual([
    'relay.example.test',
    'https',
    undefined,
  ]);
  await scene.waitFor('exchange');
  const [summary] = scene.gateway.list({});
  expect(summary).toMatchObject({
    kind: 'websocket',
    method: 'GET',
    target,
    status: 101,
    error: null,
    refusal: null,
    publicBase: BASE,
    verdict: { result: 'valid', reasons: [], signedUrl: WSS + target, computedUrl: WSS + target },
  });
  const exchange = scene.gateway.find(summary?.id ?? 0);
  expect(JSON.stringify(exchange)).not.toContain('secret media');
  expect(exchange?.answerHead).toContain('Sec-WebSocket-Accept');
  const ended = once(open[0] as Duplex, 'close');
  socket.close();
  await ended;
  expect(scene.gateway.list({})).toHaveLength(1);
});

it('ends the WebSocket of Twilio when the app ends its side', async () => {
  const scene = await setUp();
  const socket = await dial(scene, '/media', sign(`${WSS}/media`));
  const closed = new Promise((resolve) => socket.addEventListener('close', resolve));
  open[0]?.destroy();
  await closed;
});

it.each<[string, string, string, readonly string[]]>([
  ['the default port', '/ws', sign(`${WSS}:443/ws`), []],
  ['a slash at the end', '/ws', sign(`${WSS}/ws/`), ['trailing slash']],
  ['no slash at the end', '/ws/', sign(`${WSS}/ws`), ['trailing slash']],
  ['no path', '/', sign(WSS), ['trailing slash']],
  [
    'the query as parameters',
    '/ws?b=2&a=x%20y',
    sign(`${WSS}/ws`, { a: 'x y', b: '2' }),
    ['query as parameters'],
  ],
  ['a known vector', '/ws', '3xiel8suHUBwUHlvO9E0bGp9LVM=', []],
])('accepts a signature with %s, and says so', async (_what, target, signature, reasons) => {
  const scene = await setUp();
  const socket = await dial(scene, target, signature);
  expect(await say(socket, 'hello')).toBe('hello');
  await scene.waitFor('exchange');
  expect(scene.gateway.list({})).toMatchObject([{ status: 101, verdict: { result: 'valid', reasons } }]);
});

it.each(['ws', 'wss'])(
  'accepts a %s URL where the public base is http, as in the sandbox',
  async (scheme) => {
    const scene = await setUp({ publicBase: () => 'http://127.0.0.1:8010' });
    const socket = await dial(scene, '/media', sign(`${scheme}://127.0.0.1:8010/media`));
    expect(await say(socket, 'hello')).toBe('hello');
  },
);

const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
const SIGNED = `X-Twilio-Signature: ${sign(`${WSS}/media`)}`;
const UNSIGNED = 'it has no X-Twilio-Signature; a valid one lets in any path';
const INVALID = 'its signature is not valid';

function format(head: string, lines: readonly string[], body = ''): string {
  return [`${head} HTTP/1.1`, 'Host: relay.example.test', ...lines, '', body].join('\r\n');
}

it.each<[string, string, string]>([
  ['no signature', UNSIGNED, format('GET /media', UPGRADE)],
  ['no signature on a known path', UNSIGNED, format(`GET ${SMS}`, UPGRADE)],
  ['no signature and frames behind it', UNSIGNED, format('GET /media', UPGRADE, '\x81\x85mask')],
  ['an empty signature', INVALID, format('GET /media', [...UPGRADE, 'X-Twilio-Signature:'])],
  [
    'another token',
    INVALID,
    format('GET /media', [...UPGRADE, `X-Twilio-Signature: ${sign(`${WSS}/media`, {}, 'f'.repeat(32))}`]),
  ],
  ['the signature of another path', INVALID, format('GET /admin', [...UPGRADE, SIGNED])],
  ['a query that was not signed', INVALID, format('GET /media?x=1', [...UPGRADE, SIGNED])],
  [
    'the signature of a webhook',
    INVALID,
    format('GET /media', [...UPGRADE, `X-Twilio-Signature: ${sign(`${BASE}/media`)}`]),
  ],
  [
    'another host',
    INVALID,
    format('GET /media', [...UPGRADE, `X-Twilio-Signature: ${sign('wss://old.example.test/media')}`]),
  ],
  ['two signatures', INVALID, format('GET /media', [...UPGRADE, SIGNED, SIGNED])],
  [
    'another method',
    'it asks for a protocol that Twilio does not use',
    format('POST /media', [...UPGRADE, SIGNED, 'Content-Length: 0']),
  ],
  [
    'a method that Twilio does not use',
    'Twilio does not use its method',
    format('PUT /media', [...UPGRADE, SIGNED]),
  ],
  [
    'another protocol',
    'it asks for a protocol that Twilio does not use',
    format('GET /media', ['Connection: Upgrade', 'Upgrade: h2c', SIGNED]),
  ],
  [
    'two protocols',
    'it asks for a protocol that Twilio does not use',
    format('GET /media', ['Connection: Upgrade', 'Upgrade: websocket, h2c', SIGNED]),
  ],
  [
    'a body',
    'it asks for a protocol that Twilio does not use',
    format('GET /media', [...UPGRADE, SIGNED, 'Content-Length: 5'], 'GET /'),
  ],
  ['an absolute URL', 'its target is not a path', format('GET http://x/media', [...UPGRADE, SIGNED])],
  [
    'dots',
    'servers may read its path as another one',
    format('GET /x/%2e%2e/media', [...UPGRADE, `X-Twilio-Signature: ${sign(`${WSS}/x/%2e%2e/media`)}`]),
  ],
  [
    'too many parameters',
    'it has too many parameters',
    format(`GET /media?${'a&'.repeat(1001)}`, [...UPGRADE, SIGNED]),
  ],
  [
    'the path of a proof',
    'it asks for another protocol',
    format('GET /.well-known/relay-phone/00', [...UPGRADE, SIGNED]),
  ],
  [
    'the path of a vCard',
    'it asks for another protocol',
    format('GET /api/v1/vCard/abcdef', [...UPGRADE, SIGNED]),
  ],
])(
  'refuses a request for a WebSocket with %s: the same 404, and the app is not asked',
  async (_what, why, bytes) => {
    const scene = await setUp();
    const socket = connect(scene.server.port, '127.0.0.1');
    socket.write(bytes, 'latin1');
    expect(await text(socket)).toBe(NOT_FOUND);
    expect(asked).toEqual([]);
    const [event] = await scene.waitFor('refused');
    expect(event).toMatchObject({ exchange: { status: 404, refusal: why } });
  },
);

it('explains the signature of another scheme or host', async () => {
  const scene = await setUp();
  for (const url of [`${BASE}/media`, 'wss://elsewhere.example.test/media']) {
    await expect(dial(scene, '/media', sign(url))).rejects.toThrow('refused');
  }
  await scene.waitFor('refused', 2);
  const host = `wss://127.0.0.1:${scene.server.port}/media`;
  await expect(dial(scene, '/media', sign(host))).rejects.toThrow('refused');
  await scene.waitFor('refused', 3);
  expect(
    scene.gateway.list({ refused: true }).map(({ verdict }) => [verdict.reasons, verdict.signedUrl]),
  ).toEqual([
    [['wrong host'], host],
    [['altered body or unknown token'], null],
    [['wrong scheme'], `${BASE}/media`],
  ]);
});

it('forwards and records the refusal of the app', async () => {
  const scene = await setUp();
  const socket = connect(scene.server.port, '127.0.0.1');
  socket.write(format('GET /no', [...UPGRADE, `X-Twilio-Signature: ${sign(`${WSS}/no`)}`]));
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n[\s\S]*\r\n\r\nno$/);
  expect(await scene.waitFor('exchange')).toMatchObject([{ exchange: { status: 403, error: null } }]);
});

it('answers 502 if the app cannot be reached, and records why', async () => {
  const app = await startApp(() => undefined);
  await app.close();
  const scene = await setUpGateway(app.origin);
  await expect(dial(scene, '/media', sign(`${WSS}/media`))).rejects.toThrow('refused');
  expect(await scene.waitFor('exchange')).toMatchObject([
    { exchange: { status: 502, error: 'refused the connection', refusal: null } },
  ]);
  await scene.waitFor('app-down');
});

it('ends the request to the app if Twilio hangs up before it has answered', async () => {
  const scene = await setUp();
  const socket = connect(scene.server.port, '127.0.0.1');
  socket.write(format('GET /never', [...UPGRADE, `X-Twilio-Signature: ${sign(`${WSS}/never`)}`]));
  await expect.poll(() => open.length).toBe(1);
  socket.destroy();
  expect(await scene.waitFor('exchange')).toMatchObject([
    { exchange: { status: null, error: 'was not waited for: the caller hung up' } },
  ]);
  await expect.poll(() => open[0]?.closed).toBe(true);
});

it('refuses a WebSocket that it has forwarded itself', async () => {
  const scene = await setUp();
  await dial(scene, '/media', sign(`${WSS}/media`));
  const socket = connect(scene.server.port, '127.0.0.1');
  socket.write(format('GET /media', [...UPGRADE, SIGNED, `CDN-Loop: ${headers['cdn-loop']}`]));
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 508 /);
  expect(asked).toEqual(['GET /media']);
});

it('exposes all: forwards a WebSocket with a wrong signature, and records the verdict', async () => {
  const scene = await setUp({ exposeAll: true });
  const socket = await dial(scene, '/media', sign(`${WSS}/other`));
  expect(await say(socket, 'hello')).toBe('hello');
  await scene.waitFor('exchange');
  expect(scene.gateway.list({})).toMatchObject([{ status: 101, verdict: { result: 'invalid' } }]);
});
