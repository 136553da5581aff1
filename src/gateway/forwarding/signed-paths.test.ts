// Tests which paths a signature lets in: any that Twilio signed, and nothing that was made from a captured webhook.
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import twilio from 'twilio';
import { beforeEach, expect, it } from 'vitest';
import {
  type Asked,
  BASE,
  FORM,
  type GatewayScene,
  setUpGateway,
  startApp,
  TOKEN,
  webhook,
} from '../../../test/support/gateway.js';

const FORM_TYPE = 'application/x-www-form-urlencoded';
const JSON_BODY = '{"type":"com.twilio.messaging.message.delivered","data":"é📲"}';
const JSON_TARGET = `/events?source=a&bodySHA256=${twilio.getExpectedBodyHash(JSON_BODY)}`;

let asked: string[];
beforeEach(() => {
  asked = [];
});

async function setUp(options: { readonly exposeAll?: boolean } = {}): Promise<GatewayScene> {
  const app = await startApp((incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    incoming.resume().on('end', () => outgoing.end('the app'));
  });
  return setUpGateway(app.origin, options);
}

function sign(target: string, form: Readonly<Record<string, string>> = {}): string {
  return twilio.getExpectedTwilioSignature(TOKEN, BASE + target, form);
}

const ANSWERS: [string, Asked][] = [
  ['the action of a Gather', webhook({ target: '/handle-key', form: { ...FORM, Digits: '1' } })],
  ['a status callback with a query', webhook({ target: "/status?order=7&note=it's%20ok&x=%7e" })],
  ['a path of one letter', webhook({ target: '/a' })],
  ['the root', webhook({ target: '/' })],
  ['a path with odd characters', webhook({ target: "/hooks/x;v=1/%C3%A9/..twilio/a.b/'{1}'" })],
  [
    'a Redirect with GET',
    { target: '/next?step=2&From=%2B12125550190', headers: get('/next?step=2&From=%2B12125550190') },
  ],
  [
    'a form without parameters',
    { method: 'POST', target: '/empty', headers: { ...get('/empty'), 'Content-Type': FORM_TYPE } },
  ],
  [
    'an event as JSON',
    {
      method: 'POST',
      target: JSON_TARGET,
      headers: { ...get(JSON_TARGET), 'Content-Type': 'application/json; charset=utf-8' },
      body: JSON_BODY,
    },
  ],
];

function get(target: string): Record<string, string> {
  return { 'X-Twilio-Signature': sign(target) };
}

it.each(ANSWERS)('forwards %s, which no TwiML app names, and records it', async (_what, request) => {
  const scene = await setUp();
  const answer = await scene.ask(request);
  expect([answer.status, answer.body.toString()]).toEqual([200, 'the app']);
  await scene.waitFor('exchange');
  expect(asked).toHaveLength(1);
  expect(scene.gateway.list({})).toMatchObject([
    { kind: 'path', status: 200, refusal: null, verdict: { result: 'valid', reasons: [] } },
  ]);
});

/** A request as it is written to a connection. */
interface Forged {
  readonly what: string;
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: string;
}

const FORM_BODY = String(new URLSearchParams(FORM));
/** Requests of Twilio that a stranger captured. */
const CAPTURED: readonly Forged[] = [
  capture('POST', '/ivr/menu', FORM_BODY, [`Content-Type: ${FORM_TYPE}`], FORM),
  capture('POST', '/ivr/menu?step=1&lang=en&x=a%20b', FORM_BODY, [`Content-Type: ${FORM_TYPE}`], FORM),
  capture('GET', '/ivr/next?step=1&lang=en&x=a%20b', ''),
  capture('GET', '/ivr/greeting', ''),
  capture('POST', JSON_TARGET, JSON_BODY, ['Content-Type: application/json']),
];

function capture(
  method: string,
  target: string,
  body: string,
  headers: readonly string[] = [],
  form: Readonly<Record<string, string>> = {},
): Forged {
  const signature = `X-Twilio-Signature: ${sign(target, form)}`;
  return { what: `${method} ${target.slice(0, 40)}`, method, target, headers: [signature, ...headers], body };
}

const isSignature = (header: string) => header.startsWith('X-Twilio-Signature');

/** Replaces the header of the signature. */
function resign(one: Forged, change: (value: string) => readonly string[]): readonly string[] {
  return one.headers.flatMap((header) =>
    isSignature(header) ? change(header.slice('X-Twilio-Signature: '.length)) : [header],
  );
}

const METHODS = [
  'PUT',
  'DELETE',
  'PATCH',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'REPORT',
  'PURGE',
  'QUERY',
];
const WRONG = 'x'.repeat(27);

/** Each way to forge a signature. */
const SIGNATURES: Readonly<Record<string, (value: string) => readonly string[]>> = {
  missing: () => [],
  empty: () => ['X-Twilio-Signature:'],
  wrong: () => [`X-Twilio-Signature: ${WRONG}=`],
  lower: (value) => [`X-Twilio-Signature: ${value.toLowerCase()}`],
  short: (value) => [`X-Twilio-Signature: ${value.slice(0, -1)}`],
  long: (value) => [`X-Twilio-Signature: ${value}=`],
  quoted: (value) => [`X-Twilio-Signature: "${value}"`],
  'in a list': (value) => [`X-Twilio-Signature: ${value}, ${value}`],
  twice: (value) => [`X-Twilio-Signature: ${value}`, `X-Twilio-Signature: ${value}`],
  'right, then wrong': (value) => [`X-Twilio-Signature: ${value}`, `X-Twilio-Signature: ${WRONG}=`],
  'wrong, then right': (value) => [`X-Twilio-Signature: ${WRONG}=`, `X-Twilio-Signature: ${value}`],
  folded: (value) => [`X-Twilio-Signature: ${value.slice(0, 9)}\r\n ${value.slice(9)}`],
  'folded before the value': (value) => [`X-Twilio-Signature:\r\n ${WRONG}=\r\n\t${value}`],
  'under another name': (value) => [`X_Twilio_Signature: ${value}`],
  'under the name with a space': (value) => [`X-Twilio-Signature : ${value}`],
  'in a trailer': (value) => ['Trailer: X-Twilio-Signature', `X-Twilio: ${value}`],
};

/** Each way to lead a signature to another path. */
const TARGETS: readonly ((target: string) => string)[] = [
  (target) => `http://x${target}`,
  (target) => BASE + target,
  (target) => `/${target}`,
  (target) => `\\${target}`,
  (target) => target.replace('/', '\\'),
  (target) => `/.${target}`,
  (target) => `/x/..${target}`,
  (target) => `/x/%2e%2e${target}`,
  (target) => `/x/%2E.${target}`,
  (target) => `/%2e${target}`,
  (target) => `/admin/..;${target}`,
  (target) => target.replace(/^[^?]*/, (path) => `${path}/`),
  (target) => target.replace(/^[^?]*/, (path) => `${path};x`),
  (target) => target.replace(/^[^?]*/, (path) => `${path}%00`),
  (target) => target.replace(/^[^?]*/, (path) => `${path}%2f`),
  (target) => target.replace(/^[^?]*/, (path) => `${path}/../../admin`),
  (target) => target.replace(/^[^?]*/, (path) => path.toUpperCase()),
  (target) => target.replace(/^[^?]*/, '/admin'),
  (target) => target.replace(/^\/./, (start) => `/%${start.charCodeAt(1).toString(16)}`),
  (target) => target.slice(0, -1),
  (target) => `${target}#x`,
  (target) => `${target}${target.includes('?') ? '&' : '?'}x=1`,
  (target) => `${target}?`,
  () => '*',
  () => '/',
];

/** The parameters of a form are signed in the order of their names; those of a query as they stand. */
const reverse = (text: string) => text.split('&').reverse().join('&');

/** Each way to change a query or a body, if there is one. */
const CHANGES: readonly ((text: string) => string)[] = [
  (text) => text.split('&').slice(1).join('&'),
  (text) => `${text}&${text}x`,
  (text) => `x=1&${text}`,
  (text) => text.replace('=', '%3D'),
  (text) => text.replaceAll('&', ';'),
  (text) => text.toLowerCase().replaceAll('1', '2'),
  (text) => `${text} `.replace(' ', '%00'),
];

/** Twilio's API and the SDK take no account of these. */
const ADDED_HEADERS: readonly (readonly string[])[] = [
  ['X-Forwarded-Host: relay.example.test', 'X-Original-URL: /ivr/menu'],
  ['X-HTTP-Method-Override: POST'],
  ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
  ['Connection: Upgrade, X-Twilio-Signature', 'Upgrade: websocket'],
  ['Connection: Upgrade', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'],
  ['Connection: X-Twilio-Signature'],
];

function* forge(one: Forged): Generator<Forged> {
  const as = (what: string, change: Partial<Forged>) => ({ ...one, ...change, what: `${one.what}: ${what}` });
  for (const [what, change] of Object.entries(SIGNATURES)) {
    const unsigned = { ...one, headers: resign(one, change) };
    yield as(`signature ${what}`, unsigned);
    for (const added of ADDED_HEADERS) {
      yield as(`signature ${what}, with ${added}`, { ...unsigned, headers: [...unsigned.headers, ...added] });
    }
    for (const method of ['GET', 'POST', 'PUT'])
      yield as(`${method}, signature ${what}`, { ...unsigned, method });
  }
  for (const method of METHODS) yield as(method, { method });
  for (const change of TARGETS) {
    const target = change(one.target);
    yield as(target, { target });
    yield as(`unsigned ${target}`, { target, headers: resign(one, () => []) });
  }
  const [path = '', query] = one.target.split('?');
  for (const change of [reverse, ...CHANGES]) {
    if (query !== undefined) yield as(`query ${change}`, { target: `${path}?${change(query)}` });
  }
  for (const change of CHANGES) if (one.body !== '') yield as(`body ${change}`, { body: change(one.body) });
  for (const headers of ADDED_HEADERS.slice(2, 5))
    yield as(`${headers}`, { headers: [...one.headers, ...headers] });
  for (const type of [
    'multipart/form-data; boundary=x',
    'text/plain',
    'application/json',
    `x, ${FORM_TYPE}`,
  ]) {
    const headers = [...one.headers.filter(isSignature), `Content-Type: ${type}`];
    yield as(type, { headers, body: one.body === '' ? 'x' : `${one.body} ` });
  }
  for (const method of ['GET', 'POST'])
    yield as(`${method} with a body`, { method, body: `${one.body}&x=1` });
}

/** Requests with a signature of their own URL, which is what Twilio never asks for. */
function* forgeSigned(): Generator<Forged> {
  for (const path of [
    '/x/../admin',
    '/x/%2e%2E/admin',
    '/./admin',
    '/x\\..\\admin',
    '/x/..%2fadmin',
    '/x/..;y/admin',
    '/..',
    '/a#b',
  ]) {
    yield capture('GET', path, '');
    yield capture('POST', path, FORM_BODY, [`Content-Type: ${FORM_TYPE}`], FORM);
  }
  yield capture('GET', '/ivr/menu', FORM_BODY, [`Content-Type: ${FORM_TYPE}`], FORM);
  for (const method of METHODS) yield capture(method, '/ivr/menu', '');
  yield capture('GET', '/.well-known/relay-phone/00', '');
  yield capture('GET', 'http://x/ivr/menu', '');
}

function format({ method, target, headers, body }: Forged): string {
  const length = body === '' && method !== 'POST' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  return [`${method} ${target} HTTP/1.1`, 'Host: relay.example.test', ...headers, ...length, '', body].join(
    '\r\n',
  );
}

/** Sends bytes on a new connection. @returns everything that comes back */
async function say({ server }: GatewayScene, bytes: string): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(bytes);
  return text(socket);
}

it('lets in the captured requests themselves', async () => {
  const scene = await setUp();
  for (const one of CAPTURED) {
    expect(await say(scene, format({ ...one, headers: [...one.headers, 'Connection: close'] }))).toMatch(
      /^HTTP\/1\.1 200 OK\r\n/,
    );
  }
  expect(asked).toHaveLength(CAPTURED.length);
});

const ORIGINAL = new Set(CAPTURED.map(format));
const FORGED = [...CAPTURED.flatMap((one) => [...forge(one)]), ...forgeSigned()].filter(
  (one) => !ORIGINAL.has(format(one)),
);

/** How many forged requests are sent at once. */
const AT_ONCE = 16;

it(`lets in none of ${FORGED.length} requests that were made from captured ones`, async () => {
  expect(FORGED.length).toBeGreaterThan(1000);
  const scene = await setUp();
  const answers: string[] = [];
  // Not all at once: a client that cannot read its refusal soon is disconnected.
  for (let start = 0; start < FORGED.length; start += AT_ONCE) {
    const sent = FORGED.slice(start, start + AT_ONCE).map(
      async (one) => `${one.what} → ${(await say(scene, format(one))).split('\r\n')[0]}`,
    );
    answers.push(...(await Promise.all(sent)));
  }
  expect(answers.filter((answer) => !/ → HTTP\/1\.1 (404|400|405|501) /.test(answer))).toEqual([]);
  expect(asked).toEqual([]);
  expect(scene.gateway.list({})).toEqual([]);
});

it('accepts another spelling of the query, as the SDK does, and says so', async () => {
  const scene = await setUp();
  const headers = get('/hook?a=it%27s&b=1');
  expect((await scene.ask({ target: "/hook?a=it's&b=1", headers })).status).toBe(200);
  await scene.waitFor('exchange');
  expect(scene.gateway.list({})[0]?.verdict).toMatchObject({
    result: 'valid',
    reasons: ['query re-encoded'],
  });
});

it('says what would let in a request without a signature, and explains a wrong one on any path', async () => {
  const scene = await setUp();
  await scene.ask({ target: '/handle-key' });
  await scene.ask(webhook({ target: '/handle-key' }, { url: 'https://old.example.test/handle-key' }));
  const signed = webhook({ target: '/handle-key' }, { url: 'http://relay.example.test/handle-key' });
  await scene.ask(signed);
  await scene.waitFor('refused', 3);
  expect(scene.gateway.list({ refused: true })).toMatchObject([
    { refusal: 'its signature is not valid', from: FORM.From, verdict: { reasons: ['wrong scheme'] } },
    { refusal: 'its signature is not valid', verdict: { reasons: ['altered body or unknown token'] } },
    {
      refusal: 'it has no X-Twilio-Signature; a valid one lets in any path',
      verdict: { result: 'unsigned' },
    },
  ]);
});

it('exposes all: forwards any path, and records the verdict of a signature', async () => {
  const scene = await setUp({ exposeAll: true });
  await scene.ask({ target: '/anything' });
  await scene.ask(webhook({ target: '/handle-key' }));
  await scene.ask(webhook({ target: '/handle-key' }, { token: 'f'.repeat(32) }));
  await scene.waitFor('exchange', 2);
  expect(asked).toEqual(['GET /anything', 'POST /handle-key', 'POST /handle-key']);
  expect(scene.gateway.list({}).map(({ verdict }) => verdict.result)).toEqual(['invalid', 'valid']);
});

it('refuses a body that is too long on any path, without reading it', async () => {
  const scene = await setUp();
  const head =
    'POST /upload HTTP/1.1\r\nHost: x\r\nX-Twilio-Signature: x\r\nContent-Length: 1000000000\r\n\r\n';
  expect(await say(scene, head)).toMatch(/^HTTP\/1\.1 404 /);
  expect((await scene.waitFor('refused'))[0]).toMatchObject({
    exchange: { refusal: 'its body is too long' },
  });
});
