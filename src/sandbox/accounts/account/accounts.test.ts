// Reads and changes the account and its balance with the official SDK.
import { afterEach, describe, expect, it } from 'vitest';
import { createSandboxClient } from '../../../../test/support/sandbox-client.js';
import { isSandboxSid } from '../../../sandbox-sid.js';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../create.js';

let sandbox: Sandbox;

async function open(options: SandboxOptions = {}) {
  sandbox = await createSandbox(options);
  return createSandboxClient(sandbox);
}

afterEach(() => sandbox.close());

describe('the account', () => {
  it('is a full account with a hundred dollars in a new sandbox', async () => {
    const client = await open();
    const account = await client.api.v2010.accounts(sandbox.accountSid).fetch();
    expect(account).toMatchObject({
      sid: sandbox.accountSid,
      ownerAccountSid: sandbox.accountSid,
      authToken: sandbox.authToken,
      type: 'Full',
      status: 'active',
      friendlyName: 'Sandbox',
      dateCreated: expect.any(Date),
    });
    expect(account.subresourceUris).toMatchObject({
      messages: `/2010-04-01/Accounts/${sandbox.accountSid}/Messages.json`,
    });
    expect(sandbox.accountSid).toMatch(/^AC5a4db0c5[0-9a-f]{24}$/);
    expect(isSandboxSid(sandbox.accountSid)).toBe(true);
    expect(sandbox.authToken).toMatch(/^[0-9a-f]{32}$/);
    expect(await client.balance.fetch()).toMatchObject({ balance: '100.00', currency: 'USD' });
  });

  it('has the values of the options', async () => {
    const sid = `AC${'a'.repeat(32)}`;
    const authToken = 'b'.repeat(32);
    const account = { sid, authToken, friendlyName: 'Mine', balance: '0.05', type: 'Trial' as const };
    const client = await open({ account });
    expect(await client.api.v2010.accounts(sid).fetch()).toMatchObject({
      sid,
      friendlyName: 'Mine',
      type: 'Trial',
    });
    expect((await client.balance.fetch()).balance).toBe('0.05');
    expect(isSandboxSid(sid)).toBe(false);
  });

  it.each([{ sid: 'AC1' }, { authToken: 'x' }, { balance: 'much' }])(
    'cannot be created with %j',
    async (account) => {
      await open();
      await expect(createSandbox({ account })).rejects.toMatchObject({ kind: 'usage' });
    },
  );

  it('can be renamed, but not closed', async () => {
    const client = await open();
    const account = client.api.v2010.accounts(sandbox.accountSid);
    expect((await account.update({ friendlyName: 'Renamed' })).friendlyName).toBe('Renamed');
    await expect(account.update({ status: 'closed' })).rejects.toMatchObject({ status: 400 });
  });

  it('is the only account in the list', async () => {
    const client = await open();
    const sids = async (filter = {}) => (await client.api.v2010.accounts.list(filter)).map(({ sid }) => sid);
    expect(await sids()).toEqual([sandbox.accountSid]);
    expect(await sids({ friendlyName: 'Sandbox', status: 'active' })).toEqual([sandbox.accountSid]);
    expect(await sids({ friendlyName: 'Other' })).toEqual([]);
    expect(await sids({ status: 'closed' })).toEqual([]);
  });
});

describe('an inactive account', () => {
  it('can be read but do nothing else if suspended [U F001]', async () => {
    const client = await open({ account: { status: 'suspended' } });
    expect((await client.api.v2010.accounts(sandbox.accountSid).fetch()).status).toBe('suspended');
    const buying = client.incomingPhoneNumbers.create({ phoneNumber: '+12025550100' });
    await expect(buying).rejects.toMatchObject({ status: 403, code: 20005 });
  });

  it('can be read but do nothing else if closed [U F002]', async () => {
    const client = await open({ account: { status: 'closed' } });
    expect((await client.api.v2010.accounts(sandbox.accountSid).fetch()).status).toBe('closed');
    const creating = client.applications.create();
    await expect(creating).rejects.toMatchObject({ status: 403, code: 20005 });
  });
});
