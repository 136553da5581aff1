// Updates, lists and releases numbers with the official SDK.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient } from '../../../../test/support/sandbox-client.js';
import { createSandbox, type Sandbox } from '../../create.js';

const NUMBER = '+12025550100';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;

beforeEach(async () => {
  sandbox = await createSandbox();
  client = createSandboxClient(sandbox);
});
afterEach(() => sandbox.close());

const buy = (phoneNumber = NUMBER, options = {}) =>
  client.incomingPhoneNumbers.create({ phoneNumber, ...options });

describe('an update', () => {
  it('changes given settings, clears empty ones, and keeps the rest [S F143]', async () => {
    const { sid } = await buy(NUMBER, {
      smsUrl: 'https://example.com/sms',
      voiceUrl: 'https://example.com/voice',
    });
    const updated = await client
      .incomingPhoneNumbers(sid)
      .update({ friendlyName: 'Main', smsUrl: '', smsMethod: 'get', voiceCallerIdLookup: true });
    expect(updated).toMatchObject({
      friendlyName: 'Main',
      smsUrl: '',
      smsMethod: 'GET',
      voiceCallerIdLookup: true,
      voiceUrl: 'https://example.com/voice',
      phoneNumber: NUMBER,
    });
  });

  it('cannot move a number to an unknown account', async () => {
    const { sid } = await buy();
    const moved = client.incomingPhoneNumbers(sid).update({ accountSid: `AC${'1'.repeat(32)}` });
    await expect(moved).rejects.toMatchObject({ status: 404, code: 20404 });
  });

  it('answers 404 for an unknown SID [R F145]', async () => {
    const nobody = client.incomingPhoneNumbers(`PN${'1'.repeat(32)}`);
    await expect(nobody.update({ friendlyName: 'x' })).rejects.toMatchObject({ status: 404, code: 20404 });
    await expect(nobody.remove()).rejects.toMatchObject({ status: 404, code: 20404 });
  });
});

describe('the list of numbers', () => {
  it('can be filtered by part of the number, name and type [S F146]', async () => {
    for (const number of [NUMBER, '+12125550142', '+18885550100']) await buy(number);
    await buy('+61491570006', { friendlyName: 'Sydney' });
    const { incomingPhoneNumbers } = client;
    const list = async (filter: Parameters<typeof incomingPhoneNumbers.list>[0]) =>
      (await incomingPhoneNumbers.list(filter)).map(({ phoneNumber }) => phoneNumber);
    expect(await list({})).toEqual(['+61491570006', '+18885550100', '+12125550142', NUMBER]);
    expect(await list({ phoneNumber: NUMBER })).toEqual([NUMBER]);
    expect(await list({ phoneNumber: '55501*2' })).toEqual(['+12125550142']);
    expect(await list({ phoneNumber: '%' })).toEqual([]);
    expect(await list({ friendlyName: 'Sydney' })).toEqual(['+61491570006']);
    expect(await list({ origin: 'hosted' })).toEqual([]);
    expect((await incomingPhoneNumbers.tollFree.list()).map((each) => each.phoneNumber)).toEqual([
      '+18885550100',
    ]);
    expect((await incomingPhoneNumbers.mobile.list()).map((each) => each.phoneNumber)).toEqual([
      '+61491570006',
    ]);
    expect(await incomingPhoneNumbers.local.list()).toHaveLength(2);
  });
});
