// Tests which requests reach the app: Twilio's webhooks and vCards. All others get the same 404.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { DEADLINE } from '../../../test/support/deadline.js';
import {
  BASE,
  FORM,
  type GatewayScene,
  SMS,
  setUpGateway,
  startApp,
  webhook,
} from '../../../test/support/gateway.js';
import type { GatewayOptions } from '../gateway.js';

const NOT_FOUND = 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

let asked: string[];
beforeEach(() => {
  asked = [];
});

async function setUp(options: Partial<GatewayOptions> = {}): Promise<GatewayScene> {
  const app = await startApp((incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    incoming.resume().on('end', () => outgoing.end('the app'));
  });
  return setUpGateway(app.origin, options);
}

/** Sends bytes on a new connection. @returns everything that comes back */
async function say({ server }: GatewayScene, ...parts: (string | Buffer)[]): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  for (const part of parts) socket.write(part);
  return text(socket);
}

/** Opens connections that send the same bytes and then nothing. Resolves once the server has read them. */
async function openStrangers({ server }: GatewayScene, count: number, bytes: string): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () => connect(server.port, '127.0.0.1'));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  await Promise.all(
    sockets.map(async (socket) => {
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      await new Promise((resolve) => socket.write(bytes, resolve));
    }),
  );
  return sockets;
}

function format({
  method = 'GET',
  target = '/',
  headers = {},
  body = '',
}: ReturnType<typeof webhook>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const length = `Content-Length: ${Buffer.byteLength(String(body))}`;
  return [`${method} ${target} HTTP/1.1`, 'Host: x', ...lines, length, '', String(body)].join('\r\n');
}

const signed = webhook();
const big = 'x'.repeat(300 * 1024);

it.each<[string, string]>([
  ['another path', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['the admin', 'GET /admin/ HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a longer path', format({ ...signed, target: `${SMS}s` })],
  ['a percent-encoded path', format({ ...signed, target: SMS.replace('sms', '%73ms') })],
  ['a double slash', format({ ...signed, target: `/${SMS}` })],
  ['no signature', format({ ...signed, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } })],
  ['a wrong signature', format(webhook({}, { token: 'f'.repeat(32) }))],
  ['a signature for the other scheme', format(webhook({}, { url: BASE.replace('https', 'http') + SMS }))],
  ['a signature for the path with a slash', format({ ...signed, target: `${SMS}/` })],
  ['a signature for another body', format({ ...signed, body: `${signed.body}&Body=x` })],
  ['another method', format({ ...signed, method: 'PUT' })],
  ['a body that is too long', format({ ...signed, body: big })],
  ['an absolute URL', 'GET http://x/api/v1/vCard/abcdef HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a vCard with POST', 'POST /api/v1/vCard/abcdef HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n'],
  ['a vCard with a longer key', 'GET /api/v1/vCard/abcdefg HTTP/1.1\r\nHost: x\r\n\r\n'],
  ...['%2e%2e', '\\..\\..', 'a#bcde', 'abc;de', 'aB3_-x', 'abc%de'].map((key): [string, string] => [
    `a vCard with the key ${key}`,
    `GET /api/v1/vCard/${key} HTTP/1.1\r\nHost: x\r\n\r\n`,
  ]),
  ['an unknown proof', 'GET /.well-known/relay-phone/00 HTTP/1.1\r\nHost: x\r\n\r\n'],
  [
    'a WebSocket upgrade',
    'GET /api/v1/inbound_sms HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  ],
])('refuses a request with %s: the same 404, and the app is not asked', async (_what, bytes) => {
  const scene = await setUp();
  expect(await say(scene, bytes)).toBe(NOT_FOUND);
  expect(asked).toEqual([]);
});

it('refuses a body that arrives too slowly, and a chunked one that is too long, with the same 404', async () => {
  const head = format({ ...signed, body: '' }).replace('Content-Length: 0\r\n', '');
  const slow = head.replace('\r\n\r\n', '\r\nContent-Length: 9\r\n\r\n');
  const chunked = head.replace('\r\n\r\n', '\r\nTransfer-Encoding: chunked\r\n\r\n');
  const chunk = `${big.length.toString(16)}\r\n${big}\r\n`;
  for (const [bytes, bodyTimeoutMs, refusal] of [
    [`${slow}half`, 100, 'its body arrived too slowly'],
    [chunked + chunk, DEADLINE, 'its body is too long'],
  ] as const) {
    const scene = await setUp({ bodyTimeoutMs });
    expect(await say(scene, bytes)).toBe(NOT_FOUND);
    expect(await scene.waitFor('refused')).toMatchObject([{ exchange: { refusal } }]);
  }
});

it.each([
  ['a known path', SMS],
  ['any path', '/any/path'],
])(
  'counts the bytes that arrived: strangers who only promise a body to %s do not stop webhooks',
  async (_what, target) => {
    const scene = await setUp({ bodyTimeoutMs: DEADLINE });
    const promise = format({ ...signed, target, body: '' }).replace(
      'Content-Length: 0',
      `Content-Length: ${256 * 1024}`,
    );
    await openStrangers(scene, 1000, `${promise}abc`);
    for (let round = 0; round < 100; round += 1) expect((await scene.ask(signed)).status).toBe(200);
    expect(scene.gateway.list({ refused: true })).toEqual([]);
  },
);

it.each([
  ['a known path', SMS],
  ['any path', '/any/path'],
])(
  'gives up the oldest long bodies to %s with 503 when their memory is full, and never a webhook',
  async (_what, target) => {
    const scene = await setUp({ bodyTimeoutMs: DEADLINE });
    const half = format({ ...signed, target, body: '' }).replace(
      'Content-Length: 0',
      `Content-Length: ${256 * 1024}`,
    );
    const strangers = await openStrangers(scene, 140, half + 'x'.repeat(255 * 1024));
    await scene.waitFor('refused', 10);
    for (let round = 0; round < 100; round += 1) expect((await scene.ask(signed)).status).toBe(200);
    const [refused] = scene.gateway.list({ refused: true });
    expect(refused).toMatchObject({ status: 503, refusal: 'too many requests at once' });
    const first = strangers[0] && (await text(strangers[0]));
    expect(first).toBe(NOT_FOUND.replace('404 Not Found', '503 Service Unavailable'));
  },
);

it('refuses a form with more parameters than any webhook, before it checks the signature', async () => {
  const scene = await setUp();
  const body = Array.from({ length: 1001 }, (_, index) => `k${index}`).join('&');
  expect(await say(scene, format({ ...signed, body }))).toBe(NOT_FOUND);
  expect((await scene.waitFor('refused'))[0]).toMatchObject({
    exchange: { refusal: 'it has too many parameters' },
  });
});

it('looks at nothing that a client sent behind a refused request', async () => {
  const scene = await setUp();
  const get = 'GET /admin/ HTTP/1.1\r\nHost: x\r\n\r\n';
  expect(await say(scene, get.repeat(1000) + format(signed))).toBe(NOT_FOUND);
  expect(scene.gateway.list({ refused: true })).toHaveLength(1);
  expect(asked).toEqual([]);
});

it('records the address of the peer for a refused request without X-Forwarded-For', async () => {
  const scene = await setUp();
  await say(scene, 'GET /admin/ HTTP/1.1\r\nHost: x\r\n\r\n');
  await say(scene, format({ ...signed, headers: {} }));
  const refused = await scene.waitFor('refused', 2);
  for (const event of refused) expect(event).toMatchObject({ exchange: { remote: '127.0.0.1' } });
});

it.each<[string, string]>([
  ['a body with a length', 'Content-Length: 3\r\n\r\nabc'],
  ['a chunked body', 'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'],
  ['a body that never arrives', 'Content-Length: 3\r\n\r\n'],
])('refuses a request for a vCard with %s', async (_what, rest) => {
  const scene = await setUp();
  expect(await say(scene, `GET /api/v1/vCard/abcdef HTTP/1.1\r\nHost: x\r\n${rest}`)).toBe(NOT_FOUND);
  expect(asked).toEqual([]);
});

const REROUTING = {
  'X-HTTP-Method-Override': 'DELETE',
  X_HTTP_Method_Override: 'DELETE',
  'X-HTTP-Method': 'DELETE',
  'X-Method-Override': 'DELETE',
  'X-Original-URL': '/admin/',
  'X-Rewrite-URL': '/admin/',
  'X-Forwarded-Prefix': '/admin',
};

it('passes no header that changes the method or the path to the app, on the path of a vCard and of a webhook', async () => {
  const got: string[][] = [];
  const app = await startApp((incoming, outgoing) => {
    got.push(Object.keys(incoming.headers).sort());
    incoming.resume().on('end', () => outgoing.end());
  });
  const scene = await setUpGateway(app.origin);
  const own = { Accept: '*/*', Cookie: 'sessionid=1', Authorization: 'Basic eDp5' };
  await scene.ask({ target: '/api/v1/vCard/abcdef', headers: { ...REROUTING, ...own } });
  await scene.ask({ ...signed, headers: { ...REROUTING, ...signed.headers } });
  const forwarded = ['host', 'x-forwarded-host', 'x-forwarded-proto'];
  expect(got).toEqual([
    ['accept', 'cdn-loop', 'connection', ...forwarded],
    [
      'cdn-loop',
      'connection',
      'content-length',
      'content-type',
      'host',
      'x-forwarded-for',
      'x-forwarded-host',
      'x-forwarded-proto',
      'x-twilio-signature',
    ],
  ]);
});

it('answers 503 to requests without a signature above their limit, and forwards a webhook meanwhile', async () => {
  const app = await startApp((incoming, outgoing) => {
    // It never answers strangers.
    if (incoming.headers['x-twilio-signature'] !== undefined)
      incoming.resume().on('end', () => outgoing.end('the app'));
  });
  const scene = await setUpGateway(app.origin, {
    exposeAll: true,
    maxUnsigned: 200,
    appTimeoutMs: DEADLINE,
    bodyTimeoutMs: DEADLINE,
  });
  const requests = [
    'GET /slow HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /api/v1/vCard/abcdef HTTP/1.1\r\nHost: x\r\n\r\n',
    'POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc',
    `POST ${SMS} HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc`,
    'GET /live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  ];
  await Promise.all(requests.map((bytes) => openStrangers(scene, 60, bytes)));
  await scene.waitFor('refused', 100);
  const answers = await Promise.all(requests.map((bytes) => say(scene, bytes)));
  for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 503 /);
  for (let round = 0; round < 20; round += 1) expect((await scene.ask(signed)).status).toBe(200);
});

it('keeps ten thousand garbage requests from the app, and still forwards a webhook', async () => {
  const scene = await setUp();
  const pieces = [
    () => 'GET /wp-login.php HTTP/1.1\r\nHost: x\r\n\r\n',
    () => format(webhook({}, { token: 'e'.repeat(32) })),
    () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    () => `POST ${SMS} HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(20_000)}\r\n\r\n`,
    () => 'GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n',
  ];
  for (let round = 0; round < 100; round += 1) {
    await Promise.all(Array.from({ length: 100 }, (_, index) => say(scene, pieces[index % 5]?.() ?? '')));
  }
  expect(asked).toEqual([]);
  expect((await scene.ask(signed)).status).toBe(200);
  const refused = scene.gateway.list({ refused: true });
  expect(refused.length).toBeLessThanOrEqual(600);
  expect(refused.some(({ verdict }) => verdict.reasons[0] === 'not looked into')).toBe(true);
  expect(scene.gateway.list({})).toHaveLength(1);
});

it('records a refused webhook with the reason, the signed URL and the computed URL', async () => {
  const scene = await setUp();
  await scene.ask(webhook({}, { url: BASE.replace('https', 'http') + SMS }));
  const [event] = await scene.waitFor('refused');
  expect(event).toMatchObject({
    exchange: {
      status: 404,
      refusal: 'its signature is not valid',
      from: FORM.From,
      verdict: {
        result: 'invalid',
        reasons: ['wrong scheme'],
        signedUrl: `http://relay.example.test${SMS}`,
        computedUrl: BASE + SMS,
      },
    },
  });
  expect(scene.gateway.find(1)?.requestBody.toString()).toBe(signed.body);
});

it('forwards a request for a vCard without a signature, and records it', async () => {
  const scene = await setUp();
  for (const target of ['/api/v1/vCard/aB3xyZ', '/api/v1/vCard/abcdef/']) {
    expect((await scene.ask({ target })).body.toString()).toBe('the app');
  }
  expect((await scene.ask({ target: '/api/v1/vCard/abcdef', method: 'HEAD' })).status).toBe(200);
  await scene.waitFor('exchange', 3);
  expect(scene.gateway.list({ failed: true })).toEqual([]);
  expect(scene.gateway.list({})[0]).toMatchObject({ kind: 'card', verdict: { result: 'unsigned' } });
});

it('answers the current proof and no earlier one, without asking the app', async () => {
  const scene = await setUp({ exposeAll: true });
  const first = scene.gateway.renewProof();
  expect((await scene.ask({ target: first.path })).body.toString()).toBe(first.answer);
  const second = scene.gateway.renewProof();
  expect(scene.gateway.proof()).toEqual(second);
  expect(first.path).not.toContain(first.answer);
  for (const target of [first.path, `${second.path}0`, second.path.slice(0, -1), `${second.path}?x`]) {
    expect((await scene.ask({ target })).status).toBe(404);
  }
  expect((await scene.ask({ target: second.path, method: 'POST' })).status).toBe(404);
  expect(asked).toEqual([]);
});

it('forwards all requests if everything is exposed, and only reports a wrong signature', async () => {
  const scene = await setUp({ exposeAll: true });
  expect((await scene.ask({ target: '/admin/' })).body.toString()).toBe('the app');
  await scene.ask(webhook({}, { url: `http://relay.example.test${SMS}` }));
  await scene.waitFor('exchange');
  expect(asked).toEqual(['GET /admin/', `POST ${SMS}`]);
  expect(scene.gateway.list({})).toMatchObject([{ verdict: { reasons: ['wrong scheme'] }, refusal: null }]);
});

it('names an exchange after the webhook whose path it has, and follows changes of the paths', async () => {
  let webhooks = [{ path: '/one', kind: 'inbound_sms' }];
  const scene = await setUp({ webhooks: () => webhooks });
  await scene.ask(webhook({ target: '/one' }));
  webhooks = [{ path: '/two', kind: 'inbound_call' }];
  await scene.ask(webhook({ target: '/one' }));
  await scene.ask(webhook({ target: '/two' }));
  await scene.waitFor('exchange', 3);
  expect(scene.gateway.list({}).map(({ kind }) => kind)).toEqual(['inbound_call', 'path', 'inbound_sms']);
});
