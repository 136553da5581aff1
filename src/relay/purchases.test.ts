// Tests that the user API buys one mask at most, whatever Twilio answers and however often it is asked.
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

describe('buying a mask', () => {
  it('makes the number relay texts and calls, and texts a welcome to the owner', async () => {
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

  it("is refused with Firefox Relay's errors in Firefox Relay's order", async () => {
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

  it('is refused unless money may be spent', async () => {
    const scene = await setUpVerified({ isAllowed: false });
    expect(await buy(scene, WANTED)).toMatchObject({
      status: 403,
      json: { detail: expect.stringContaining('--buy') },
    });
    expect(await scene.listBought()).toEqual([]);
  });

  it('succeeds once if several are requested at the same time', async () => {
    const scene = await setUpVerified();
    const numbers = [WANTED, WANTED, OTHER, WANTED];
    const told = await Promise.all(numbers.map((number) => buy(scene, number)));
    expect(told.map(({ status }) => status)).toEqual([201, 400, 400, 400]);
    expect(await scene.listBought()).toEqual([WANTED]);
  });

  it('is refused for a number that the account already owns', async () => {
    const scene = await setUpVerified();
    expect(await buy(scene, MAIN)).toMatchObject({
      status: 409,
      json: { detail: expect.stringContaining(`serve --mask ${MAIN}`) },
    });
    await scene.relay.start();
    expect(scene.relay.masks.list()).toEqual([]);
  });
});

describe('a mask that Twilio fails to sell', () => {
  it.each([
    ['sells it and answers 500', { when: 'after', times: 1, answer: { status: 500 } }],
    ['sells it and drops the connection', { when: 'after', times: 1, answer: 'drop' }],
    ['sells it and never answers', { when: 'after', times: 1, answer: 'hang' }],
    ['answers 500 twice and then sells it', { times: 2, answer: { status: 500 } }],
  ] as const)('is bought once if Twilio %s', async (_what, rule) => {
    const scene = await setUpVerified(rule.answer === 'hang' ? { requestTimeoutMs: 5000 } : {});
    scene.sandbox.fail({ ...PURCHASE, ...rule });
    expect((await buy(scene, WANTED)).status).toBe(201);
    expect(await scene.listBought()).toEqual([WANTED]);
  });

  it.each([
    ['answers 21422', { status: 400, code: 21422 }, '21422'],
    ['answers 21404', { status: 400, code: 21404 }, '21404'],
    ['answers 429', { status: 429 }, 'limits the rate'],
  ])('can be replaced by another number if Twilio %s', async (_what, answer, words) => {
    const scene = await setUpVerified();
    scene.sandbox.fail({ ...PURCHASE, times: 1, answer });
    const refused = { status: 502, json: { detail: expect.stringContaining(words) } };
    expect(await buy(scene, WANTED)).toMatchObject(refused);
    expect((await buy(scene, OTHER)).status).toBe(201);
    expect(await scene.listBought()).toEqual([OTHER]);
  });

  it('blocks another purchase until it is clear whether it was bought', async () => {
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
    ['the same number is requested again', WANTED, 201],
    ['another number is requested', OTHER, 400],
  ])('becomes the mask, if it was sold unnoticed, when %s', async (_what, number, status) => {
    const scene = await setUpVerified();
    await buyUnseen(scene);
    expect((await buy(scene, number)).status).toBe(status);
    expect(scene.relay.masks.list()).toMatchObject([{ number: WANTED, realNumber: REAL }]);
    expect(await scene.listBought()).toEqual([WANTED]);
  });

  it('becomes the mask, if it was sold unnoticed, at the next start', async () => {
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

/** Twilio sells the number, answers 500, and its list of numbers answers 500 once too. */
async function buyUnseen(scene: OwnerScene): Promise<void> {
  scene.sandbox.fail({ ...PURCHASE, times: 1, when: 'after', answer: { status: 500 } });
  scene.sandbox.fail({ ...LOOK, skip: 1, times: 1, answer: { status: 500 } });
  expect(await buy(scene, WANTED)).toMatchObject({ status: 502 });
  expect(scene.relay.masks.list()).toEqual([]);
  expect(await scene.listBought()).toEqual([WANTED]);
}
