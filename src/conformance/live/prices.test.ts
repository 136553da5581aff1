// Prices of every form, from the SDK over HTTP: what is not known is said, and the budget is never exceeded.
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Listening, listen } from '../../http/listen.js';
import { createTwilioClient } from '../../twilio/client.js';
import { BEHAVIOURS } from '../behaviours/behaviours.js';
import { createBudget } from './budget.js';
import { readWorstPrices, type WorstPrices } from './prices.js';

const SID = `AC5a4db0c5${'0'.repeat(24)}`;
const [US, OTHER_US, GB] = ['+12025550101', '+14155550102', '+447400123456'] as const;

/** An answer: JSON, or a status with Twilio's error. */
type Answer = object | number;

const row = (current: unknown, base: unknown = current) => ({ current_price: current, base_price: base });
const texts = (outbound: unknown, inbound: unknown, price_unit: unknown = 'USD') => ({
  price_unit,
  outbound_sms_prices: outbound,
  inbound_sms_prices: inbound,
});
const calls = (outbound: unknown, inbound: unknown, price_unit: unknown = 'USD') => ({
  price_unit,
  outbound_prefix_prices: outbound,
  inbound_call_prices: inbound,
});
const carrier = (...prices: readonly unknown[]) => ({ carrier: 'One', mcc: '310', mnc: '1', prices });
const TEXTS = texts([carrier(row('0.0079'), row('0.0083'))], [row('0.0075'), row('0.0080')]);
const CALLS = calls([{ prefixes: ['1'], ...row('0.0140') }], [row('0.0085')]);

let answers: Record<string, Answer>;
let server: Listening;
beforeAll(async () => {
  server = await listen(
    (request, response) => {
      const path = (request.url ?? '').replace(/\?.*/, '');
      const found = Object.entries(answers).find(([end]) => path.endsWith(end))?.[1] ?? 404;
      const [status, body] =
        typeof found === 'number' ? [found, { code: 20_003, message: 'No', status: found }] : [200, found];
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    },
    { port: 0 },
  );
});
afterAll(() => server.close());
beforeEach(() => {
  answers = {
    '/Balance.json': { currency: 'USD', balance: '10', account_sid: SID },
    '/Messaging/Countries/US': TEXTS,
    '/Voice/Countries/US': CALLS,
  };
});

async function read(...numbers: readonly [string, string] | readonly []): Promise<WorstPrices> {
  const origin = `http://127.0.0.1:${server.port}`;
  const client = await createTwilioClient(
    { accountSid: SID, authToken: 'f'.repeat(32) },
    { target: { kind: 'sandbox', origin, accountSid: SID }, environment: {} },
  );
  const [a = US, b = OTHER_US] = numbers;
  return readWorstPrices({ client }, [a, b]);
}

describe('the worst prices', () => {
  it('are the highest of each list: a text twice, and its arrival; both sides of a call', async () => {
    expect(await read()).toEqual({
      currency: 'USD',
      segment: 2 * 8300 + 8000,
      call: 14_000 + 8500,
      unknown: [],
    });
  });

  it('count the base price where it is the higher one', async () => {
    answers['/Messaging/Countries/US'] = texts([carrier(row('0.0010', '0.0090'))], [row('0', '0.0005')]);
    expect((await read()).segment).toBe(2 * 9000 + 500);
  });

  it('are rounded up', async () => {
    answers['/Messaging/Countries/US'] = texts(
      [carrier(row('0.00790000000000000000000000001'))],
      [row(0.0075)],
    );
    answers['/Voice/Countries/US'] = calls([row('0.0000000000001')], [row('0')]);
    expect(await read()).toMatchObject({ segment: 2 * 7901 + 7500, call: 1 });
  });

  it('of a call are those of the longest prefix, or the highest if none fits', async () => {
    const premium = { prefixes: ['1900'], ...row('3.5') };
    const whole = { prefixes: ['1', '1202'], ...row('0.014') };
    const twice = { prefixes: ['1202'], ...row('0.02') };
    answers['/Voice/Countries/US'] = calls([premium, whole, twice], [row('0')]);
    expect((await read(US, US)).call).toBe(20_000);
    expect((await read(OTHER_US, OTHER_US)).call).toBe(14_000);
    for (const prefixes of [undefined, null, [], ['+1202'], [1900], 'no list', [null]]) {
      answers['/Voice/Countries/US'] = calls([premium, { ...whole, prefixes }], [row('0')]);
      expect((await read(US, US)).call, JSON.stringify(prefixes)).toBe(3_500_000);
    }
  });

  it('are those of the more expensive country of the two', async () => {
    answers['/Messaging/Countries/GB'] = texts([carrier(row('0.04'))], [row('0.0075')]);
    answers['/Voice/Countries/GB'] = calls([row('0.001')], [row('0.001')]);
    expect(await read(US, GB)).toMatchObject({ segment: 87_500, call: 22_500, unknown: [] });
  });
});

describe('a price is not known', () => {
  it('of a country that is not in the list', async () => {
    expect(await read(US, GB)).toEqual({
      currency: 'USD',
      segment: undefined,
      call: undefined,
      unknown: [
        'Twilio does not list the price of a text in GB',
        'Twilio does not list the price of a call in GB',
      ],
    });
  });

  it('of a number without a country', async () => {
    const { segment, unknown } = await read(US, '+88212345678');
    expect([segment, unknown]).toEqual([undefined, ['+88212345678 has no country']]);
  });

  it.each(['EUR', 'gbp', '', null])('of a list in another currency: %j', async (unit) => {
    answers['/Messaging/Countries/US'] = { ...TEXTS, price_unit: unit };
    const { segment, call, unknown } = await read();
    expect([segment, call]).toEqual([undefined, 22_500]);
    expect(unknown).toEqual([expect.stringMatching(/texts in US in .*, and the account pays in USD$/)]);
  });

  it('is known if only the case of the currency differs', async () => {
    answers['/Messaging/Countries/US'] = { ...TEXTS, price_unit: 'usd' };
    expect((await read()).unknown).toEqual([]);
  });

  it.each([401, 403])('of a list that Twilio refuses to show with %d', async (status) => {
    answers['/Voice/Countries/US'] = status;
    const { segment, call, unknown } = await read();
    expect([segment, call]).toEqual([24_600, undefined]);
    expect(unknown).toEqual([
      expect.stringMatching(/^Twilio does not show the prices of calls in US: .*20003/),
    ]);
  });

  it.each([
    '',
    ' ',
    'NaN',
    'free',
    '-0.01',
    -1,
    '0x10',
    '1e3',
    'Infinity',
    '9'.repeat(400),
    null,
    {},
    [],
    true,
  ])('of a row with the price %j', async (price) => {
    answers['/Messaging/Countries/US'] = texts([carrier(row('0.0079'), row(price))], [row('0')]);
    expect((await read()).segment).toBeUndefined();
    answers['/Messaging/Countries/US'] = texts([carrier(row('0.0079'))], [row('0.1', '0'), row(price)]);
    expect(await read()).toMatchObject({ segment: undefined, call: 22_500, unknown: [expect.anything()] });
  });

  it.each([
    ['an empty list', []],
    ['no list', null],
    ['something else', 'none'],
    ['carriers without prices', [carrier()]],
    ['a carrier that is nothing', [null]],
    ['a row that is nothing', [carrier(null)]],
    ['prices that are no list', [{ carrier: 'One', prices: 'none' }]],
  ])('of texts with %s', async (_what, outbound) => {
    answers['/Messaging/Countries/US'] = texts(outbound, [row('0.01')]);
    expect(await read()).toMatchObject({
      segment: undefined,
      call: 22_500,
      unknown: [
        expect.stringMatching(/^Twilio (does not list the price of a text|lists the prices of texts) in US/),
      ],
    });
  });
});

it('fails if Twilio cannot look, or does not show the currency of the account', async () => {
  answers['/Voice/Countries/US'] = 503;
  await expect(read()).rejects.toMatchObject({ kind: 'refused', task: 'read the prices of calls in US' });
  answers['/Balance.json'] = 403;
  await expect(read()).rejects.toMatchObject({ kind: 'refused', task: 'read the balance' });
});

describe('the budget', () => {
  const amount = fc.oneof(
    fc.nat(5_000_000).map((millionths) => (millionths / 1_000_000).toFixed(6)),
    fc.constantFrom('', 'NaN', '-1', null, undefined, '1e3', 0.0079),
  );
  const rows = fc.oneof(
    fc.array(
      amount.map((one) => row(one)),
      { maxLength: 3 },
    ),
    fc.jsonValue(),
  );
  const carriers = fc.oneof(
    fc.array(
      rows.map((prices) => ({ prices })),
      { maxLength: 3 },
    ),
    fc.jsonValue(),
  );

  it('is never exceeded, whatever the price lists have', async () => {
    await fc.assert(
      fc.asyncProperty(carriers, rows, rows, rows, fc.integer({ min: 0, max: 300 }), async (...given) => {
        const [sent, received, placed, answered, cents] = given;
        answers['/Messaging/Countries/US'] = texts(sent, received);
        answers['/Voice/Countries/US'] = calls(placed, answered);
        const prices = await read(US, US);
        for (const price of [prices.segment, prices.call])
          expect(price === undefined || (Number.isSafeInteger(price) && price >= 0)).toBe(true);
        const isUnknown = prices.segment === undefined || prices.call === undefined;
        expect(prices.unknown.length > 0).toBe(isUnknown);
        const budget = createBudget((cents / 100).toFixed(2), prices);
        for (const behaviour of BEHAVIOURS) {
          const before = budget.spent();
          const worst = budget.worstOf(behaviour);
          expect(budget.spent() - before).toBe(0);
          const isReserved = budget.reserve(behaviour);
          expect(budget.spent() - before).toBe(isReserved ? worst : 0);
          expect(budget.spent()).toBeLessThanOrEqual(cents * 10_000);
        }
      }),
      { numRuns: 40 },
    );
  });

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY])('reserves nothing at a price of %d', (price) => {
    const budget = createBudget('1.00', { currency: 'USD', segment: price, call: price, unknown: [] });
    const paid = BEHAVIOURS.filter(({ cost }) => cost?.segments || cost?.calls);
    expect(paid.filter((one) => budget.reserve(one))).toEqual([]);
    expect(budget.spent()).toBe(0);
  });
});
