// Uses every magic number of Twilio's test credentials with the official SDK.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient } from '../../../../test/support/sandbox-client.js';
import { createSandbox, type Sandbox } from '../../create.js';

const testCredentials = { sid: `AC${'7'.repeat(32)}`, authToken: '8'.repeat(32) };
const GOOD = '+15005550006';
const magic = (digit: number) => `+1500555000${digit}`;

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;

beforeEach(async () => {
  sandbox = await createSandbox({ testCredentials });
  const { sid: accountSid, authToken } = testCredentials;
  client = createSandboxClient({ origin: sandbox.origin, accountSid, authToken });
});
afterEach(() => sandbox.close());

describe('buying with test credentials', () => {
  it.each([{ phoneNumber: GOOD }, { areaCode: '500' }])('works for %j [T F023]', async (options) => {
    const smsApplicationSid = `AP${'1'.repeat(32)}`;
    const bought = await client.incomingPhoneNumbers.create({ ...options, smsApplicationSid });
    expect(bought).toMatchObject({
      phoneNumber: GOOD,
      friendlyName: '(500) 555-0006',
      status: 'new',
      smsApplicationSid,
      accountSid: testCredentials.sid,
    });
  });

  it.each<[{ phoneNumber?: string; areaCode?: string }, number, string]>([
    [{ phoneNumber: magic(0) }, 21422, 'S'],
    [{ phoneNumber: magic(1) }, 21421, 'S'],
    [{ phoneNumber: '+12025550100' }, 21421, 'U'],
    [{ areaCode: '533' }, 21452, 'S'],
    [{}, 21421, 'U'],
  ])('fails for %j with %i [%s F024]', async (options, code) => {
    await expect(client.incomingPhoneNumbers.create(options)).rejects.toMatchObject({ status: 400, code });
  });

  it.each([
    [magic(0), 'is not available'],
    [magic(1), 'is not a valid number'],
  ])('explains that %s %s [R F025]', async (phoneNumber, what) => {
    const buying = client.incomingPhoneNumbers.create({ phoneNumber });
    await expect(buying).rejects.toMatchObject({ message: `${phoneNumber} ${what}` });
  });
});

describe('sending with test credentials', () => {
  const text = { from: GOOD, to: '+12025550190', body: 'Hello' };

  it('works, and delivers nothing [S F026]', async () => {
    expect(await client.messages.create(text)).toMatchObject({
      status: 'queued',
      numSegments: '1',
      numMedia: '0',
      price: null,
      errorCode: null,
      body: 'Hello',
      from: GOOD,
      to: '+12025550190',
      accountSid: testCredentials.sid,
      sid: expect.stringMatching(/^SM/),
    });
    expect(sandbox.phones()).toEqual([]);
    const own = createSandboxClient(sandbox);
    expect(await own.messages.list()).toEqual([]);
    expect((await own.balance.fetch()).balance).toBe('100.00');
  });

  it.each<[Partial<typeof text>, number, number, string]>([
    [{ from: magic(1) }, 400, 21212, 'S'],
    [{ from: magic(7) }, 400, 21606, 'S'],
    [{ from: magic(8) }, 429, 21611, 'S'],
    [{ from: magic(0) }, 400, 21606, 'S'],
    [{ from: '+12025550100' }, 400, 21606, 'S'],
    [{ from: '' }, 400, 21603, 'R'],
    [{ to: magic(1) }, 400, 21211, 'S'],
    [{ to: magic(2) }, 400, 21612, 'S'],
    [{ to: magic(3) }, 400, 21408, 'S'],
    [{ to: magic(4) }, 400, 21610, 'S'],
    [{ to: magic(9) }, 400, 21614, 'S'],
    [{ to: 'nobody' }, 400, 21211, 'S'],
    [{ to: '' }, 400, 21604, 'R'],
    [{ body: '' }, 400, 21602, 'R'],
  ])('fails for %j with %i/%i [%s F027]', async (options, status, code) => {
    await expect(client.messages.create({ ...text, ...options })).rejects.toMatchObject({ status, code });
  });

  it('explains whether SMS or MMS cannot reach a number [R F028]', async () => {
    const picture = { from: GOOD, to: magic(2), mediaUrl: ['https://example.com/a.jpg'] };
    await expect(client.messages.create(picture)).rejects.toThrow(/via MMS\.$/);
  });
});

describe('calling with test credentials', () => {
  const call = { from: GOOD, to: '+17148675309', url: 'https://example.com/' };

  it('works [T F029]', async () => {
    expect(await client.calls.create(call)).toMatchObject({
      status: 'queued',
      fromFormatted: '(500) 555-0006',
      toFormatted: '(714) 867-5309',
      sid: expect.stringMatching(/^CA/),
      accountSid: testCredentials.sid,
      startTime: null,
      duration: null,
    });
  });

  it.each<[Partial<typeof call>, number, string]>([
    [{ from: magic(1) }, 21212, 'T'],
    [{ from: '+12025550100' }, 21210, 'T'],
    [{ from: '' }, 21213, 'U'],
    [{ to: magic(1) }, 21217, 'T'],
    [{ to: magic(2) }, 21214, 'T'],
    [{ to: magic(3) }, 21215, 'T'],
    [{ to: magic(4) }, 21216, 'T'],
    [{ to: '' }, 21201, 'R'],
    [{ url: '' }, 21205, 'M'],
  ])('fails for %j with %i [%s F030]', async (options, code) => {
    await expect(client.calls.create({ ...call, ...options })).rejects.toMatchObject({ status: 400, code });
  });
});

describe('looking up with test credentials', () => {
  const lookUp = (number: string, fields?: string) =>
    client.lookups.v2.phoneNumbers(number).fetch(fields === undefined ? {} : { fields });

  it.each([
    ['+12345678900', 'PT48H'],
    ['+12345678901', 'PT24H'],
  ])('returns the SIM swap of %s', async (number, swappedPeriod) => {
    expect(await lookUp(number, 'sim_swap')).toMatchObject({
      phoneNumber: number,
      valid: true,
      simSwap: {
        lastSimSwap: {
          last_sim_swap_date: null,
          swapped_period: swappedPeriod,
          swapped_in_period: false,
        },
        errorCode: null,
      },
      smsPumpingRisk: null,
    });
  });

  it.each([
    ['+441234567890', 'high', false, 2],
    ['+441234567891', 'high', true, 34],
    ['+911234567890', 'low', false, 2],
  ])('returns the SMS pumping risk of %s', async (number, category, isBlocked, score) => {
    expect((await lookUp(number, 'sim_swap,sms_pumping_risk')).smsPumpingRisk).toMatchObject({
      carrierRiskCategory: category,
      numberBlocked: isBlocked,
      smsPumpingRiskScore: score,
    });
  });

  it('looks up other numbers as usual, free of charge', async () => {
    const known = await lookUp('+12025550190', 'line_type_intelligence,sim_swap');
    expect(known).toMatchObject({ valid: true, countryCode: 'US', simSwap: null });
    expect(known.lineTypeIntelligence).toMatchObject({ type: 'mobile' });
    expect(await lookUp('+1202')).toMatchObject({ valid: false, validationErrors: ['TOO_SHORT'] });
    const own = createSandboxClient(sandbox);
    expect((await own.balance.fetch()).balance).toBe('100.00');
    const live = await own.lookups.v2.phoneNumbers('+12345678900').fetch({ fields: 'sim_swap' });
    expect(live.simSwap).toBeNull();
  });
});

describe('another request with test credentials', () => {
  it('is refused [R F031]', async () => {
    const account = client.api.v2010.accounts(testCredentials.sid);
    const refused = {
      status: 403,
      code: 20008,
      message: 'Resource not accessible with Test Account Credentials',
    };
    await expect(account.fetch()).rejects.toMatchObject(refused);
    await expect(client.messages.list()).rejects.toMatchObject(refused);
    await expect(client.applications.create()).rejects.toMatchObject(refused);
    await expect(client.availablePhoneNumbers('US').local.list()).rejects.toMatchObject(refused);
    await expect(client.lookups.v1.phoneNumbers('+12345678900').fetch()).rejects.toMatchObject(refused);
    await expect(client.pricing.v1.voice.countries('US').fetch()).rejects.toMatchObject(refused);
  });

  it('is refused for every account, with the same credentials after reopening', async () => {
    const account = { sid: `AC5a4db0c5${'1'.repeat(24)}`, authToken: '2'.repeat(32) };
    const [first, again, other] = [
      await createSandbox({ account }),
      await createSandbox({ account }),
      sandbox,
    ];
    expect(again.testCredentials).toEqual(first.testCredentials);
    const { sid: accountSid, authToken } = first.testCredentials;
    expect([accountSid, authToken]).toEqual([
      expect.stringMatching(/^AC5a4db0c5[0-9a-f]{24}$/),
      expect.stringMatching(/^[0-9a-f]{32}$/),
    ]);
    expect(accountSid).not.toBe(account.sid);
    const its = createSandboxClient({ origin: again.origin, accountSid, authToken });
    await expect(its.messages.list()).rejects.toMatchObject({ status: 403, code: 20008 });
    expect(other.testCredentials).toEqual(testCredentials);
    await first.close();
    await again.close();
  });

  it('is refused with a wrong token, and with the test credentials of another account', async () => {
    const wrong = createSandboxClient({ ...sandbox, accountSid: testCredentials.sid });
    await expect(wrong.messages.list()).rejects.toMatchObject({ status: 401, code: 20003 });
    const other = await createSandbox();
    const { sid: accountSid, authToken } = testCredentials;
    const stranger = createSandboxClient({ origin: other.origin, accountSid, authToken });
    await expect(stranger.messages.list()).rejects.toMatchObject({ status: 401, code: 20003 });
    await other.close();
  });
});
