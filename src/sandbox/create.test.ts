// Resets sandboxes, and opens them on ports.
import { describe, expect, it } from 'vitest';
import { createSandboxClient, waitForStatus } from '../../test/support/sandbox-client.js';
import { createSandbox } from './create.js';

const FROM = '+12025550100';
const TO = '+12025550190';

describe('a reset', () => {
  it('leaves only the account, with its first balance', async () => {
    const sandbox = await createSandbox({ account: { balance: '7.00' } });
    const client = createSandboxClient(sandbox);
    await client.incomingPhoneNumbers.create({ phoneNumber: FROM });
    const { sid } = await client.messages.create({ from: FROM, to: TO, body: 'Hello' });
    await waitForStatus(client, sid, 'delivered');
    sandbox.phone(TO).behave({ texts: 'silent' });
    sandbox.reset();
    expect(sandbox.requests()).toEqual([]);
    expect(sandbox.phones()).toEqual([]);
    expect((await client.balance.fetch()).balance).toBe('7.00');
    expect(await client.incomingPhoneNumbers.list()).toEqual([]);
    await expect(client.messages.create({ from: FROM, to: TO, body: 'Hello' })).rejects.toMatchObject({
      code: 21660,
    });
    await client.incomingPhoneNumbers.create({ phoneNumber: FROM });
    const again = await client.messages.create({ from: FROM, to: TO, body: 'Hello' });
    await waitForStatus(client, again.sid, 'delivered');
    await sandbox.close();
  });
});

describe('the port', () => {
  it('is the requested one, or the next if spare ones are allowed', async () => {
    const first = await createSandbox();
    await expect(createSandbox({ port: first.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    const second = await createSandbox({ port: first.port, spare: 20 });
    expect(second.port).toBeGreaterThan(first.port);
    expect(second.origin).toBe(`http://127.0.0.1:${second.port}`);
    await Promise.all([first.close(), second.close()]);
  });
});
