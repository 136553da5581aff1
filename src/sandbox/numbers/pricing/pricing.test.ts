// Reads the price lists with the official SDK.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient } from '../../../../test/support/sandbox-client.js';
import { createSandbox, type Sandbox } from '../../create.js';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;

beforeEach(async () => {
  sandbox = await createSandbox();
  client = createSandboxClient(sandbox);
});
afterEach(() => sandbox.close());

describe('the price lists', () => {
  it('have the prices of numbers', async () => {
    const prices = await client.pricing.v1.phoneNumbers.countries('US').fetch();
    expect(prices).toMatchObject({ country: 'United States', isoCountry: 'US', priceUnit: 'USD' });
    expect(prices.phoneNumberPrices).toMatchObject([
      { numberType: 'local', basePrice: '1.15', currentPrice: '1.15' },
      { numberType: 'toll free', basePrice: '2.15', currentPrice: '2.15' },
    ]);
  });

  it('have the prices of texts and calls', async () => {
    const messaging = await client.pricing.v1.messaging.countries('US').fetch();
    expect(messaging.outboundSmsPrices).toMatchObject([
      { prices: [{ number_type: 'local', current_price: '0.0083' }, {}] },
    ]);
    expect(messaging.inboundSmsPrices).toMatchObject([{ numberType: 'local' }, { numberType: 'toll free' }]);
    const voice = await client.pricing.v1.voice.countries('PR').fetch();
    expect(voice.outboundPrefixPrices).toMatchObject([{ prefixes: ['1787'], currentPrice: '0.02' }]);
    expect(voice.inboundCallPrices).toMatchObject([{ numberType: 'local', currentPrice: '0.0085' }]);
  });

  it('list their countries in pages [S F173]', async () => {
    const codes = ['AU', 'CA', 'GB', 'PR', 'US'];
    const { messaging, phoneNumbers, voice } = client.pricing.v1;
    const lists = [
      await messaging.countries.list({ pageSize: 2 }),
      await phoneNumbers.countries.list({ pageSize: 2 }),
      await voice.countries.list({ pageSize: 2 }),
    ];
    for (const list of lists) expect(list.map(({ isoCountry }) => isoCountry)).toEqual(codes);
    const second = await client.pricing.v1.voice.countries.page({ pageSize: 2, pageNumber: 1 });
    expect(second.instances.map(({ isoCountry }) => isoCountry)).toEqual(['GB', 'PR']);
    expect(second.previousPageUrl).toBe('https://pricing.twilio.com/v1/Voice/Countries?PageSize=2&Page=0');
  });

  it.each(['us', 'Us'])('are the same for %s [U F648]', async (country) => {
    const { messaging, phoneNumbers, voice } = client.pricing.v1;
    const prices = [messaging, phoneNumbers, voice].map((product) => product.countries(country).fetch());
    for (const found of await Promise.all<{ isoCountry: string }>(prices)) {
      expect(found.isoCountry).toBe('US');
    }
  });

  it('answer 404 for other countries [U F174]', async () => {
    const fetching = client.pricing.v1.phoneNumbers.countries('ZZ').fetch();
    await expect(fetching).rejects.toMatchObject({
      status: 404,
      code: 20404,
      message: 'The requested resource /PhoneNumbers/Countries/ZZ was not found',
    });
  });
});
