// Takes snapshots of sandboxes, and restores them in the same sandbox and in others.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient, waitForStatus } from '../../test/support/sandbox-client.js';
import { openAccount } from './accounts/account/store.js';
import { createSandbox, type Sandbox } from './create.js';
import { openStore } from './platform/database.js';
import { CONTENT_TABLES } from './platform/schema.js';
import { readSnapshot, replaceContent, takeSnapshot } from './platform/snapshot.js';

const FROM = '+12025550100';
const OTHER = '+12025550101';
const TO = '+12025550190';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;

beforeEach(async () => {
  sandbox = await createSandbox();
  client = createSandboxClient(sandbox);
});
afterEach(() => sandbox.close());

/** Adds a number, a delivered text, and a row to each table with a cache. */
async function fill(): Promise<void> {
  await client.incomingPhoneNumbers.create({ phoneNumber: FROM });
  await deliver();
  sandbox.phone(TO).behave({ texts: { undelivered: 30007 } });
  sandbox.compliance(FROM, { a2p: 'unregistered' });
  await sandbox.phone('+12025550191').text(FROM, 'STOP');
}

async function deliver() {
  const { sid } = await client.messages.create({ from: FROM, to: TO, body: 'Hello 📲' });
  return waitForStatus(client, sid, 'delivered', 'undelivered');
}

/** Returns what the account owns, its balance, the phone's texts, and what the other phone sent. */
async function look() {
  const { balance } = await client.balance.fetch();
  const numbers = await client.incomingPhoneNumbers.list();
  const messages = await client.messages.list();
  const texts = sandbox.phone(TO).texts();
  const sent = sandbox.phone('+12025550191').sent();
  return JSON.parse(JSON.stringify({ balance, numbers, messages, texts, sent }));
}

describe('a snapshot', () => {
  it('restores everything it held, and removes what came later', async () => {
    await fill();
    const [snapshot, before] = [sandbox.snapshot(), await look()];
    await client.incomingPhoneNumbers.create({ phoneNumber: OTHER });
    sandbox.phone(TO).behave({ texts: 'delivered' });
    sandbox.compliance(FROM, { a2p: 'registered' });
    await sandbox.phone('+12025550191').text(FROM, 'START');
    await deliver();
    sandbox.fail({ answer: 'drop' });
    sandbox.restore(snapshot);
    expect(sandbox.events()).toMatchObject([{ kind: 'sandbox.restored' }]);
    expect(await look()).toEqual(before);
    await expect(client.messages.create({ from: OTHER, to: TO, body: 'Hello' })).rejects.toMatchObject({
      code: 21660,
    });
    expect((await deliver()).errorCode).toBe(30034);
    const toStopped = client.messages.create({ from: FROM, to: '+12025550191', body: 'Hello' });
    await expect(toStopped).rejects.toMatchObject({ code: 21610 });
    sandbox.compliance(FROM, { a2p: 'registered' });
    expect((await deliver()).errorCode).toBe(30007);
  });

  it('can be restored several times, also after a reset', async () => {
    await fill();
    const [snapshot, before] = [sandbox.snapshot(), await look()];
    sandbox.reset();
    sandbox.restore(snapshot);
    sandbox.restore(snapshot);
    expect(await look()).toEqual(before);
    expect(sandbox.snapshot()).toBe(snapshot);
  });

  it('can be restored in another sandbox, which keeps its credentials and row numbers', async () => {
    await fill();
    const other = await createSandbox({ account: { balance: '1.00' } });
    const otherClient = createSandboxClient(other);
    const { accountSid } = other;
    await otherClient.incomingPhoneNumbers.create({ phoneNumber: OTHER });
    await client.incomingPhoneNumbers.create({ phoneNumber: '+12025550102' });
    other.restore(sandbox.snapshot());
    expect(other.accountSid).toBe(accountSid);
    expect((await otherClient.balance.fetch()).balance).toBe((await client.balance.fetch()).balance);
    const { sid } = await otherClient.incomingPhoneNumbers.create({ phoneNumber: OTHER });
    expect(sid.slice(-12)).toBe('3'.padStart(12, '0'));
    await otherClient.messages.create({ from: FROM, to: TO, body: 'Hello' });
    expect(await otherClient.messages.list()).toHaveLength(3);
    await other.close();
  });

  it('continues the texts that were in flight', async () => {
    await sandbox.close();
    sandbox = await createSandbox({ clock: 'manual' });
    client = createSandboxClient(sandbox);
    await client.incomingPhoneNumbers.create({ phoneNumber: FROM });
    const { sid } = await client.messages.create({ from: FROM, to: TO, body: 'Hello' });
    const snapshot = sandbox.snapshot();
    await sandbox.clock.advance('1m');
    expect((await client.messages(sid).fetch()).status).toBe('delivered');
    sandbox.restore(snapshot);
    expect((await client.messages(sid).fetch()).status).toBe('queued');
    expect(sandbox.phone(TO).texts()).toEqual([]);
    await sandbox.clock.advance('1m');
    expect((await client.messages(sid).fetch()).status).toBe('delivered');
    expect(sandbox.phone(TO).texts()).toHaveLength(1);
  });

  it('keeps bytes unchanged', () => {
    const store = openStore(':memory:');
    openAccount(store, {}, 0);
    store.query('INSERT INTO optOuts VALUES (?, ?)').run(Buffer.from([0, 255, 10]), 'bytes');
    replaceContent(store, readSnapshot(takeSnapshot(store)));
    const rows = store.query('SELECT hex(scope) AS bytes, typeof(scope) AS type FROM optOuts').all();
    expect(rows).toEqual([{ bytes: '00FF0A', type: 'blob' }]);
    store.close();
  });

  it('contains every table except the assertions, which are not content', () => {
    const store = openStore(':memory:');
    const tables = store.query<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    expect(tables.map(({ name }) => name).sort()).toEqual(
      ['account', 'assertions', ...CONTENT_TABLES].sort(),
    );
    store.close();
  });
});

describe('an invalid snapshot', () => {
  it.each([
    ['an empty text', () => ''],
    ['other JSON', () => '{"tables":{}}'],
    ['a changed snapshot', (snapshot: string) => snapshot.replace(FROM, OTHER)],
    ['an incomplete snapshot', (snapshot: string) => snapshot.slice(0, -10)],
    ['a snapshot of other tables', (snapshot: string) => snapshot.replace(/snapshot \d+/, 'snapshot 999')],
  ])('%s is refused without changing anything', async (_what, spoil) => {
    await fill();
    const snapshot = sandbox.snapshot();
    expect(() => sandbox.restore(spoil(snapshot))).toThrowError(
      expect.objectContaining({ name: 'RelayPhoneError', kind: 'usage' }),
    );
    expect(sandbox.snapshot()).toBe(snapshot);
    expect(sandbox.events()).not.toEqual([]);
  });
});
