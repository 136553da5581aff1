// Tests the user API of a relay, with the sandbox as its Twilio.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANN, BOB, MASK, REAL, setUpRelay } from '../../../test/support/relay.js';
import { type Asked, ask, setUpOwner } from '../../../test/support/user-api.js';

describe('the user API', () => {
  it("blocks a contact, whose texts and calls then don't reach the owner", async () => {
    const scene = await setUpRelay();
    const { sandbox, received } = scene;
    await sandbox.phone(ANN).text(MASK, 'Hello');
    await sandbox
      .phone(BOB)
      .call(MASK)
      .answered.then((call) => expect(call.state).toBe('talking'));
    const { json: contacts } = await ask(scene, '/api/v1/inboundcontact/');
    expect(contacts).toMatchObject([
      { inbound_number: ANN, last_inbound_type: 'text', num_texts: 1, blocked: false, last_call_date: null },
      { inbound_number: BOB, last_inbound_type: 'call', num_calls: 1, num_texts: 0 },
    ]);
    const path = `/api/v1/inboundcontact/${contacts[0].id}/`;
    expect(await ask(scene, path, { method: 'PATCH', body: { blocked: true } })).toMatchObject({
      status: 200,
      json: { inbound_number: ANN, blocked: true },
    });
    expect((await sandbox.phone(ANN).text(MASK, 'Hello?')).webhook).toMatchObject({ status: 400 });
    await sandbox.phone(ANN).call(MASK).ended;
    expect(await received(REAL, 1)).toEqual([`[Relay 📲 ${ANN}] Hello`]);
    expect((await ask(scene, '/api/v1/inboundcontact')).json).toMatchObject([
      { num_texts: 1, num_texts_blocked: 1, num_calls: 0, num_calls_blocked: 1 },
      {},
    ]);
    expect((await ask(scene, '/api/v1/relaynumber/')).json).toMatchObject([
      { number: MASK, country_code: 'US', texts_blocked: 1, calls_blocked: 1, calls_and_texts_blocked: 2 },
    ]);
    await ask(scene, path, { method: 'PATCH', body: { blocked: false } });
    await sandbox.phone(ANN).text(MASK, 'Thanks');
    expect(await received(REAL, 2)).toHaveLength(2);
  });

  it('turns a mask off and on', async () => {
    const scene = await setUpRelay();
    const [{ id }] = (await ask(scene, '/api/v1/relaynumber/')).json;
    const path = `/api/v1/relaynumber/${id}/`;
    const off = await ask(scene, path, { method: 'PATCH', body: { enabled: false } });
    expect(off.json).toMatchObject({ enabled: false });
    expect((await scene.sandbox.phone(ANN).text(MASK, 'Hello?')).webhook).toMatchObject({ status: 200 });
    const { heard } = await scene.sandbox.phone(ANN).call(MASK).ended;
    expect(heard).toMatchObject([{ kind: 'say', content: 'This number takes no calls at the moment.' }]);
    expect((await ask(scene, '/api/v1/inboundcontact/')).json).toEqual([]);
    await ask(scene, path, { method: 'PATCH', body: { enabled: true } });
    expect((await scene.sandbox.phone(ANN).text(MASK, 'Hello')).webhook).toMatchObject({ status: 201 });
    expect((await ask(scene, '/api/v1/relaynumber/')).json).toMatchObject([{ texts_blocked: 1 }]);
  });

  it('texts and calls a contact from the mask, and lists the texts', async () => {
    const scene = await setUpRelay();
    const { sandbox, received } = scene;
    const message = { destination: ANN, body: 'Hello Ann' };
    expect(await ask(scene, '/api/v1/message/', { body: message })).toMatchObject({ status: 200 });
    expect(await received(ANN, 1)).toEqual(['Hello Ann']);
    await sandbox.phone(ANN).text(MASK, 'Hello yourself');
    const connected = sandbox.nextEvent(({ kind }) => kind === 'call.connected');
    expect(await ask(scene, '/api/v1/call/', { body: { to: BOB } })).toMatchObject({ status: 200 });
    await connected;
    expect(sandbox.phone(REAL).calls()).toMatchObject([{ shown: MASK, state: 'talking' }]);
    expect(sandbox.phone(BOB).calls()).toMatchObject([{ shown: MASK, state: 'talking' }]);
    const { json } = await ask(scene, `/api/v1/messages/?with=${encodeURIComponent(ANN)}`);
    expect(json).toMatchObject({
      inbound_messages: [{ from: ANN, to: MASK, body: 'Hello yourself' }],
      outbound_messages: [{ from: MASK, to: ANN, body: 'Hello Ann' }],
    });
    const inbound = await ask(scene, '/api/v1/messages/?direction=inbound');
    expect(Object.keys(inbound.json)).toEqual(['inbound_messages']);
    expect(sandbox.whoSaw(REAL)).toEqual([]);
  });

  it("shows the owner's phone, and a heartbeat without a token", async () => {
    const scene = await setUpRelay();
    expect((await ask(scene, '/api/v1/realphone/')).json).toMatchObject([
      { number: REAL, verified: true, country_code: 'US' },
    ]);
    expect(await ask(scene, '/__heartbeat__', { headers: { Authorization: '' } })).toMatchObject({
      status: 200,
    });
  });

  it.each<[string, number, string, Asked]>([
    ['without the token', 401, 'inboundcontact/', { headers: { Authorization: '' } }],
    ['with another token', 401, 'inboundcontact/', { headers: { Authorization: `Token ${'x'.repeat(40)}` } }],
    ['through a tunnel', 404, 'inboundcontact/', { headers: { 'X-Forwarded-For': '203.0.113.9' } }],
    ['for another host', 404, 'inboundcontact/', { headers: { Host: 'relay.example.com' } }],
    ['for an unknown path', 404, 'nothing/', {}],
    ['for an unknown contact', 404, 'inboundcontact/7/', { method: 'PATCH', body: { blocked: true } }],
    ['with another method', 405, 'inboundcontact/', { method: 'DELETE' }],
    ['without a required field', 400, 'relaynumber/1/', { method: 'PATCH', body: {} }],
    ['with incomplete JSON', 400, 'message/', { body: '{"body":' }],
    ['with a JSON array', 400, 'message/', { body: [] }],
    ['with another content type', 415, 'message/', { body: 'x', headers: { 'Content-Type': 'text/plain' } }],
    ['with an invalid number', 400, 'message/', { body: { destination: '12', body: 'x' } }],
    ['without a body to send', 400, 'message/', { body: { destination: ANN } }],
    ['with a body that is too long', 400, 'message/', { body: { destination: ANN, body: 'x'.repeat(1601) } }],
    ['to call without a number', 400, 'call/', { body: {} }],
    ['of one mebibyte', 413, 'message/', { body: 'x'.repeat(1_048_576) }],
  ])('refuses a request %s with %d', async (_what, status, path, asked) => {
    const scene = await setUpRelay();
    expect(await ask(scene, `/api/v1/${path}`, asked)).toMatchObject({ status });
    expect(scene.relay.outgoing.countOpen()).toBe(0);
  });

  it.each([
    ['GET', 'inboundcontact/', undefined],
    ['GET', 'messages/', undefined],
    ['POST', 'message/', { destination: ANN, body: 'x' }],
    ['POST', 'call/', { to: ANN }],
  ])('answers %s %s with 404 if the owner has no mask', async (method, path, body) => {
    const scene = await setUpRelay({ isMasked: false });
    expect(await ask(scene, `/api/v1/${path}`, { method, ...(body && { body }) })).toMatchObject({
      status: 404,
    });
  });

  it('lists the allowed methods of a path in its 405', async () => {
    const scene = await setUpRelay();
    const allow = async (path: string, method: string) => {
      const { status, headers } = await ask(scene, `/api/v1/${path}`, { method });
      return [status, headers.allow];
    };
    expect(await allow('realphone/', 'DELETE')).toEqual([405, 'GET, POST']);
    expect(await allow('realphone/1/', 'PUT')).toEqual([405, 'PATCH, DELETE']);
    expect(await allow('realphone/resend_welcome_sms/', 'GET')).toEqual([405, 'POST']);
    expect(await allow('relaynumber/0/', 'GET')).toEqual([405, 'PATCH']);
    expect(await allow('inboundcontact/', 'HEAD')).toEqual([200, undefined]);
    const stranger = { method: 'DELETE', headers: { 'X-Forwarded-For': '203.0.113.9' } };
    expect((await ask(scene, '/api/v1/realphone/', stranger)).status).toBe(404);
  });

  it('answers through a tunnel if it is exposed', async () => {
    const scene = await setUpRelay({ isExposed: true });
    const headers = { Host: 'relay.example.com', 'X-Forwarded-For': '203.0.113.9' };
    expect(await ask(scene, '/api/v1/relaynumber/', { headers })).toMatchObject({ status: 200 });
  });

  it("answers 502 with Twilio's reason if a call cannot be placed", async () => {
    const scene = await setUpRelay();
    scene.sandbox.fail({ method: 'POST', path: 'Calls', answer: { status: 503 } });
    expect(await ask(scene, '/api/v1/call/', { body: { to: ANN } })).toMatchObject({
      status: 502,
      json: { detail: expect.stringContaining('Failed to place the call') },
    });
  });
});

const ROUTES = [
  ['POST', 'realphone/'],
  ['PATCH', 'realphone/1/'],
  ['PATCH', 'realphone/2/'],
  ['DELETE', 'realphone/1/'],
  ['POST', 'relaynumber/'],
  ['PATCH', 'relaynumber/1/'],
  ['PATCH', 'inboundcontact/1/'],
  ['POST', 'message/'],
  ['POST', 'call/'],
] as const;
const FIELDS = ['number', 'verification_code', 'enabled', 'blocked', 'destination', 'body', 'to'];

/** None of them a number that could be bought, called or texted. */
const ODD = [5, null, '+', '+1', '+12223334444', '301', '\0', 'x'.repeat(100_000), [REAL], { a: REAL }];

const value = fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.constantFrom(...ODD));
const body = fc.oneof(
  fc.jsonValue().map((json) => JSON.stringify(json)),
  fc.dictionary(fc.oneof(fc.constantFrom(...FIELDS), fc.string()), value).map((json) => JSON.stringify(json)),
  fc.string({ unit: 'binary' }),
);

const request = fc.tuple(fc.constantFrom(...ROUTES), body);

it('never answers a malformed body with a 5xx, and buys nothing', async () => {
  const [owner, masked] = [await setUpOwner(), await setUpRelay()];
  await owner.verify(REAL);
  for (const scene of [owner, masked]) {
    const property = fc.asyncProperty(request, async ([[method, path], sent]) => {
      const { status } = await ask(scene, `/api/v1/${path}`, { method, body: sent });
      expect(status).toBeLessThan(500);
    });
    await fc.assert(property, { numRuns: 300 });
    expect(scene.told.filter(({ kind }) => kind === 'turned-away')).toEqual([]);
    expect(await scene.client.incomingPhoneNumbers.list()).toHaveLength(1);
  }
});

it.each([5, null, true, [REAL], { number: REAL }, '', 'x'.repeat(200_000), '\0'])(
  'answers 400 to the number %j',
  async (number) => {
    const scene = await setUpOwner();
    for (const path of ['realphone/', 'relaynumber/']) {
      expect(await ask(scene, `/api/v1/${path}`, { body: { number } })).toMatchObject({ status: 400 });
    }
  },
);
