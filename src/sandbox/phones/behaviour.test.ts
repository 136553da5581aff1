// Texts to slow phones: how long they are delayed, and what can happen meanwhile.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient } from '../../../test/support/sandbox-client.js';
import { startApp } from '../../../test/support/webhook-app.js';
import { createControlClient } from '../control/client.js';
import { createSandbox, type Sandbox } from '../create.js';

const FROM = '+12025550100';
const SLOW = '+12125550190';
const QUICK = '+12125550191';
const START = Date.parse('2026-03-01T12:00:00Z');

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;

async function open(options: Parameters<typeof createSandbox>[0] = {}): Promise<void> {
  sandbox = await createSandbox({ clock: 'manual', now: () => START, ...options });
  client = createSandboxClient(sandbox);
}

beforeEach(async () => {
  await open();
  await client.incomingPhoneNumbers.create({ phoneNumber: FROM });
  sandbox.phone(SLOW).behave({ slow: '5s' });
});
afterEach(() => sandbox.close());

const send = (to: string, options = {}) =>
  client.messages.create({ from: FROM, to, body: 'Hello', ...options });
const statusOf = async (sid: string) => (await client.messages(sid).fetch()).status;

describe('a text to a slow phone', () => {
  it('is sent at once, and on the phone after the delay', async () => {
    const app = await startApp(sandbox.authToken);
    const { sid } = await send(SLOW, { statusCallback: app.origin });
    const others = [await send(QUICK), await send(QUICK)];
    await sandbox.clock.advance('1s');
    expect(await statusOf(sid)).toBe('sent');
    expect(await Promise.all(others.map((other) => statusOf(other.sid)))).toEqual(['delivered', 'delivered']);
    expect(sandbox.phone(SLOW).texts()).toEqual([]);
    await sandbox.clock.advance('5s');
    expect(await statusOf(sid)).toBe('delivered');
    expect(sandbox.phone(SLOW).texts()).toMatchObject([{ sid }]);
    expect(app.formsAt('/').map((form) => form.MessageStatus)).toEqual(['sent', 'delivered']);
    await app.close();
  });

  it('keeps its trace in progress until it has arrived', async () => {
    const control = createControlClient(sandbox);
    await send(SLOW);
    await sandbox.clock.advance('1s');
    const traceId = sandbox.events({ kind: 'text.queued' })[0]?.traceId ?? '';
    const statuses: unknown[] = [];
    const following = control.follow(traceId, (event) => statuses.push(event.kind));
    await sandbox.clock.advance('5s');
    await following;
    expect(statuses.at(-1)).toBe('text.status');
  });

  it('ends as the phone behaves after the delay', async () => {
    const { sid } = await send(SLOW);
    await sandbox.clock.advance('1s');
    sandbox.phone(SLOW).behave({ texts: { undelivered: 30005 } });
    await sandbox.clock.advance('5s');
    expect(await client.messages(sid).fetch()).toMatchObject({ status: 'undelivered', errorCode: 30005 });
  });

  it('cannot be deleted during the delay, and is charged once', async () => {
    const { sid } = await send(SLOW);
    await sandbox.clock.advance('1s');
    await expect(client.messages(sid).remove()).rejects.toMatchObject({ code: 20009 });
    await sandbox.clock.advance('5s');
    expect((await client.balance.fetch()).balance).toBe((100 - 1.15 - 0.0083).toFixed(4));
    await client.messages(sid).remove();
  });

  it('is not delivered after its validity period', async () => {
    const { sid } = await send(SLOW, { validityPeriod: 3 });
    await sandbox.clock.advance('2s');
    expect(await statusOf(sid)).toBe('sent');
    await sandbox.clock.advance(1100);
    expect(await client.messages(sid).fetch()).toMatchObject({
      status: 'undelivered',
      errorCode: 30036,
      errorMessage: 'Validity Period Expired',
    });
    expect(sandbox.phone(SLOW).texts()).toEqual([]);
  });

  it('is dropped by a reset', async () => {
    await send(SLOW);
    await sandbox.clock.advance('1s');
    sandbox.reset();
    await sandbox.clock.advance('5s');
    expect(sandbox.phones()).toEqual([]);
  });
});

describe('a slow phone', () => {
  it.each([-1, '5', 'soon', Number.NaN])('cannot be %j', (slow) => {
    expect(() => sandbox.phone(SLOW).behave({ slow })).toThrow(/slow must be/);
  });

  it('can be set from another process, and reset to quick', async () => {
    const control = createControlClient(sandbox);
    await control.behave(QUICK, { slow: '1m' });
    await control.behave(SLOW, { slow: 0 });
    const [late, prompt] = [await send(QUICK), await send(SLOW)];
    await sandbox.clock.advance('1s');
    expect([await statusOf(late.sid), await statusOf(prompt.sid)]).toEqual(['sent', 'delivered']);
  });

  it('receives its texts in order when the sandbox was closed during the delay', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
    const database = join(folder, 'world.db');
    await sandbox.close();
    await open({ database });
    await client.incomingPhoneNumbers.create({ phoneNumber: FROM });
    sandbox.phone(SLOW).behave({ slow: '5s' });
    const sids = [(await send(SLOW)).sid, (await send(SLOW)).sid];
    await sandbox.clock.advance('1s');
    await sandbox.close();
    await open({ database, now: () => START + 1000 });
    await sandbox.clock.advance('3s');
    expect(sandbox.phone(SLOW).texts()).toEqual([]);
    await sandbox.clock.advance('2s');
    expect(
      sandbox
        .phone(SLOW)
        .texts()
        .map(({ sid }) => sid),
    ).toEqual(sids);
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });
});
