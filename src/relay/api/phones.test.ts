// Tests how the user API verifies a phone: a code is texted to it, and must come back.
import { describe, expect, it } from 'vitest';
import { ANN, REAL } from '../../../test/support/relay.js';
import { ask, MAIN, setUpOwner } from '../../../test/support/user-api.js';

const PATH = '/api/v1/realphone/';
const MESSAGES = { method: 'POST', path: 'Messages' } as const;

describe('a phone', () => {
  it('is verified with the code that was texted to it, which no event contains', async () => {
    const scene = await setUpOwner();
    const { told, code } = await scene.requestCode(REAL);
    expect(told.status).toBe(201);
    expect(told.json).toEqual({
      id: 1,
      number: REAL,
      verification_sent_date: expect.stringMatching(/^\d{4}-/),
      verified: false,
      verified_date: null,
      country_code: 'US',
      message: `Sent verification code to ${REAL} (country: US carrier: None)`,
    });
    expect(scene.sandbox.phone(REAL).texts()).toMatchObject([
      { from: MAIN, body: `Your Firefox Relay verification code is ${code}` },
    ]);
    const verified = await ask(scene, PATH, { body: { number: REAL, verification_code: code } });
    expect(verified.status).toBe(201);
    expect(verified.json).toEqual({
      id: 1,
      number: REAL,
      verification_sent_date: expect.any(String),
      verified: true,
      verified_date: expect.any(String),
    });
    expect(scene.told).toContainEqual({ kind: 'phone.verified', number: REAL });
    expect(JSON.stringify(scene.told)).not.toContain(code);
    expect((await ask(scene, PATH)).text).not.toContain(code);
    expect(scene.sandbox.whoSaw(REAL)).toEqual([]);
  });

  it('can also be verified by its id, repeatedly', async () => {
    const scene = await setUpOwner();
    const { told, code } = await scene.requestCode(REAL);
    const body = { number: REAL, verification_code: code };
    for (let time = 0; time < 2; time += 1) {
      const patched = await ask(scene, `${PATH}${told.json.id}/`, { method: 'PATCH', body });
      expect(patched).toMatchObject({
        status: 200,
        json: { id: told.json.id, verified: true, country_code: 'US' },
      });
    }
    expect((await ask(scene, PATH)).json).toHaveLength(1);
  });

  it('may be given in the national format of X-Client-Region', async () => {
    const scene = await setUpOwner();
    const body = { number: '(301) 555-0195' };
    expect(await ask(scene, PATH, { body, headers: { 'X-Client-Region': 'US' } })).toMatchObject({
      status: 201,
      json: { number: REAL },
    });
    // The code of this number is still valid, in any spelling.
    expect(await ask(scene, PATH, { body, headers: { 'X-Client-Region': 'US' } })).toMatchObject({
      status: 409,
    });
    expect(await scene.client.messages.list()).toHaveLength(1);
  });

  it.each([
    [
      '2223334444',
      undefined,
      'number must be in E.164 format, or in local national format of the country detected: None',
    ],
    ['x', 'nl', 'number must be in E.164 format, or in local national format of the country detected: nl'],
    [
      '+31612345678',
      undefined,
      "Relay Phone is currently only available for these country codes: ['CA', 'PR', 'US']. Your phone number country code is: 'NL'.",
    ],
    ['+12223334444', undefined, 'Could not get number details for +12223334444'],
  ])('is refused as %s in region %s, and no code is sent', async (number, region, message) => {
    const scene = await setUpOwner();
    const headers = { ...(region !== undefined && { 'X-Client-Region': region }) };
    expect(await ask(scene, PATH, { body: { number }, headers })).toMatchObject({
      status: 400,
      json: [message],
    });
    expect(scene.relay.phones.list()).toEqual([]);
    expect(await scene.client.messages.list()).toEqual([]);
  });

  it('is sent one code at a time, and none after it is verified', async () => {
    const scene = await setUpOwner();
    const { code } = await scene.requestCode(REAL);
    const again = () => ask(scene, PATH, { body: { number: REAL } });
    expect(await again()).toMatchObject({
      status: 409,
      json: { detail: 'An unverified record already exists for this number.' },
    });
    await ask(scene, PATH, { body: { number: REAL, verification_code: code } });
    expect(await again()).toMatchObject({
      status: 409,
      json: { detail: 'A verified record already exists for this number.' },
    });
    expect(await ask(scene, PATH, { body: { number: ANN } })).toMatchObject({
      status: 400,
      json: ['User already has a verified number.'],
    });
    expect(await scene.client.messages.list()).toHaveLength(1);
  });

  it('is the only verified one: a code for another number is no longer accepted', async () => {
    const scene = await setUpOwner();
    const [first, second] = [await scene.requestCode(REAL), await scene.requestCode(ANN)];
    await ask(scene, PATH, { body: { number: REAL, verification_code: first.code } });
    const body = { number: ANN, verification_code: second.code };
    const refused = { status: 400, json: ['User already has a verified number.'] };
    expect(await ask(scene, PATH, { body })).toMatchObject(refused);
    expect(await ask(scene, `${PATH}2/`, { method: 'PATCH', body })).toMatchObject(refused);
    expect((await ask(scene, PATH)).json).toMatchObject([{ verified: true }, { verified: false }]);
  });

  it('is not verified by a wrong code or an expired one', async () => {
    let now = Date.now();
    const scene = await setUpOwner({ now: () => now });
    const { code } = await scene.requestCode(REAL);
    const wrong = code === '000000' ? '000001' : '000000';
    const post = (verification_code: string) =>
      ask(scene, PATH, { body: { number: REAL, verification_code } });
    const patch = (body: object) => ask(scene, `${PATH}1/`, { method: 'PATCH', body });
    const missing = ['Could not find that verification_code for user and number. It may have expired.'];
    const invalid = ['Invalid verification_code for ID. It may have expired.'];
    expect(await post(wrong)).toMatchObject({ status: 400, json: missing });
    expect(await patch({ number: ANN, verification_code: code })).toMatchObject({
      status: 400,
      json: ['Invalid number for ID.'],
    });
    expect(await patch({ number: REAL })).toMatchObject({ status: 400, json: invalid });
    expect(await patch({ number: REAL, verification_code: wrong })).toMatchObject({
      status: 400,
      json: invalid,
    });
    now += 5 * 60_000 + 1;
    expect(await post(code)).toMatchObject({ status: 400, json: missing });
    expect(await patch({ number: REAL, verification_code: code })).toMatchObject({
      status: 400,
      json: invalid,
    });
    expect(await ask(scene, PATH, { body: { number: REAL } })).toMatchObject({ status: 201 });
    expect((await ask(scene, PATH)).json).toHaveLength(1);
  });

  it('can be deleted until it is verified', async () => {
    const scene = await setUpOwner();
    await scene.requestCode(REAL);
    expect(await ask(scene, `${PATH}1/`, { method: 'DELETE' })).toMatchObject({ status: 204, text: '' });
    expect(await ask(scene, `${PATH}1/`, { method: 'DELETE' })).toMatchObject({ status: 404 });
    await ask(scene, PATH, { body: { number: ANN } });
    const code = /\d{6}$/.exec((await scene.received(ANN, 1))[0] ?? '')?.[0];
    const id = (await ask(scene, PATH, { body: { number: ANN, verification_code: code } })).json.id;
    expect(await ask(scene, `${PATH}${id}/`, { method: 'DELETE' })).toMatchObject({
      status: 400,
      json: ['Only un-verified real phone resources can be deleted.'],
    });
  });
});

describe('a code that Twilio fails to send', () => {
  it('leaves no phone behind if Twilio refuses the text', async () => {
    const scene = await setUpOwner();
    scene.sandbox.fail({ ...MESSAGES, times: 1, answer: { status: 400, code: 21610 } });
    const refused = await ask(scene, PATH, { body: { number: REAL } });
    expect(refused).toMatchObject({ status: 502, json: { detail: expect.stringContaining('21610') } });
    expect(scene.relay.phones.list()).toEqual([]);
    expect((await scene.requestCode(REAL)).told.status).toBe(201);
  });

  it.each([
    ['sends it and answers 503', { status: 503 }],
    ['sends it and drops the connection', 'drop'],
  ] as const)('counts as sent if Twilio %s', async (_what, answer) => {
    const scene = await setUpOwner();
    scene.sandbox.fail({ ...MESSAGES, times: 1, when: 'after', answer });
    const { told, code } = await scene.requestCode(REAL);
    expect(told.status).toBe(201);
    const verified = await ask(scene, PATH, { body: { number: REAL, verification_code: code } });
    expect(verified.status).toBe(201);
  });

  it('leaves no phone behind if Twilio answers 503 and sends nothing', async () => {
    const scene = await setUpOwner();
    scene.sandbox.fail({ ...MESSAGES, times: 1, answer: { status: 503 } });
    expect(await ask(scene, PATH, { body: { number: REAL } })).toMatchObject({ status: 502 });
    expect(scene.relay.phones.list()).toEqual([]);
  });

  it('stays valid if it is unclear whether Twilio sent it', async () => {
    const scene = await setUpOwner();
    scene.sandbox.fail({ ...MESSAGES, times: 1, when: 'after', answer: { status: 503 } });
    scene.sandbox.fail({ method: 'GET', path: 'Messages', times: 1, answer: { status: 503 } });
    const { told, code } = await scene.requestCode(REAL);
    expect(told).toMatchObject({ status: 502, json: { detail: expect.stringContaining('should it come') } });
    const verified = await ask(scene, PATH, { body: { number: REAL, verification_code: code } });
    expect(verified.status).toBe(201);
  });
});

it('answers 503 to a request for a code if the account has no main number', async () => {
  const scene = await setUpOwner({ mainNumber: undefined });
  expect(await ask(scene, PATH, { body: { number: REAL } })).toMatchObject({
    status: 503,
    json: { detail: expect.stringContaining('relay-phone init') },
  });
  expect(scene.relay.phones.list()).toEqual([]);
});
