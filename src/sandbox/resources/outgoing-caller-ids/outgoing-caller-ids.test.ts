// Verifies numbers as the official SDK does.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient } from '../../../../test/support/sandbox-client.js';
import { createSandbox, type Sandbox } from '../../create.js';

const NUMBER = '+12025550190';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;

beforeEach(async () => {
  sandbox = await createSandbox();
  client = createSandboxClient(sandbox);
});
afterEach(() => sandbox.close());

describe('a verified number', () => {
  it('is one as soon as its validation is asked for', async () => {
    const request = await client.validationRequests.create({ phoneNumber: NUMBER, friendlyName: 'Mine' });
    expect(request).toMatchObject({
      phoneNumber: NUMBER,
      friendlyName: 'Mine',
      accountSid: sandbox.accountSid,
    });
    expect(request.validationCode).toMatch(/^\d{6}$/);
    const [callerId] = await client.outgoingCallerIds.list({ phoneNumber: NUMBER });
    expect(callerId).toMatchObject({ phoneNumber: NUMBER, friendlyName: 'Mine' });
  });

  it('can be fetched, renamed and deleted', async () => {
    await client.validationRequests.create({ phoneNumber: NUMBER });
    const [listed] = await client.outgoingCallerIds.list();
    const one = client.outgoingCallerIds(listed?.sid ?? '');
    expect((await one.fetch()).friendlyName).toBe('(202) 555-0190');
    expect((await one.update({ friendlyName: 'Home' })).friendlyName).toBe('Home');
    expect(await client.outgoingCallerIds.list({ friendlyName: 'Home' })).toHaveLength(1);
    expect(await one.remove()).toBe(true);
    await expect(one.fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    await expect(one.update({ friendlyName: 'x' })).rejects.toMatchObject({ status: 404, code: 20404 });
    await expect(one.remove()).rejects.toMatchObject({ status: 404, code: 20404 });
  });

  it('is refused when it is none, verified already, or owned', async () => {
    const verify = (phoneNumber: string) => client.validationRequests.create({ phoneNumber });
    await expect(verify('+12223334444')).rejects.toMatchObject({ status: 400, code: 21401 });
    await verify(NUMBER);
    await expect(verify(NUMBER)).rejects.toMatchObject({ status: 400, code: 21450 });
    await client.incomingPhoneNumbers.create({ phoneNumber: '+12025550100' });
    await expect(verify('+12025550100')).rejects.toMatchObject({ status: 400, code: 21449 });
  });
});
