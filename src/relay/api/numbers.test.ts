// Tests the numbers that the user API suggests and finds.
import { describe, expect, it } from 'vitest';
import { MASK, REAL, setUpRelay } from '../../../test/support/relay.js';
import { ask, setUpOwner } from '../../../test/support/user-api.js';

const SUGGESTIONS = '/api/v1/relaynumber/suggestions/';
const SEARCH = '/api/v1/relaynumber/search/';

const ROW = {
  friendly_name: expect.any(String),
  iso_country: 'US',
  locality: expect.any(String),
  phone_number: expect.stringMatching(/^\+1\d{10}$/),
  postal_code: expect.any(String),
  region: expect.any(String),
};

describe('suggested numbers', () => {
  it("are similar to the owner's number", async () => {
    const scene = await setUpOwner();
    await scene.verify(REAL);
    const { status, json } = await ask(scene, SUGGESTIONS);
    expect(status).toBe(200);
    expect(Object.keys(json)).toEqual([
      'real_num',
      'same_prefix_options',
      'other_areas_options',
      'same_area_options',
      'random_options',
    ]);
    expect(json.real_num).toBe(REAL);
    expect(json.random_options[0]).toEqual(ROW);
    for (const { phone_number } of json.same_area_options) expect(phone_number).toMatch(/^\+1301/);
    for (const { phone_number } of json.other_areas_options) expect(phone_number).toMatch(/5550195$/);
    const searched = scene.sandbox
      .requests()
      .filter(({ path }) => path.includes('AvailablePhoneNumbers'))
      .map(({ path }) => new URLSearchParams(path.split('?')[1]).get('Contains'));
    expect(new Set(searched)).toEqual(
      new Set(['+1301555****', '+130155***95', '+13015******', '+1***5550195', '+1301*******', null]),
    );
  });

  it('are listed even if Twilio refuses one of the searches', async () => {
    const scene = await setUpOwner();
    await scene.verify(REAL);
    scene.sandbox.fail({ method: 'GET', path: 'Contains=', answer: { status: 400, code: 21452 } });
    const { status, json } = await ask(scene, SUGGESTIONS);
    expect([status, json.same_prefix_options, json.same_area_options]).toEqual([200, [], []]);
    expect(json.random_options).not.toEqual([]);
    scene.sandbox.fail({ method: 'GET', path: 'AvailablePhoneNumbers', answer: { status: 503 } });
    expect((await ask(scene, SUGGESTIONS)).status).toBe(502);
  });

  it('are only listed for an owner with a verified phone and without a mask', async () => {
    expect((await ask(await setUpOwner(), SUGGESTIONS)).status).toBe(400);
    const scene = await setUpRelay();
    expect((await ask(scene, SUGGESTIONS)).status).toBe(400);
    expect(scene.relay.masks.find(MASK)).toBeDefined();
  });
});

describe('a search for numbers', () => {
  it("takes a location or an area code, in the country of the owner's phone", async () => {
    const scene = await setUpOwner();
    const byArea = await ask(scene, `${SEARCH}?area_code=212`);
    expect(byArea.status).toBe(200);
    expect(byArea.json[0]).toEqual({ ...ROW, phone_number: expect.stringMatching(/^\+1212/) });
    await scene.verify('+12505550195');
    await ask(scene, `${SEARCH}?location=Ottawa`);
    expect(scene.sandbox.requests().at(-1)?.path).toMatch(
      /AvailablePhoneNumbers\/CA\/Local.*InLocality=Ottawa/,
    );
  });

  it('answers 404 without a location or an area code', async () => {
    const scene = await setUpOwner();
    expect(await ask(scene, SEARCH)).toMatchObject({ status: 404, json: {} });
    expect((await ask(scene, `${SEARCH}?area_code=x`)).status).toBe(400);
    scene.sandbox.fail({ method: 'GET', path: 'AvailablePhoneNumbers', answer: { status: 503 } });
    expect((await ask(scene, `${SEARCH}?location=Miami`)).status).toBe(502);
  });
});
