// Searches for numbers as the official SDK and Firefox Relay do.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient, fetchRaw } from '../../../../test/support/sandbox-client.js';
import { createSandbox, type Sandbox } from '../../create.js';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;

beforeEach(async () => {
  sandbox = await createSandbox();
  client = createSandboxClient(sandbox);
});
afterEach(() => sandbox.close());

const local = (country: string, filter: Record<string, unknown> = {}) =>
  client.availablePhoneNumbers(country).local.list({ limit: 10, ...filter });
const numbers = async (country: string, filter: Record<string, unknown>) =>
  (await local(country, filter)).map(({ phoneNumber }) => phoneNumber);

describe('the countries', () => {
  it('list the types of numbers of each', async () => {
    const countries = await client.availablePhoneNumbers.list();
    expect(countries.map(({ countryCode }) => countryCode)).toEqual(['AU', 'CA', 'GB', 'PR', 'US']);
    const us = await client.availablePhoneNumbers('US').fetch();
    expect(us).toMatchObject({ country: 'United States', countryCode: 'US', beta: false });
    expect(Object.keys(us.subresourceUris)).toEqual(['local', 'toll_free']);
    expect(Object.keys((await client.availablePhoneNumbers('AU').fetch()).subresourceUris)).toEqual([
      'mobile',
    ]);
  });

  it.each(['ZZ', 'constructor'])('do not include %s [U F129]', async (code) => {
    const nowhere = client.availablePhoneNumbers(code);
    await expect(nowhere.fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    await expect(nowhere.local.list()).rejects.toMatchObject({ status: 404, code: 20404 });
  });

  it('answer 404 for a type of numbers they do not have [U F130]', async () => {
    await expect(client.availablePhoneNumbers('US').mobile.list()).rejects.toMatchObject({ status: 404 });
  });
});

describe('a search', () => {
  it('returns each number with its place and capabilities [S F131]', async () => {
    const [first] = await local('US', { areaCode: 808 });
    expect(first).toMatchObject({
      phoneNumber: '+18085550100',
      friendlyName: '(808) 555-0100',
      locality: 'Honolulu',
      region: 'HI',
      isoCountry: 'US',
      postalCode: '96813',
      lata: '834',
      rateCenter: 'HONOLULU',
      addressRequirements: 'none',
      beta: false,
      capabilities: { voice: true, sms: true, mms: true },
    });
    expect(Number(first?.latitude)).toBeCloseTo(21.3, 1);
  });

  it('returns mobile and toll-free numbers without a place [S F132]', async () => {
    const [mobile] = await client.availablePhoneNumbers('AU').mobile.list({ limit: 1 });
    expect(mobile).toMatchObject({
      phoneNumber: '+61491570006',
      friendlyName: '+61491570006',
      locality: null,
    });
    const [tollFree] = await client.availablePhoneNumbers('US').tollFree.list({ limit: 1 });
    expect(tollFree).toMatchObject({
      phoneNumber: '+18005550100',
      locality: null,
      region: null,
      latitude: null,
    });
  });

  it('returns many places, always in the same order, fifty numbers by default', async () => {
    const first = await client.availablePhoneNumbers('US').local.page();
    const again = await client.availablePhoneNumbers('US').local.page();
    const found = first.instances.map(({ phoneNumber }) => phoneNumber);
    expect(found).toHaveLength(50);
    expect(again.instances.map(({ phoneNumber }) => phoneNumber)).toEqual(found);
    expect(new Set(first.instances.slice(0, 10).map(({ locality }) => locality)).size).toBe(10);
  });

  it('leaves out the numbers that the account owns', async () => {
    await client.incomingPhoneNumbers.create({ phoneNumber: '+12025550100' });
    expect(await numbers('US', { areaCode: 202, limit: 2 })).toEqual(['+12025550101', '+12025550102']);
  });

  it.each([
    ['an area code', 'US', { areaCode: 212 }, '+12125550100'],
    ['a region', 'US', { inRegion: 'HI' }, '+18085550100'],
    ['a town, in any case', 'CA', { inLocality: 'toronto' }, '+14165550100'],
    ['a postal code', 'US', { inPostalCode: '96813' }, '+18085550100'],
    ['a rate centre and its LATA', 'US', { inRateCenter: 'HONOLULU', inLata: '834' }, '+18085550100'],
    ['the distance to a point', 'US', { nearLatLong: '21.4,-157.8', distance: 20 }, '+18085550100'],
    ['the distance to a number', 'US', { nearNumber: '+14155550199', distance: 60 }, '+14085550100'],
    ['an exact number', 'PR', { contains: '+17875550142' }, '+17875550142'],
    ['digits and stars', 'US', { contains: '+1202555***5' }, '+12025550105'],
    ['letters of the keypad', 'US', { contains: 'lll0105' }, '+12025550105'],
    ['the end of a number', 'GB', { contains: '0177$' }, '+442079460177'],
    ['any sequence', 'US', { contains: '+1808%7$' }, '+18085550107'],
  ])('finds by %s [S F133]', async (_name, country, filter, number) => {
    expect((await numbers(country, filter))[0]).toBe(number);
  });

  it.each([
    ['another area code', 'US', { areaCode: 200 }],
    ['a region of another country', 'US', { inRegion: 'ON' }],
    ['a point at sea', 'US', { nearLatLong: '0,-30', distance: 500 }],
    ['a number far away', 'US', { nearNumber: '+442079460100' }],
    ['a number of another place', 'US', { contains: '+1787%' }],
    ['MMS where there is none', 'GB', { mmsEnabled: true }],
    ['fax', 'US', { faxEnabled: true }],
  ])('finds nothing by %s [S F134]', async (_name, country, filter) => {
    expect(await local(country, filter)).toEqual([]);
  });

  it.each([646, 917, 201, 628, 332, 983])('has numbers with the area code %s [S F357]', async (areaCode) => {
    expect(await numbers('US', { areaCode })).toHaveLength(10);
    const bought = await client.incomingPhoneNumbers.create({ areaCode: String(areaCode) });
    expect(bought.phoneNumber).toBe(`+1${areaCode}5550100`);
  });

  it.each(['NJ', 'VA', 'AL', 'DC', 'WY'])('has numbers in %s [S F358]', async (inRegion) => {
    const found = await local('US', { inRegion });
    expect(found).toHaveLength(10);
    expect(new Set(found.map(({ region }) => region))).toEqual(new Set([inRegion]));
  });

  // The three territories share the area code 867, whose numbers are in Yukon.
  const STATES =
    'AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY';
  const PROVINCES = 'AB BC MB NB NL NS ON PE QC SK YT';
  it.each([
    ['state', 'US', STATES],
    ['province', 'CA', PROVINCES],
  ] as const)('has numbers in every %s [S F650]', async (_kind, country, regions) => {
    for (const inRegion of regions.split(' ')) {
      expect([inRegion, (await local(country, { inRegion }))[0]?.region]).toEqual([inRegion, inRegion]);
    }
  });

  it.each(['us', 'Us', 'gb'])('takes the country %s in any case [U F356]', async (country) => {
    const root = `/2010-04-01/Accounts/${sandbox.accountSid}/AvailablePhoneNumbers/${country}`;
    const found = (await (await fetchRaw(sandbox, `${root}/Local.json`)).json()) as {
      available_phone_numbers: { iso_country: string }[];
    };
    expect(found.available_phone_numbers[0]).toMatchObject({ iso_country: country.toUpperCase() });
    const fetched = await (await fetchRaw(sandbox, `${root}.json`)).json();
    expect(fetched).toMatchObject({ country_code: country.toUpperCase() });
  });

  it('answers the six searches of Firefox Relay [U F135]', async () => {
    const found = (contains: string) => numbers('US', { contains });
    expect(await found('+1202555****')).toHaveLength(10);
    expect(await found('+120255***42')).toEqual(['+12025550142']);
    expect(await found('+12025******')).toHaveLength(10);
    expect((await found('+1***5550142')).slice(0, 2)).toEqual(['+12025550142', '+12125550142']);
    expect(await found('+1202*******')).toHaveLength(10);
    expect(await local('US')).toHaveLength(10);
  });

  it.each([
    ['a pattern of one character [U F136]', { contains: '2' }, 20422],
    ['a pattern of seventeen [U F137]', { contains: '1'.repeat(17) }, 20422],
    ['a pattern with other characters [U F138]', { contains: '(202)' }, 20422],
    ['an invalid area code [S F139]', { areaCode: 20 }, 21451],
    ['a distance that is too long [U F140]', { nearLatLong: '0,0', distance: 501 }, 20422],
    ['an invalid point [U F141]', { nearLatLong: 'here' }, 20422],
    ['an invalid number [U F142]', { nearNumber: '12' }, 20422],
  ])('refuses %s', async (_name, filter, code) => {
    await expect(local('US', filter)).rejects.toMatchObject({ status: 400, code });
  });
});
