// Whatever somebody with the token sends, the relay neither breaks nor buys anything.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { REAL, setUpRelay } from '../../../test/support/relay.js';
import { ask, setUpOwner } from '../../../test/support/user-api.js';

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

it('is answered with a 4xx where it makes no sense, never with a 5xx', async () => {
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
  'number: %j is no number',
  async (number) => {
    const scene = await setUpOwner();
    for (const path of ['realphone/', 'relaynumber/']) {
      expect(await ask(scene, `/api/v1/${path}`, { body: { number } })).toMatchObject({ status: 400 });
    }
  },
);
