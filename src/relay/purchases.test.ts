// A mask is bought over the user API: one number, whatever Twilio answers and however often it is asked for.
import { describe, expect, it } from 'vitest';
import { ANN, REAL } from '../../test/support/relay.js';
import { ask, MAIN, type OwnerScene, setUpOwner, type Told } from '../../test/support/user-api.js';

const PATH = '/api/v1/relaynumber/';
const PURCHASE = { method: 'POST', path: 'IncomingPhoneNumbers' } as const;
const LOOK = { method: 'GET', path: 'IncomingPhoneNumbers' } as const;
const [WANTED, OTHER] = ['+12025550123', '+12025550124'] as const;

const buy = (scene: OwnerScene, number: string): Promise<Told> => ask(scene, PATH, { body: { number } });

/** An owner with a verified phone. */
async function setUpVerified(options: Parameters<typeof setUpOwner>[0] = {}): Promise<OwnerScene> {
  const scene = await setUpOwner(options);
  await scene.verify(REAL);
  return scene;
}

describe('a mask', () => {
  it('is bought, relays from then on, and the owner is told', async () => {
    const scene = await setUpVerified();
    const told = await buy(scene, WANTED);
    expect(told).toMatchObject({
      status: 201,
      json: { id: 1, number: WANTED, country_code: 'US', enabled: true, remaining_texts: 75, location: '' },
    });
    expect(await scene.listBought()).toEqual([WANTED]);
    expect(scene.told).toContainEqual({ kind: 'mask.bought', mask: WANTED });
    await scene.sandbox.phone(ANN).text(WANTED, 'Hello');
    const texts = await scene.received(REAL, 3);
    expect(texts).toContain(`[Relay 📲 ${ANN}] Hello`);
    const called = scene.sandbox.nextEvent(({ kind }) => kind === 'call.connected');
    scene.sandbox.phone(ANN).call(WANTED);
    await called;
    expect(scene.sandbox.whoSaw(REAL)).toEqual([]);
  });

  it('is refused in the order and words of Firefox Relay', async () => {
    const scene = await setUpOwner();
    const { masks } = scene.relay;
    expect(await buy(scene, WANTED)).toMatchObject({
      status: 400,
      json: ['User does not have a verified real phone.'],
    });
    await scene.verify(REAL);
    expect(await ask(scene, PATH, { body: {} })).toMatchObject({
      status: 400,
      json: { number: ['This field is required.'] },
    });
    for (const number of ['+31612345678', '+447911123456', '+12223334444']) {
      const country = ["Relay number must be in a supported country: ['CA', 'PR', 'US']"];
      expect(await buy(scene, number)).toMatchObject({ status: 400, json: country });
    }
    expect(await buy(scene, '2025550123')).toMatchObject({
      status: 400,
      json: [expect.stringMatching(/^Invalid phone number: /)],
    });
    expect(await scene.listBought()).toEqual([]);
    masks.add(OTHER, REAL);
    expect(await buy(scene, OTHER)).toMatchObject({ status: 400, json: ['User already has a RelayNumber.'] });
    expect(await ask(scene, PATH, { body: {} })).toMatchObject({
      json: ['User already has a RelayNumber.'],
    });
  });

  it('is not bought unless spending was allowed', async () => {
    const scene = await setUpVerified({ isAllowed: false });
    expect(await buy(scene, WANTED)).toMatchObject({
      status: 403,
      json: { detail: expect.stringContaining('--buy') },
    });
    expect(await scene.listBought()).toEqual([]);
  });

  it('is one, also when several are asked for at once', async () => {
    const scene = await setUpVerified();
    const numbers = [WANTED, WANTED, OTHER, WANTED];
    const told = await Promise.all(numbers.map((number) => buy(scene, number)));
    expect(told.map(({ status }) => status)).toEqual([201, 400, 400, 400]);
    expect(await scene.listBought()).toEqual([WANTED]);
  });

  it('cannot be a number that the account owns already', async () => {
    const scene = await setUpVerified();
    expect(await buy(scene, MAIN)).toMatchObject({
      status: 409,
      json: { detail: expect.stringContaining(`serve --mask ${MAIN}`) },
    });
    await scene.relay.start();
    expect(scene.relay.masks.list()).toEqual([]);
  });
});

describe('a Twilio that fails', () => {
  it.each([
    ['buys it and answers 500', { when: 'after', times: 1, answer: { status: 500 } }],
    ['buys it and drops the connection', { when: 'after', times: 1, answer: 'drop' }],
    ['buys it and never answers', { when: 'after', times: 1, answer: 'hang' }],
    ['answers 500 twice, and buys it then', { times: 2, answer: { status: 500 } }],
  ] as const)('but %s has sold one number', async (_what, rule) => {
    const scene = await setUpVerified();
    scene.sandbox.fail({ ...PURCHASE, ...rule });
    expect((await buy(scene, WANTED)).status).toBe(201);
    expect(await scene.listBought()).toEqual([WANTED]);
  });

  it.each([
    ['refuses', { status: 400, code: 21422 }, '21422'],
    ['has no money left to take', { status: 400, code: 21404 }, '21404'],
    ['wants us to slow down', { status: 429 }, 'limits the rate'],
  ])('and %s has sold nothing: another number can be asked for', async (_what, answer, words) => {
    const scene = await setUpVerified();
    scene.sandbox.fail({ ...PURCHASE, times: 1, answer });
    const refused = { status: 502, json: { detail: expect.stringContaining(words) } };
    expect(await buy(scene, WANTED)).toMatchObject(refused);
    expect((await buy(scene, OTHER)).status).toBe(201);
    expect(await scene.listBought()).toEqual([OTHER]);
  });

  it('and cannot be asked what it sold sells no other until that is clear', async () => {
    let ahead = 0;
    const scene = await setUpVerified({ now: () => Date.now() + ahead });
    scene.sandbox.fail({ ...PURCHASE, answer: { status: 500 } });
    expect(await buy(scene, WANTED)).toMatchObject({ status: 502 });
    expect(await buy(scene, OTHER)).toMatchObject({
      status: 409,
      json: { detail: expect.stringContaining(`not clear yet whether ${WANTED} was bought`) },
    });
    await scene.relay.start();
    expect(scene.told).toContainEqual(
      expect.objectContaining({ kind: 'postponed', what: `buying ${WANTED}` }),
    );
    ahead = 11 * 60_000;
    const [fault] = [scene.sandbox.fail({ ...PURCHASE, times: 1, answer: { status: 400, code: 21422 } })];
    await buy(scene, OTHER);
    expect(fault.hits).toBe(1);
    expect(await scene.listBought()).toEqual([]);
  });

  it.each([
    ['the same number is asked for again', WANTED, 201],
    ['another one is asked for', OTHER, 400],
  ])('and sold it without anybody seeing it: it is the mask when %s', async (_what, number, status) => {
    const scene = await setUpVerified();
    await buyUnseen(scene);
    expect((await buy(scene, number)).status).toBe(status);
    expect(scene.relay.masks.list()).toMatchObject([{ number: WANTED, realNumber: REAL }]);
    expect(await scene.listBought()).toEqual([WANTED]);
  });

  it('and sold it without anybody seeing it: it is the mask at the next start', async () => {
    const scene = await setUpVerified();
    await buyUnseen(scene);
    await scene.relay.start();
    expect(scene.relay.masks.list()).toMatchObject([{ number: WANTED, realNumber: REAL }]);
    expect(await buy(scene, OTHER)).toMatchObject({ status: 400 });
    expect(await scene.listBought()).toEqual([WANTED]);
    // The code, and the welcome.
    expect(await scene.received(REAL, 2)).toHaveLength(2);
  });
});

/** Twilio sells the number, says nothing, and cannot be asked. */
async function buyUnseen(scene: OwnerScene): Promise<void> {
  scene.sandbox.fail({ ...PURCHASE, times: 1, when: 'after', answer: { status: 500 } });
  scene.sandbox.fail({ ...LOOK, skip: 1, times: 1, answer: { status: 500 } });
  expect(await buy(scene, WANTED)).toMatchObject({ status: 502 });
  expect(scene.relay.masks.list()).toEqual([]);
  expect(await scene.listBought()).toEqual([WANTED]);
}
