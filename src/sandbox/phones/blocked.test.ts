// A phone that blocks a number: what becomes of its texts and calls, over the library and the control API.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient } from '../../../test/support/sandbox-client.js';
import { createControlClient } from '../control/client.js';
import { createSandbox, type Sandbox } from '../create.js';

const [BLOCKED, OTHER] = ['+12025550100', '+12025550101'];
const PHONE = '+12125550190';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;
beforeEach(async () => {
  sandbox = await createSandbox({ clock: 'manual' });
  client = createSandboxClient(sandbox);
  for (const phoneNumber of [BLOCKED, OTHER]) await client.incomingPhoneNumbers.create({ phoneNumber });
  await createControlClient(sandbox).behave(PHONE, { blocked: ['(202) 555-0100'] });
});
afterEach(() => sandbox.close());

async function send(from: string) {
  const { sid } = await client.messages.create({ from, to: PHONE, body: `From ${from}` });
  await sandbox.clock.advance('2s');
  const { status, errorCode } = await client.messages(sid).fetch();
  return [status, errorCode];
}

async function call(from: string) {
  const { sid } = await client.calls.create({
    from,
    to: PHONE,
    twiml: '<Response><Pause length="60"/></Response>',
  });
  await sandbox.clock.advance('2s');
  return (await client.calls(sid).fetch()).status;
}

describe('a phone that blocks a number', () => {
  it('receives no text from it, which ends undelivered with 30004, and every text from others', async () => {
    expect(await send(BLOCKED)).toEqual(['undelivered', 30004]);
    expect(await send(OTHER)).toEqual(['delivered', null]);
    expect(sandbox.phone(PHONE).texts()).toMatchObject([{ from: OTHER }]);
  });

  it('rejects its calls, and answers those of others', async () => {
    expect(await call(BLOCKED)).toBe('busy');
    expect(await call(OTHER)).toBe('in-progress');
    expect(
      sandbox
        .phone(PHONE)
        .calls()
        .map(({ state }) => state),
    ).toEqual(['rejected', 'talking']);
  });

  it('is not shown the automatic reply of it', async () => {
    const { automaticReply } = await sandbox.phone(PHONE).text(BLOCKED, 'STOP');
    expect(automaticReply).toMatch(/unsubscribed/);
    expect(sandbox.phone(PHONE).texts()).toEqual([]);
  });

  it('unblocks it with an empty list, keeps the list otherwise, and in a snapshot', async () => {
    sandbox.phone(PHONE).behave({ slow: 0 });
    const snapshot = sandbox.snapshot();
    sandbox.phone(PHONE).behave({ blocked: [] });
    expect(await send(BLOCKED)).toEqual(['delivered', null]);
    sandbox.restore(snapshot);
    expect(sandbox.phone(PHONE).behaviour().blocked).toEqual([BLOCKED]);
  });

  it.each([[['nobody']], ['+12025550100' as never]])('refuses %j as the list', (blocked) => {
    expect(() => sandbox.phone(PHONE).behave({ blocked })).toThrow(/Failed to/);
  });
});
