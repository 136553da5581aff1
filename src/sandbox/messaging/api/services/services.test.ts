// Creates, updates and deletes Messaging Services and their sender pools with the official SDK.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient, fetchRaw } from '../../../../../test/support/sandbox-client.js';
import { createSandbox, type Sandbox } from '../../../create.js';

const NOBODY = '0'.repeat(32);

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;

beforeEach(async () => {
  sandbox = await createSandbox({ poolLimit: 3 });
  client = createSandboxClient(sandbox);
});
afterEach(() => sandbox.close());

const createService = (friendlyName = 'Relay') => client.messaging.v1.services.create({ friendlyName });
const buyNumber = async (end: number) =>
  (await client.incomingPhoneNumbers.create({ phoneNumber: `+120255501${end}` })).sid;
const numbersOf = (sid: string) => client.messaging.v1.services(sid).phoneNumbers;

describe('a Messaging Service', () => {
  it("is created with Twilio's defaults [U F098]", async () => {
    const created = await createService();
    expect(created).toMatchObject({
      sid: expect.stringMatching(/^MG[0-9a-f]{32}$/),
      accountSid: sandbox.accountSid,
      friendlyName: 'Relay',
      inboundRequestUrl: null,
      inboundMethod: 'POST',
      fallbackUrl: null,
      fallbackMethod: 'POST',
      statusCallback: null,
      stickySender: true,
      mmsConverter: true,
      smartEncoding: true,
      scanMessageContent: 'inherit',
      fallbackToLongCode: true,
      areaCodeGeomatch: true,
      synchronousValidation: false,
      validityPeriod: 36_000,
      usecase: 'undeclared',
      usAppToPersonRegistered: true,
      useInboundWebhookOnNumber: false,
      url: `https://messaging.twilio.com/v1/Services/${created.sid}`,
    });
    expect(created.links.phone_numbers).toBe(`${created.url}/PhoneNumbers`);
    expect(created.dateCreated).toEqual(expect.any(Date));
    expect((await client.messaging.v1.services(created.sid).fetch()).toJSON()).toEqual(created.toJSON());
  });

  it('is updated one setting at a time [S F099]', async () => {
    const { sid } = await createService();
    const service = client.messaging.v1.services(sid);
    await service.update({ inboundRequestUrl: 'https://example.com/in', inboundMethod: 'GET' });
    await service.update({ stickySender: false, validityPeriod: 60, useInboundWebhookOnNumber: true });
    expect(await service.fetch()).toMatchObject({
      friendlyName: 'Relay',
      inboundRequestUrl: 'https://example.com/in',
      inboundMethod: 'GET',
      stickySender: false,
      smartEncoding: true,
      validityPeriod: 60,
      useInboundWebhookOnNumber: true,
    });
    const unset = await service.update({ inboundRequestUrl: '', friendlyName: 'Other' });
    expect(unset).toMatchObject({ inboundRequestUrl: null, friendlyName: 'Other' });
  });

  it.each([
    ['no name [U F100]', { friendlyName: '' }, 20001],
    [
      'an inbound URL that is not a URL [S F101]',
      { friendlyName: 'a', inboundRequestUrl: 'example.com' },
      21402,
    ],
    ['a validity period of 0 [U F102]', { friendlyName: 'a', validityPeriod: 0 }, 20422],
    ['a validity period over ten hours [U F103]', { friendlyName: 'a', validityPeriod: 36_001 }, 20422],
  ])('cannot have %s', async (_name, options, code) => {
    await expect(client.messaging.v1.services.create(options)).rejects.toMatchObject({ status: 400, code });
    expect(await client.messaging.v1.services.list()).toEqual([]);
  });

  it('is listed page by page, and can be deleted [S F104]', async () => {
    const sids = [await createService('a'), await createService('b'), await createService('c')].map(
      ({ sid }) => sid,
    );
    const listed = await client.messaging.v1.services.list({ pageSize: 1 });
    expect(listed.map(({ sid }) => sid)).toEqual(sids.reverse());
    const service = client.messaging.v1.services(sids[0] ?? '');
    expect(await service.remove()).toBe(true);
    await expect(service.fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    await expect(service.update({ friendlyName: 'x' })).rejects.toMatchObject({ status: 404 });
    await expect(service.remove()).rejects.toMatchObject({ status: 404 });
    expect(await client.messaging.v1.services.list()).toHaveLength(2);
  });

  it('has URLs of messaging.twilio.com', async () => {
    const { headers } = await fetchRaw(sandbox, '/v1/Services');
    expect(headers.get('x-api-domain')).toBe('messaging.twilio.com');
  });
});

describe('the sender pool of a service', () => {
  it('gets, shows, lists and loses numbers [S F105]', async () => {
    const { sid } = await createService();
    const [one, two] = [await buyNumber(10), await buyNumber(11)];
    const added = await numbersOf(sid).create({ phoneNumberSid: one });
    expect(added).toMatchObject({
      sid: one,
      accountSid: sandbox.accountSid,
      serviceSid: sid,
      phoneNumber: '+12025550110',
      countryCode: 'US',
      capabilities: ['MMS', 'SMS', 'Voice'],
      dateCreated: expect.any(Date),
      url: `https://messaging.twilio.com/v1/Services/${sid}/PhoneNumbers/${one}`,
    });
    await numbersOf(sid).create({ phoneNumberSid: two });
    expect((await numbersOf(sid)(one).fetch()).toJSON()).toEqual(added.toJSON());
    expect((await numbersOf(sid).list({ pageSize: 1 })).map((number) => number.sid)).toEqual([two, one]);
    expect(await numbersOf(sid)(one).remove()).toBe(true);
    await expect(numbersOf(sid)(one).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    await expect(numbersOf(sid)(one).remove()).rejects.toMatchObject({ status: 404 });
    expect((await client.incomingPhoneNumbers(one).fetch()).sid).toBe(one);
  });

  it('shares no number with another pool [R F106]', async () => {
    const [first, second] = [await createService('a'), await createService('b')];
    const phoneNumberSid = await buyNumber(10);
    await numbersOf(first.sid).create({ phoneNumberSid });
    await expect(numbersOf(first.sid).create({ phoneNumberSid })).rejects.toMatchObject({
      status: 409,
      code: 21710,
      message: 'Phone Number or Short Code is already in the Messaging Service.',
    });
    await expect(numbersOf(second.sid).create({ phoneNumberSid })).rejects.toMatchObject({
      status: 409,
      code: 21712,
    });
    await numbersOf(first.sid)(phoneNumberSid).remove();
    expect((await numbersOf(second.sid).create({ phoneNumberSid })).serviceSid).toBe(second.sid);
  });

  it('refuses more numbers than its limit [T F107]', async () => {
    const { sid } = await createService();
    const numbers = [await buyNumber(10), await buyNumber(11), await buyNumber(12), await buyNumber(13)];
    for (const phoneNumberSid of numbers.slice(0, 3)) await numbersOf(sid).create({ phoneNumberSid });
    const last = { phoneNumberSid: numbers[3] ?? '' };
    await expect(numbersOf(sid).create(last)).rejects.toMatchObject({ status: 412, code: 21714 });
    await expect(numbersOf(sid).create({ phoneNumberSid: numbers[0] ?? '' })).rejects.toMatchObject({
      code: 21710,
    });
    await numbersOf(sid)(numbers[0] ?? '').remove();
    await numbersOf(sid).create(last);
  });

  it('loses a number that is released, and all numbers when the service is deleted [U F108]', async () => {
    const [first, second] = [await createService('a'), await createService('b')];
    const [released, freed] = [await buyNumber(10), await buyNumber(11)];
    await numbersOf(first.sid).create({ phoneNumberSid: released });
    await numbersOf(second.sid).create({ phoneNumberSid: freed });
    await client.incomingPhoneNumbers(released).remove();
    expect(await numbersOf(first.sid).list()).toEqual([]);
    await client.messaging.v1.services(second.sid).remove();
    await numbersOf(first.sid).create({ phoneNumberSid: freed });
    const again = await buyNumber(10);
    await numbersOf(first.sid).create({ phoneNumberSid: again });
    expect((await numbersOf(first.sid).list()).map(({ sid }) => sid)).toEqual([again, freed]);
  });

  it('refuses numbers and services that do not exist', async () => {
    const { sid } = await createService();
    const phoneNumberSid = await buyNumber(10);
    const adding = numbersOf(sid).create({ phoneNumberSid: `PN${NOBODY}` });
    await expect(adding).rejects.toMatchObject({ status: 404, code: 20404 });
    await expect(numbersOf(sid).create({ phoneNumberSid: '' })).rejects.toMatchObject({ code: 20001 });
    const nowhere = numbersOf(`MG${NOBODY}`);
    await expect(nowhere.create({ phoneNumberSid })).rejects.toMatchObject({ status: 404, code: 20404 });
    await expect(nowhere.list()).rejects.toMatchObject({ status: 404 });
  });

  it('is empty after a reset', async () => {
    const { sid } = await createService();
    await numbersOf(sid).create({ phoneNumberSid: await buyNumber(10) });
    sandbox.reset();
    expect(await client.messaging.v1.services.list()).toEqual([]);
    const again = await createService();
    await numbersOf(again.sid).create({ phoneNumberSid: await buyNumber(10) });
  });
});
