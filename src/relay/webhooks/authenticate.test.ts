// Tests which requests a relay accepts as webhooks: only those with a valid signature and the right form.
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import twilio from 'twilio';
import { expect, it, onTestFinished } from 'vitest';
import { ANN, MASK, REAL, type RelayScene, setUpRelay } from '../../../test/support/relay.js';

const PATH = '/api/v1/inbound_sms';
const FORM = { From: ANN, To: MASK, Body: 'Hello', MessageSid: 'SM1', NumMedia: '0' };

interface Attempt {
  readonly path?: string;
  readonly method?: string;
  readonly form?: Readonly<Record<string, string>>;
  /** What is signed, if it differs from what is sent. */
  readonly signed?: { readonly token?: string; readonly url?: string; readonly form?: object };
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

async function knock({ origin, sandbox }: RelayScene, attempt: Attempt = {}): Promise<number> {
  const { path = PATH, method = 'POST', form = FORM, signed = {} } = attempt;
  const signature = twilio.getExpectedTwilioSignature(
    signed.token ?? sandbox.authToken,
    signed.url ?? origin + path,
    (signed.form ?? form) as Record<string, string>,
  );
  const headers = {
    'X-Twilio-Signature': signature,
    'Content-Type': 'application/x-www-form-urlencoded',
    ...attempt.headers,
  };
  // Not fetch: it would write the target in its own way.
  const { hostname, port } = new URL(origin);
  const outgoing = request({ hostname, port, path, method, headers });
  outgoing.end(method === 'GET' ? undefined : (attempt.body ?? new URLSearchParams(form).toString()));
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  incoming.resume();
  return incoming.statusCode ?? 0;
}

it('accepts a signed request, with the raw request target as the signed URL', async () => {
  const scene = await setUpRelay();
  expect(await knock(scene)).toBe(201);
  expect(await knock(scene, { path: `${PATH}/`, form: { ...FORM, MessageSid: 'SM2' } })).toBe(201);
  // A URL parser would write this target in another way.
  const path = `${PATH}?a=it's&b=%7e`;
  expect(await knock(scene, { path, form: { ...FORM, MessageSid: 'SM3' } })).toBe(201);
  expect(await scene.received(REAL, 3)).toHaveLength(3);
});

it.each<[string, number, (scene: RelayScene) => Attempt]>([
  ['a wrong signature', 403, () => ({ headers: { 'X-Twilio-Signature': 'x'.repeat(28) } })],
  ['an empty signature', 403, () => ({ headers: { 'X-Twilio-Signature': '' } })],
  ['a signature of another token', 403, () => ({ signed: { token: 'f'.repeat(32) } })],
  ['a signature for another URL', 403, () => ({ signed: { url: `https://elsewhere.example${PATH}` } })],
  ['a signature for another path', 403, ({ origin }) => ({ signed: { url: `${origin}/api/v1/sms_status` } })],
  ['a signature for another body', 403, () => ({ signed: { form: { ...FORM, Body: 'Hullo' } } })],
  [
    'a signature without the query',
    403,
    ({ origin }) => ({ path: `${PATH}?x=1`, signed: { url: origin + PATH } }),
  ],
  ['another content type', 415, () => ({ headers: { 'Content-Type': 'application/json' } })],
  ['an encoded body', 415, () => ({ headers: { 'Content-Encoding': 'gzip' } })],
  ['another method', 405, () => ({ method: 'PUT' })],
  ['method GET', 405, () => ({ method: 'GET' })],
  ['a body of more than 256 KB', 413, () => ({ body: `Body=${'x'.repeat(256 * 1024)}` })],
  ['more than 1000 parameters', 413, () => ({ body: 'x&'.repeat(1001) })],
  ['another path', 404, () => ({ path: '/api/v1/inbound_smss' })],
  ['a missing parameter', 400, () => ({ form: { From: ANN, To: MASK, MessageSid: 'SM1' } })],
  ['no SID', 400, () => ({ form: { From: ANN, To: MASK, Body: 'x' } })],
  ['the number of no mask', 400, () => ({ form: { ...FORM, To: '+12025550101' } })],
])('answers a request with %s with %d and without any effect', async (_what, status, attemptOf) => {
  const scene = await setUpRelay();
  expect(await knock(scene, attemptOf(scene))).toBe(status);
  expect(scene.relay.outgoing.countOpen()).toBe(0);
  expect(scene.relay.masks.find(MASK)?.textsLeft).toBe(75);
});

it.each([
  ['without a signature', `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`, 403],
  ['for another origin', `POST http://x${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`, 404],
  ['with a flood of headers', `POST ${PATH} HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
])('refuses a request %s', async (_what, head, status) => {
  const { origin } = await setUpRelay();
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  socket.write(head.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
  expect(await text(socket)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
});

/** Opens connections that send the same beginning of a webhook and then nothing. */
async function openStrangers({ origin }: RelayScene, count: number, body: string): Promise<Socket[]> {
  const lines = [`POST ${PATH} HTTP/1.1`, 'Host: x', `X-Twilio-Signature: ${'x'.repeat(28)}`];
  const type = 'Content-Type: application/x-www-form-urlencoded';
  const head = [...lines, type, `Content-Length: ${256 * 1024}`].join('\r\n');
  const sockets: Socket[] = [];
  for (let index = 0; index < count; index += 1) {
    const socket = connect(Number(new URL(origin).port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    socket.write(`${head}\r\n\r\n${body}`);
    sockets.push(socket);
  }
  return sockets;
}

it('accepts every signed webhook while a thousand strangers send bodies that never end', async () => {
  const scene = await setUpRelay();
  await openStrangers(scene, 1000, 'abc');
  for (let number = 0; number < 50; number += 1)
    expect(await knock(scene, { form: { ...FORM, MessageSid: `SM${number}` } })).toBe(201);
  // A slow machine may give up a stranger whose body takes too long, but none for want of room.
  expect(scene.told.filter((event) => event.kind === 'turned-away' && event.status === 503)).toEqual([]);
});

it('answers 503 to the oldest long bodies when the memory for bodies is full, and accepts signed webhooks', async () => {
  const scene = await setUpRelay();
  const [first] = await openStrangers(scene, 140, 'x'.repeat(255 * 1024));
  for (let number = 0; number < 20; number += 1)
    expect(await knock(scene, { form: { ...FORM, MessageSid: `SM${number}` } })).toBe(201);
  if (first) expect(String((await once(first, 'data'))[0])).toMatch(/^HTTP\/1\.1 503 /);
});

it('accepts no signature that differs from the right one', async () => {
  const scene = await setUpRelay();
  const right = twilio.getExpectedTwilioSignature(scene.sandbox.authToken, scene.origin + PATH, FORM);
  const mutated = fc
    .tuple(fc.nat(right.length - 1), fc.integer({ min: 33, max: 126 }), fc.constantFrom('set', 'cut', 'add'))
    .map(([at, code, how]) => {
      const tail = how === 'cut' ? '' : how === 'add' ? right.slice(at) : right.slice(at + 1);
      return right.slice(0, at) + (how === 'cut' ? '' : String.fromCharCode(code)) + tail;
    })
    .filter((signature) => signature !== right);
  await fc.assert(
    fc.asyncProperty(mutated, async (signature) => {
      expect(await knock(scene, { headers: { 'X-Twilio-Signature': signature } })).toBe(403);
    }),
    { numRuns: process.env.RELAY_FAULTS === 'full' ? 100_000 : 500 },
  );
  expect(scene.relay.outgoing.countOpen()).toBe(0);
});

it('emits an event for a refused webhook, without the auth token', async () => {
  const scene = await setUpRelay();
  await knock(scene, { signed: { token: 'f'.repeat(32) } });
  expect(scene.told).toEqual([
    { kind: 'turned-away', path: PATH, status: 403, why: 'The signature is not valid.' },
  ]);
});
