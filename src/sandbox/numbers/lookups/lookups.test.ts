// Looks up numbers with the official SDK.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient, fetchRaw } from '../../../../test/support/sandbox-client.js';
import { createSandbox, type Sandbox } from '../../create.js';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;

beforeEach(async () => {
  sandbox = await createSandbox({ account: { balance: '1.00' } });
  client = createSandboxClient(sandbox);
});
afterEach(() => sandbox.close());

const balance = async () => (await client.balance.fetch()).balance;
const fetchJson = async (path: string) => (await fetchRaw(sandbox, path)).json() as Promise<object>;

describe('a lookup of version 1', () => {
  const v1 = (number: string) => client.lookups.v1.phoneNumbers(number);

  it('returns the number free of charge', async () => {
    expect(await v1('+12025550190').fetch()).toMatchObject({
      phoneNumber: '+12025550190',
      nationalFormat: '(202) 555-0190',
      countryCode: 'US',
      carrier: null,
      callerName: null,
      addOns: null,
      url: 'https://lookups.twilio.com/v1/PhoneNumbers/+12025550190',
    });
    expect(await balance()).toBe('1.00');
  });

  it('returns the carrier for half a cent', async () => {
    const found = await v1('+12025550190').fetch({ type: ['carrier'] });
    expect(found.carrier).toEqual({
      mobile_country_code: '310',
      mobile_network_code: '999',
      name: 'Sandbox Mobile',
      type: 'mobile',
      error_code: null,
    });
    expect(found.url).toBe('https://lookups.twilio.com/v1/PhoneNumbers/+12025550190?Type=carrier');
    expect(await balance()).toBe('0.995');
  });

  it('returns the carrier, and no name', async () => {
    const found = await v1('+12025550190').fetch({ type: ['carrier', 'caller-name'] });
    expect(found.callerName).toEqual({ caller_name: null, caller_type: null, error_code: null });
    expect(found.carrier).toMatchObject({ type: 'mobile' });
    expect(await balance()).toBe('0.985');
  });

  it.each([
    ['+12025550100', 'US', 'mobile'],
    ['+17875550123', 'PR', 'mobile'],
    ['+14165550190', 'CA', 'mobile'],
    ['+447400123456', 'GB', 'mobile'],
    ['+18335550100', 'US', 'voip'],
  ])('returns for %s the country %s and the type %s', async (number, countryCode, type) => {
    const found = await v1(number).fetch({ type: ['carrier'] });
    expect(found).toMatchObject({ phoneNumber: number, carrier: { type } });
    if (type === 'mobile') expect(found.countryCode).toBe(countryCode);
  });

  it('accepts national numbers of the US or of the given country [S F163]', async () => {
    expect((await v1('2025550190').fetch()).phoneNumber).toBe('+12025550190');
    expect((await v1('07400123456').fetch({ countryCode: 'GB' })).phoneNumber).toBe('+447400123456');
  });

  it.each(['%2B12025550190', '+12025550190'])('accepts the number as %s [S F164]', async (number) => {
    expect(await fetchJson(`/v1/PhoneNumbers/${number}`)).toMatchObject({ phone_number: '+12025550190' });
  });

  it.each(['+12223334444', '+15556660000', '+1', 'Relay', '12025550190x5', `+1${'2'.repeat(40)}`])(
    'answers 404 for %s [T F165]',
    async (number) => {
      await expect(v1(number).fetch({ type: ['carrier'] })).rejects.toMatchObject({
        status: 404,
        code: 20404,
        message: `The requested resource /PhoneNumbers/${number} was not found`,
      });
      expect(await balance()).toBe('1.00');
    },
  );

  it('does not hide the price lists of countries', async () => {
    expect(await fetchJson('/v1/PhoneNumbers/Countries')).toHaveProperty('countries');
  });

  it('is answered by lookups.twilio.com', async () => {
    const { headers } = await fetchRaw(sandbox, '/v1/PhoneNumbers/+12025550190');
    expect(headers.get('x-api-domain')).toBe('lookups.twilio.com');
  });
});

describe('a lookup of version 2', () => {
  const v2 = (number: string) => client.lookups.v2.phoneNumbers(number);

  it('returns the number free of charge', async () => {
    expect(await v2('+12025550190').fetch()).toMatchObject({
      callingCountryCode: '1',
      countryCode: 'US',
      phoneNumber: '+12025550190',
      nationalFormat: '(202) 555-0190',
      valid: true,
      callerName: null,
      lineTypeIntelligence: null,
      simSwap: null,
      url: 'https://lookups.twilio.com/v2/PhoneNumbers/+12025550190',
    });
    expect(await balance()).toBe('1.00');
  });

  it('returns the line type and the name for their prices', async () => {
    const found = await v2('+12025550190').fetch({ fields: 'line_type_intelligence,caller_name' });
    expect(found.lineTypeIntelligence).toMatchObject({ type: 'mobile', carrierName: 'Sandbox Mobile' });
    expect(found.callerName).toMatchObject({ callerName: null, callerType: null });
    expect(await balance()).toBe('0.982');
    const tollFree = await v2('+18335550100').fetch({ fields: 'line_type_intelligence' });
    expect(tollFree.lineTypeIntelligence).toMatchObject({ type: 'tollFree', mobileCountryCode: null });
  });

  it.each([
    ['+1202', 'TOO_SHORT', 'U'],
    ['+141599299600', 'TOO_LONG', 'S'],
    ['+12223334444', 'INVALID_BUT_POSSIBLE', 'U'],
    ['+99912345678', 'INVALID_COUNTRY_CODE', 'U'],
    ['Relay', 'NOT_A_NUMBER', 'U'],
    [`+1${'2'.repeat(40)}`, 'TOO_LONG', 'U'],
  ])('returns for %s the error %s [%s F166]', async (number, reason) => {
    expect(await v2(number).fetch({ fields: 'line_type_intelligence' })).toMatchObject({
      phoneNumber: number,
      valid: false,
      validationErrors: [reason],
      countryCode: null,
      lineTypeIntelligence: null,
    });
    expect(await balance()).toBe('1.00');
  });

  it('accepts national numbers of an existing country [U F167]', async () => {
    expect((await v2('07400123456').fetch({ countryCode: 'GB' })).phoneNumber).toBe('+447400123456');
    const nowhere = await v2('07400123456').fetch({ countryCode: 'ZZ' });
    expect(nowhere).toMatchObject({ valid: false, validationErrors: ['INVALID_COUNTRY_CODE'] });
  });
});
