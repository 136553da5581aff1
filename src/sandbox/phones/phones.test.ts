// Texts to phones with every behaviour, and the list of phones.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient, waitForStatus } from '../../../test/support/sandbox-client.js';
import { createSandbox, type Sandbox } from '../create.js';

const FROM = '+12025550100';
const TO = '+12025550190';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;

beforeEach(async () => {
  sandbox = await createSandbox();
  client = createSandboxClient(sandbox);
  await client.incomingPhoneNumbers.create({ phoneNumber: FROM });
});
afterEach(() => sandbox.close());

describe('a phone', () => {
  it('with undelivered texts receives nothing, and the message has the error code', async () => {
    sandbox.phone(TO).behave({ texts: { undelivered: 30034 } });
    const { sid } = await client.messages.create({ from: FROM, to: TO, body: 'Hello' });
    expect(await waitForStatus(client, sid, 'undelivered')).toMatchObject({
      errorCode: 30034,
      errorMessage: expect.stringContaining('Unregistered'),
    });
    expect(sandbox.phone(TO).texts()).toEqual([]);
  });

  it('that is silent has the text, and the status stays sent', async () => {
    sandbox.phone(TO).behave({ texts: 'silent' });
    const silent = await client.messages.create({ from: FROM, to: TO, body: 'Hello' });
    const other = await client.messages.create({ from: FROM, to: '+12025550191', body: 'Hello' });
    await waitForStatus(client, other.sid, 'delivered');
    expect((await client.messages(silent.sid).fetch()).status).toBe('sent');
    expect(sandbox.phone(TO).texts()).toHaveLength(1);
  });

  it('receives texts again once its behaviour is changed', async () => {
    sandbox.phone(TO).behave({ texts: { undelivered: 30003 } });
    sandbox.phone(TO).behave({ texts: 'delivered' });
    const { sid } = await client.messages.create({ from: FROM, to: TO, body: 'Hello' });
    expect((await waitForStatus(client, sid, 'delivered', 'undelivered')).status).toBe('delivered');
  });

  it('must have a valid number and a valid behaviour', () => {
    expect(() => sandbox.phone('+12223334444')).toThrow(/not a valid phone number/);
    expect(() => sandbox.phone(TO).behave({ texts: { undelivered: 12345 } })).toThrow(/30034/);
  });

  it('that is a short code cannot call', () => {
    expect(() => sandbox.phone('64192').call(FROM)).toThrow(/short code/);
    expect(() => sandbox.phone('6419')).toThrow(/not a valid phone number/);
  });

  it('is listed once it has received a text, the most recent first', async () => {
    expect(sandbox.phones()).toEqual([]);
    for (const to of [TO, '+12025550191', TO]) {
      const { sid } = await client.messages.create({ from: FROM, to, body: 'Hello' });
      await waitForStatus(client, sid, 'delivered');
    }
    expect(sandbox.phones().map(({ number, texts, calls }) => [number, texts, calls])).toEqual([
      [TO, 2, 0],
      ['+12025550191', 1, 0],
    ]);
  });

  it('is listed once it has been in a call', async () => {
    await sandbox.phone(TO).call(FROM).ended;
    expect(sandbox.phones()).toEqual([{ number: TO, texts: 0, calls: 1, lastAt: expect.any(String) }]);
  });
});
