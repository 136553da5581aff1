// The requests to an app's user API, and what its answers and their absence mean.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEADLINE } from '../../test/support/deadline.js';
import { RelayPhoneError } from '../errors.js';
import { type Listening, listen } from '../http/listen.js';
import { createRelayApi, type RelayApi } from './relay-api.js';

const [PHONE, MASK, TOKEN] = ['+12025550190', '+12025550107', 'abcdef0123456789'] as const;

/** What the app answers, and what it has received. */
const START = 'relay-phone exec -- .venv/bin/python manage.py runserver 8137';
let reply: { readonly status: number; readonly body: string; readonly headers: Record<string, string> };
let came: { readonly line: string; readonly headers: Record<string, unknown>; readonly body: string }[];
let server: Listening;
let api: RelayApi;
beforeEach(async () => {
  came = [];
  server = await listen(
    async (incoming, outgoing) => {
      const body = (await incoming.toArray()).join('');
      came.push({ line: `${incoming.method} ${incoming.url}`, headers: incoming.headers, body });
      outgoing.writeHead(reply.status, reply.headers).end(reply.body);
    },
    { port: 0 },
  );
  const findAdvice = (code: number) => (code === 21610 ? ['text START'] : undefined);
  api = createRelayApi({
    origin: server.origin,
    token: TOKEN,
    timeoutMs: DEADLINE,
    starts: [START],
    findAdvice,
  });
});
afterEach(() => server.close());

function answer(status: number, body: unknown, headers: Record<string, string> = {}): void {
  reply = { status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

/** Returns the error that the user sees. */
async function told(work: Promise<unknown>): Promise<RelayPhoneError> {
  const outcome = await work.then(
    (value) => (typeof value === 'object' && value !== null && 'error' in value ? value.error : value),
    (error: unknown) => error,
  );
  if (outcome instanceof RelayPhoneError) return outcome;
  throw new Error(`no refusal, but ${JSON.stringify(outcome)}`);
}

const send = () => api.sendCode(PHONE);
const verify = () => api.verifyPhone(PHONE, '123456');
const suggest = () => api.suggestMasks(PHONE);
const take = () => api.takeMask(MASK);

describe('the client of the user API', () => {
  it('recognises the AirPlay Receiver of macOS in place of the app', async () => {
    answer(403, '', { Server: 'AirTunes/775.3.1' });
    expect(await told(send())).toMatchObject({
      reason: `the AirPlay Receiver of macOS answers at ${server.origin}, not the app`,
      tryNext: [expect.stringContaining('another port'), expect.stringContaining('AirPlay Receiver')],
    });
  });

  it('returns what it asked for', async () => {
    answer(201, { id: 1, number: PHONE, message: 'Sent verification code' });
    expect(await send()).toBe('sent');
    expect(came[0]).toMatchObject({ line: 'POST /api/v1/realphone/', body: `{"number":"${PHONE}"}` });
    expect(came[0]?.headers).toMatchObject({
      authorization: `Token ${TOKEN}`,
      'content-type': 'application/json',
      accept: 'application/json',
    });
    expect(await verify()).toBeUndefined();
    expect(came[1]?.body).toBe(`{"number":"${PHONE}","verification_code":"123456"}`);
    expect(await take()).toBe('taken');
    answer(200, [{ number: MASK }]);
    expect(await api.listMasks()).toEqual([MASK]);
    const [first, last] = [{ phone_number: MASK, locality: null }, { phone_number: PHONE }];
    answer(200, { same_prefix_options: [first], random_options: [last], other_areas_options: null });
    expect(await suggest()).toEqual([first, last]);
    expect(came.at(-1)).toMatchObject({ line: 'GET /api/v1/relaynumber/suggestions/', body: '' });
  });

  it('returns the verified phone, and blocks a known contact', async () => {
    answer(200, [
      { number: '+13015550195', verified: false },
      { number: PHONE, verified: true },
    ]);
    expect(await api.findVerifiedPhone()).toBe(PHONE);
    answer(200, []);
    expect(await api.findVerifiedPhone()).toBeUndefined();
    expect(await told(api.block(PHONE, true))).toMatchObject({ kind: 'fault', task: `block ${PHONE}` });
    answer(200, [{ id: 7, inbound_number: PHONE }]);
    await api.block(PHONE, false);
    expect(came.at(-1)).toMatchObject({
      line: 'PATCH /api/v1/inboundcontact/7/',
      body: '{"blocked":false}',
    });
  });

  it.each([
    ['verified', send, 409, { detail: 'A verified record already exists for this number.' }],
    ['verified', send, 409, ['A verified record already exists for this number.']],
    ['pending', send, 409, { detail: 'An unverified record already exists for this number.' }],
    ['has-mask', take, 400, ['User already has a RelayNumber.']],
    ['has-mask', take, 400, { detail: 'User can have only one relay number.' }],
    ['has-mask', suggest, 400, ['available_numbers: Another RelayNumber already exists for this user.']],
    ['no-reason', suggest, 400, '<html><head><title>Bad Request (400)</title></head></html>'],
    ['no-reason', suggest, 400, ''],
  ])('returns and explains a refusal that means %s', async (id, ask, status, body) => {
    answer(status, body);
    expect(await ask()).toMatchObject({ id, error: { kind: 'needsUser' } });
  });

  it.each([
    [
      301,
      'https://relay.example.com/api/v1/realphone/?a=b',
      /to https:\/\/relay\.example\.com\/api\/v1\/realphone\/\)/,
      '--app https://relay.example.com',
    ],
    [302, '/accounts/login/?next=x', /to http:\/\/127\.0\.0\.1:\d+\/accounts\/login\/\)/, 'sign-in page'],
    [308, 'http://[', /to http:\/\/\[\)/, 'sign-in page'],
  ])('does not follow a redirect: %d to %s', async (status, location, reason, advice) => {
    answer(status, '', { location });
    const error = await told(send());
    expect([error.kind, error.message]).toEqual(['needsUser', expect.stringMatching(reason)]);
    expect(error.tryNext[0]).toContain(advice);
    expect(came).toHaveLength(1);
  });

  it('hides the token, removes control characters and shortens a long answer', async () => {
    answer(500, `Authorization: Token ${TOKEN}\u001b[2J\u0007${'x'.repeat(1000)}`);
    const { message } = await told(send());
    expect(message).toMatch(/it says: Authorization: Token \(hidden\) ?x{200,300}…\.$/);
    expect(message).not.toMatch(/[\p{Cc}]/u);
    expect(await told(send())).toMatchObject({ twilioCode: undefined });
  });
});

describe('an app that does not answer', () => {
  const unreachable = (origin: string, timeoutMs: number) =>
    createRelayApi({ origin, token: TOKEN, timeoutMs, starts: [START] }).sendCode(PHONE);

  it('needs to be started if its port is closed', async () => {
    const { origin } = server;
    await server.close();
    const error = await told(unreachable(origin, DEADLINE));
    expect(error).toMatchObject({ kind: 'needsUser', reason: `no app is running at ${origin}` });
    expect(error.tryNext.join()).toMatch(/manage\.py runserver 8137,--app URL/);
  });

  it.each(['never', 'drip', 'drop'])('is a network error if its answer is: %s', async (how) => {
    const slow = await listen(
      (incoming, outgoing) => {
        if (how === 'drop') incoming.socket.destroy();
        if (how !== 'drip') return;
        outgoing.writeHead(200);
        const timer = setInterval(() => outgoing.write('{'), 20);
        outgoing.once('close', () => clearInterval(timer));
      },
      { port: 0 },
    );
    const error = await told(unreachable(slow.origin, how === 'drop' ? DEADLINE : 200));
    await slow.close();
    expect(error.kind).toBe('network');
    expect(error.message).toMatch(how === 'drop' ? /dropped the connection/ : /no answer within 0\.2 s/);
  });
});
