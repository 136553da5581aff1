// Removes the registration of senders, reads their compliance and sends their texts.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient, waitForStatus } from '../../../../test/support/sandbox-client.js';
import { createControlClient } from '../../control/client.js';
import { createSandbox, type Sandbox } from '../../create.js';

const LOCAL = '+12025550110';
const TOLL_FREE = '+18335550110';
const US = '+12125550190';
const CANADA = '+14165550190';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;
let localSid: string;
let tollFreeSid: string;

beforeEach(async () => {
  sandbox = await createSandbox({ allowedCountries: 'all' });
  client = createSandboxClient(sandbox);
  localSid = (await client.incomingPhoneNumbers.create({ phoneNumber: LOCAL })).sid;
  tollFreeSid = (await client.incomingPhoneNumbers.create({ phoneNumber: TOLL_FREE })).sid;
});
afterEach(() => sandbox.close());

async function fateOf(from: string, to: string): Promise<[string, number | null]> {
  const { sid } = await client.messages.create({ from, to, body: 'Hello' });
  const { status, errorCode } = await waitForStatus(client, sid, 'delivered', 'undelivered');
  return [status, errorCode];
}

describe('a text', () => {
  it('is delivered from numbers whose compliance was never changed', async () => {
    expect(await fateOf(LOCAL, US)).toEqual(['delivered', null]);
    expect(await fateOf(TOLL_FREE, US)).toEqual(['delivered', null]);
  });

  it('from an unregistered local number is not delivered to the US [S F015]', async () => {
    sandbox.compliance(LOCAL, { a2p: 'unregistered' });
    expect(await fateOf(LOCAL, US)).toEqual(['undelivered', 30034]);
    expect(sandbox.phone(US).texts()).toEqual([]);
    expect(await fateOf(LOCAL, CANADA)).toEqual(['delivered', null]);
    expect(await fateOf(TOLL_FREE, US)).toEqual(['delivered', null]);
    const [message] = await client.messages.list({ to: US, from: LOCAL });
    expect(message?.errorMessage).toBe('US A2P 10DLC - Message from an Unregistered Number');
    sandbox.compliance(LOCAL, { a2p: 'registered' });
    expect(await fateOf(LOCAL, US)).toEqual(['delivered', null]);
  });

  it('from an unverified toll-free number is not delivered to the US or Canada [S F016]', async () => {
    sandbox.compliance(TOLL_FREE, { tollFree: 'unverified' });
    expect(await fateOf(TOLL_FREE, US)).toEqual(['undelivered', 30032]);
    expect(await fateOf(TOLL_FREE, CANADA)).toEqual(['undelivered', 30032]);
    expect(await fateOf(TOLL_FREE, '+447400123456')).toEqual(['delivered', null]);
    expect(await fateOf(LOCAL, US)).toEqual(['delivered', null]);
  });

  it('from a number of an unregistered service is not delivered to the US [S F017]', async () => {
    const service = await client.messaging.v1.services.create({ friendlyName: 'Relay' });
    await client.messaging.v1.services(service.sid).phoneNumbers.create({ phoneNumberSid: localSid });
    sandbox.compliance(service.sid, { a2p: 'unregistered' });
    expect(await fateOf(LOCAL, US)).toEqual(['undelivered', 30034]);
    await client.messaging.v1.services(service.sid).phoneNumbers(localSid).remove();
    expect(await fateOf(LOCAL, US)).toEqual(['delivered', null]);
  });

  it.each(['+17875550190', '+13406430190', '+16713000190', '+16846220190'])(
    'from an unregistered number is not delivered to %s, which US carriers serve [S F018]',
    async (phone) => {
      expect(await fateOf(LOCAL, phone)).toEqual(['delivered', null]);
      sandbox.compliance(LOCAL, { a2p: 'unregistered' });
      expect(await fateOf(LOCAL, phone)).toEqual(['undelivered', 30034]);
    },
  );

  it('is refused by carriers even if the phone is silent', async () => {
    sandbox.phone(US).behave({ texts: 'silent' });
    sandbox.compliance(LOCAL, { a2p: 'unregistered' });
    expect(await fateOf(LOCAL, US)).toEqual(['undelivered', 30034]);
  });
});

describe('a change of compliance', () => {
  it('can be made over the control API', async () => {
    const control = createControlClient(sandbox);
    await control.compliance(LOCAL, { a2p: 'unregistered' });
    expect(await fateOf(LOCAL, US)).toEqual(['undelivered', 30034]);
    const usage = { kind: 'usage' };
    await expect(control.compliance('Relay', { a2p: 'unregistered' })).rejects.toMatchObject(usage);
    const nonsense = { a2p: 'maybe' } as unknown as Parameters<Sandbox['compliance']>[1];
    await expect(control.compliance(LOCAL, nonsense)).rejects.toMatchObject(usage);
  });

  it('is refused for an invalid sender or value', () => {
    const usage = expect.objectContaining({ kind: 'usage' });
    expect(() => sandbox.compliance('Relay', { a2p: 'unregistered' })).toThrow(usage);
    const nonsense = { a2p: 'maybe' } as unknown as Parameters<Sandbox['compliance']>[1];
    expect(() => sandbox.compliance(LOCAL, nonsense)).toThrow(usage);
    const other = { tollFree: 'no' } as unknown as Parameters<Sandbox['compliance']>[1];
    expect(() => sandbox.compliance(LOCAL, other)).toThrow(usage);
  });

  it('leaves other registrations unchanged', async () => {
    sandbox.compliance(TOLL_FREE, { tollFree: 'unverified' });
    sandbox.compliance(TOLL_FREE, { a2p: 'registered' });
    expect(await fateOf(TOLL_FREE, US)).toEqual(['undelivered', 30032]);
  });

  it('is undone by a reset', async () => {
    sandbox.compliance(LOCAL, { a2p: 'unregistered' });
    sandbox.reset();
    await client.incomingPhoneNumbers.create({ phoneNumber: LOCAL });
    expect(await fateOf(LOCAL, US)).toEqual(['delivered', null]);
  });
});

describe('the campaign of a service', () => {
  it('is verified', async () => {
    const { sid } = await client.messaging.v1.services.create({ friendlyName: 'Relay' });
    const { usAppToPerson } = client.messaging.v1.services(sid);
    const [campaign, ...others] = await usAppToPerson.list();
    expect(others).toEqual([]);
    expect(campaign).toMatchObject({
      sid: `QE${sid.slice(2)}`,
      accountSid: sandbox.accountSid,
      messagingServiceSid: sid,
      campaignStatus: 'VERIFIED',
      isExternallyRegistered: false,
      mock: true,
      errors: [],
    });
    expect((await usAppToPerson(campaign?.sid ?? '').fetch()).toJSON()).toEqual(campaign?.toJSON());
  });

  it('does not exist if the service is unregistered', async () => {
    const { sid } = await client.messaging.v1.services.create({ friendlyName: 'Relay' });
    sandbox.compliance(sid, { a2p: 'unregistered' });
    const service = client.messaging.v1.services(sid);
    expect((await service.fetch()).usAppToPersonRegistered).toBe(false);
    expect(await service.usAppToPerson.list()).toEqual([]);
    const fetching = service.usAppToPerson(`QE${sid.slice(2)}`).fetch();
    await expect(fetching).rejects.toMatchObject({ status: 404, code: 20404 });
  });

  it('answers 404 without a service', async () => {
    const nowhere = client.messaging.v1.services(`MG${'0'.repeat(32)}`).usAppToPerson;
    await expect(nowhere.list()).rejects.toMatchObject({ status: 404, code: 20404 });
  });
});

describe('toll-free verifications', () => {
  it('exist for owned toll-free numbers', async () => {
    const { tollfreeVerifications } = client.messaging.v1;
    const [one, ...others] = await tollfreeVerifications.list();
    expect(others).toEqual([]);
    expect(one).toMatchObject({
      sid: `HH${tollFreeSid.slice(2)}`,
      accountSid: sandbox.accountSid,
      status: 'TWILIO_APPROVED',
      tollfreePhoneNumberSid: tollFreeSid,
      tollfreePhoneNumber: TOLL_FREE,
      rejectionReason: null,
    });
    expect((await tollfreeVerifications(one?.sid ?? '').fetch()).toJSON()).toEqual(one?.toJSON());
  });

  it('can be filtered by number and status', async () => {
    const { tollfreeVerifications } = client.messaging.v1;
    expect(await tollfreeVerifications.list({ tollfreePhoneNumberSid: tollFreeSid })).toHaveLength(1);
    expect(await tollfreeVerifications.list({ tollfreePhoneNumberSid: localSid })).toEqual([]);
    expect(await tollfreeVerifications.list({ status: 'TWILIO_APPROVED' })).toHaveLength(1);
    expect(await tollfreeVerifications.list({ status: 'PENDING_REVIEW' })).toEqual([]);
  });

  it('do not exist for unverified numbers', async () => {
    sandbox.compliance(TOLL_FREE, { tollFree: 'unverified' });
    const { tollfreeVerifications } = client.messaging.v1;
    expect(await tollfreeVerifications.list()).toEqual([]);
    const fetching = tollfreeVerifications(`HH${tollFreeSid.slice(2)}`).fetch();
    await expect(fetching).rejects.toMatchObject({ status: 404, code: 20404 });
  });
});
