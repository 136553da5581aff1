// Creates API keys, and uses them with the official SDK.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import twilio from 'twilio';
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

/** The SDK's client with an API key instead of the auth token. */
function createKeyClient(sid: string, secret: string): twilio.Twilio {
  const { httpClient } = client;
  return twilio(sid, secret, { accountSid: sandbox.accountSid, httpClient });
}

describe('an API key', () => {
  it('shows its secret only when created [S F019]', async () => {
    const created = await client.newKeys.create({ friendlyName: 'CI' });
    expect(created).toMatchObject({
      sid: expect.stringMatching(/^SK[0-9a-f]{32}$/),
      friendlyName: 'CI',
      secret: expect.stringMatching(/^[0-9a-f]{32}$/),
      dateCreated: expect.any(Date),
    });
    const fetched = await client.keys(created.sid).fetch();
    expect(fetched.toJSON()).toEqual({
      sid: created.sid,
      friendlyName: 'CI',
      dateCreated: created.dateCreated,
      dateUpdated: created.dateUpdated,
    });
    expect(JSON.stringify(await client.keys.list())).not.toContain(created.secret);
  });

  it('can be renamed, listed in pages and deleted [S F020]', async () => {
    const sids = [
      await client.newKeys.create(),
      await client.newKeys.create(),
      await client.newKeys.create(),
    ].map(({ sid }) => sid);
    expect((await client.keys.list({ pageSize: 2 })).map(({ sid }) => sid)).toEqual(sids.reverse());
    const key = client.keys(sids[0] ?? '');
    expect((await key.update({ friendlyName: 'Laptop' })).friendlyName).toBe('Laptop');
    expect((await key.update({})).friendlyName).toBe('Laptop');
    expect(await key.remove()).toBe(true);
    await expect(key.fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    await expect(key.remove()).rejects.toMatchObject({ status: 404 });
    expect(await client.keys.list()).toHaveLength(2);
  });

  it('gives access to the resources of the account [S F021]', async () => {
    const { sid, secret } = await client.newKeys.create();
    const user = createKeyClient(sid, secret);
    await user.incomingPhoneNumbers.create({ phoneNumber: '+12025550100' });
    const message = { from: '+12025550100', to: '+12025550190', body: 'Hello' };
    expect((await user.messages.create(message)).accountSid).toBe(sandbox.accountSid);
    expect((await user.messaging.v1.services.create({ friendlyName: 'a' })).sid).toMatch(/^MG/);
    expect((await user.balance.fetch()).currency).toBe('USD');
    await expect(user.applications(`AP${'0'.repeat(32)}`).fetch()).rejects.toMatchObject({ status: 404 });
  });

  it('gives no access to accounts and keys [S F022]', async () => {
    const { sid, secret } = await client.newKeys.create();
    const user = createKeyClient(sid, secret);
    const refused = { status: 401, code: 20003 };
    await expect(user.api.v2010.accounts.list()).rejects.toMatchObject(refused);
    await expect(user.api.v2010.accounts(sandbox.accountSid).fetch()).rejects.toMatchObject(refused);
    await expect(user.keys.list()).rejects.toMatchObject(refused);
    await expect(user.newKeys.create()).rejects.toMatchObject(refused);
    await expect(user.keys(sid).fetch()).rejects.toMatchObject(refused);
    await expect(user.keys(sid).remove()).rejects.toMatchObject(refused);
    expect(await client.keys.list()).toHaveLength(1);
  });

  it('gives no access with a wrong secret, for another account, or after deletion', async () => {
    const { sid, secret } = await client.newKeys.create();
    const refused = { status: 401, code: 20003, message: 'Authenticate' };
    await expect(createKeyClient(sid, sandbox.authToken).messages.list()).rejects.toMatchObject(refused);
    await expect(createKeyClient(`SK${'0'.repeat(32)}`, secret).messages.list()).rejects.toMatchObject(
      refused,
    );
    const { httpClient } = client;
    const elsewhere = twilio(sid, secret, { accountSid: `AC${'0'.repeat(32)}`, httpClient });
    await expect(elsewhere.messages.list()).rejects.toMatchObject({ status: 404, code: 20404 });
    expect(await createKeyClient(sid, secret).messages.list()).toEqual([]);
    await client.keys(sid).remove();
    await expect(createKeyClient(sid, secret).messages.list()).rejects.toMatchObject(refused);
  });

  it('still works after the sandbox was reopened, and its secret is not in the database file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keys-'));
    const database = join(folder, 'sandbox.db');
    const first = await createSandbox({ database });
    const { sid, secret } = await createSandboxClient(first).newKeys.create();
    await first.close();
    expect(readFileSync(database).includes(secret)).toBe(false);
    const second = await createSandbox({ database });
    const { httpClient } = createSandboxClient(second);
    const user = twilio(sid, secret, { accountSid: second.accountSid, httpClient });
    expect(await user.messages.list()).toEqual([]);
    await second.close();
    rmSync(folder, { recursive: true });
  });
});
