// Buys numbers with the official SDK.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient, fetchRaw } from '../../../../test/support/sandbox-client.js';
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
const balance = async () => Number((await client.balance.fetch()).balance);

describe('a purchase', () => {
  it('returns the number and charges its monthly price [R F147]', async () => {
    const bought = await buy();
    expect(bought).toMatchObject({
      phoneNumber: NUMBER,
      friendlyName: '(202) 555-0100',
      status: 'in-use',
      origin: 'twilio',
      beta: false,
      capabilities: { voice: true, sms: true, mms: true, fax: false },
      accountSid: sandbox.accountSid,
      smsUrl: '',
      smsMethod: 'POST',
      smsApplicationSid: '',
      voiceUrl: '',
      trunkSid: null,
      bundleSid: null,
      addressRequirements: 'none',
      emergencyStatus: 'Inactive',
      voiceReceiveMode: 'voice',
      type: 'local',
    });
    expect(bought.sid).toMatch(/^PN[0-9a-f]{32}$/);
    expect(100 - (await balance())).toBeCloseTo(1.15, 6);
    await buy('+18885550100');
    expect(100 - (await balance())).toBeCloseTo(3.3, 6);
  });

  it('of a second number is refused on a trial account [R F355]', async () => {
    await sandbox.close();
    sandbox = await createSandbox({ account: { type: 'Trial' } });
    client = createSandboxClient(sandbox);
    const { sid } = await buy();
    const message = /Trial accounts are allowed only one Twilio number/;
    await expect(buy('+12025550101')).rejects.toMatchObject({ status: 400, code: 21404, message });
    await expect(client.incomingPhoneNumbers.create({ areaCode: '212' })).rejects.toMatchObject({
      code: 21404,
    });
    await client.incomingPhoneNumbers(sid).remove();
    await buy('+12025550101');
  });

  it('by area code buys the first available number [S F148]', async () => {
    const first = await client.incomingPhoneNumbers.create({ areaCode: '787' });
    const second = await client.incomingPhoneNumbers.create({ areaCode: '787' });
    expect([first.phoneNumber, second.phoneNumber]).toEqual(['+17875550100', '+17875550101']);
    expect((await client.incomingPhoneNumbers.create({ areaCode: '800' })).type).toBe('toll-free');
  });

  it('applies the settings of the request [S F149]', async () => {
    const app = await client.applications.create({ friendlyName: 'Relay' });
    const both = { smsApplicationSid: app.sid, voiceApplicationSid: app.sid, friendlyName: 'Main' };
    const { sid } = await buy(NUMBER, both);
    expect(await client.incomingPhoneNumbers(sid).fetch()).toMatchObject(both);
  });

  it.each([
    ['an invalid number [R F150]', { phoneNumber: '33' }, 21421, '33 is not a valid number'],
    ['neither a number nor an area code [U F151]', {}, 21421, undefined],
    [
      'a number that is not for sale [R F152]',
      { phoneNumber: '+12025550190' },
      21422,
      '+12025550190 is not available',
    ],
    ['an invalid area code [S F153]', { areaCode: '20' }, 21451, undefined],
    ['an area code without numbers [S F154]', { areaCode: '533' }, 21452, undefined],
    ['an invalid URL [S F155]', { phoneNumber: NUMBER, smsUrl: 'not a url' }, 21402, undefined],
    ['an invalid method [S F156]', { phoneNumber: NUMBER, smsMethod: 'PUT' }, 21403, undefined],
    [
      'a voice fallback without a URL [S F157]',
      { phoneNumber: NUMBER, voiceFallbackUrl: 'https://example.com/' },
      21405,
      undefined,
    ],
    [
      'a text fallback without a URL [S F158]',
      { phoneNumber: NUMBER, smsFallbackUrl: 'https://example.com/' },
      21406,
      undefined,
    ],
    [
      'an app that does not exist [S F159]',
      { phoneNumber: NUMBER, smsApplicationSid: `AP${'0'.repeat(32)}` },
      21420,
      undefined,
    ],
    [
      'a name that is too long [U F160]',
      { phoneNumber: NUMBER, friendlyName: 'x'.repeat(65) },
      20422,
      undefined,
    ],
  ])('is refused without a charge for %s', async (_name, options, code, message) => {
    const error = await client.incomingPhoneNumbers.create(options).catch((refusal: Error) => refusal);
    expect(error).toMatchObject({ status: 400, code, ...(message && { message }) });
    expect(await client.incomingPhoneNumbers.list()).toEqual([]);
    expect(await balance()).toBe(100);
  });

  it('is refused for an owned number, and works again after its release [R F161]', async () => {
    const { sid } = await buy();
    await expect(buy()).rejects.toMatchObject({
      status: 400,
      code: 21422,
      message: `${NUMBER} is not available`,
    });
    expect(await client.incomingPhoneNumbers(sid).remove()).toBe(true);
    await expect(client.incomingPhoneNumbers(sid).fetch()).rejects.toMatchObject({
      status: 404,
      code: 20404,
    });
    expect((await buy()).sid).not.toBe(sid);
  });

  it('in the path of a type buys only that type, and only by number [S F162]', async () => {
    const { tollFree } = client.incomingPhoneNumbers;
    expect((await tollFree.create({ phoneNumber: '+18005550100' })).phoneNumber).toBe('+18005550100');
    await expect(tollFree.create({ phoneNumber: NUMBER })).rejects.toMatchObject({
      status: 400,
      code: 21458,
    });
    const byArea = await fetchRaw(
      sandbox,
      `/2010-04-01/Accounts/${sandbox.accountSid}/IncomingPhoneNumbers/Local.json`,
      {
        method: 'POST',
        body: new URLSearchParams({ AreaCode: '202' }),
      },
    );
    expect(await byArea.json()).toMatchObject({ status: 400, code: 21457 });
  });
});
