// Closes, kills and reopens sandboxes with a database file.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient, type SandboxAccess, waitForStatus } from '../../test/support/sandbox-client.js';
import { startApp } from '../../test/support/webhook-app.js';
import { createSandbox } from './create.js';
import { SANDBOX_SCHEMA } from './platform/schema.js';

const FROM = '+12025550100';
const TO = '+12025550190';
const OTHER = '+12025550191';

let folder: string;
let database: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
  database = join(folder, 'sandbox.db');
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a sandbox with the database in another process. */
async function spawnSandbox(
  afterwards = '',
): Promise<SandboxAccess & { pid: number; kill(): Promise<void>; ended: Promise<unknown[]> }> {
  const libsql = createRequire(import.meta.url).resolve('libsql');
  const entry = `import { createSandbox } from './create.js';
import { SANDBOX_SCHEMA } from './platform/schema.js';
    const { origin, accountSid, authToken, phone, close } = await createSandbox({ database: ${JSON.stringify(database)} });
    console.log(JSON.stringify({ origin, accountSid, authToken }));
    ${afterwards}`;
  const outfile = join(folder, 'sandbox.mjs');
  await build({
    stdin: { contents: entry, resolveDir: import.meta.dirname },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    banner: { js: `import{createRequire as r}from'node:module';const require=r(import.meta.url);` },
  });
  // The built file loads libsql by its name.
  const packages = join(folder, 'node_modules');
  if (!existsSync(packages)) symlinkSync(dirname(dirname(libsql)), packages, 'junction');
  const child = spawn(process.execPath, [outfile], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const ended = once(child, 'exit');
  const [line] = await once(child.stdout, 'data');
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  return { ...(JSON.parse(String(line)) as SandboxAccess), pid: child.pid ?? 0, kill, ended };
}

describe('a sandbox with a database file', () => {
  it('keeps its content when it is opened again', async () => {
    const first = await createSandbox({ database, account: { friendlyName: 'Mine' } });
    const before = createSandboxClient(first);
    const app = await before.applications.create({ friendlyName: 'Relay', smsUrl: 'https://example.com/' });
    const number = await before.incomingPhoneNumbers.create({
      phoneNumber: FROM,
      smsApplicationSid: app.sid,
    });
    await before.validationRequests.create({ phoneNumber: TO });
    first.phone('+12025550191').behave({ texts: { undelivered: 30005 } });
    const { sid } = await before.messages.create({ from: FROM, to: TO, body: 'Hello' });
    const message = (await waitForStatus(before, sid, 'delivered')).toJSON();
    const balance = (await before.balance.fetch()).balance;
    const texts = first.phone(TO).texts();
    await first.close();

    const second = await createSandbox({ database, account: { friendlyName: 'Ignored', balance: '1.00' } });
    const { accountSid, authToken } = second;
    expect({ accountSid, authToken }).toEqual({ accountSid: first.accountSid, authToken: first.authToken });
    const after = createSandboxClient(second);
    expect((await after.api.v2010.accounts(accountSid).fetch()).friendlyName).toBe('Mine');
    expect((await after.balance.fetch()).balance).toBe(balance);
    expect((await after.incomingPhoneNumbers(number.sid).fetch()).smsApplicationSid).toBe(app.sid);
    expect((await after.applications(app.sid).fetch()).smsUrl).toBe('https://example.com/');
    expect(await after.outgoingCallerIds.list()).toHaveLength(1);
    expect((await after.messages(sid).fetch()).toJSON()).toEqual(message);
    expect(second.phone(TO).texts()).toEqual(texts);
    const failing = await after.messages.create({ from: FROM, to: '+12025550191', body: 'Hello' });
    expect((await waitForStatus(after, failing.sid, 'undelivered')).errorCode).toBe(30005);
    expect(failing.sid).not.toBe(sid);
    await second.close();
  });

  it('of an older version is upgraded: its calls have sounds without moments, and its phones can send', async () => {
    const [before, heard] = [SANDBOX_SCHEMA.slice(0, 7), [{ kind: 'say', content: `Dialing ${OTHER}` }]];
    const raw = new Database(database);
    raw.exec(`${before.join('')} PRAGMA user_version = ${before.length}`);
    raw
      .prepare("INSERT INTO callLog VALUES (1, ?, 'CA1', 'incoming', ?, 'ended', ?, 1000, 2000, 3000)")
      .run(TO, FROM, JSON.stringify(heard));
    raw.exec(`INSERT INTO phones VALUES ('${TO}', 'silent', NULL, 'once', 'busy', 5, 'withheld')`);
    raw.close();

    const sandbox = await createSandbox({ database });
    const client = createSandboxClient(sandbox);
    const phone = sandbox.phone(TO);
    const at = '1970-01-01T00:00:01.000Z';
    expect(phone.calls()).toMatchObject([
      { sid: 'CA1', heard: [{ ...heard[0], at: null }], said: [], waitsFor: null, startedAt: at },
    ]);
    expect(sandbox.exposures(OTHER)).toMatchObject([
      { phone: TO, how: 'heard', at, traceId: null, eventId: null },
    ]);
    expect([phone.label(), phone.behaviour()]).toEqual([
      '',
      { texts: 'silent', callbacks: 'once', calls: 'busy', slow: 5, callerId: 'withheld', blocked: [] },
    ]);
    await client.incomingPhoneNumbers.create({ phoneNumber: FROM });
    await phone.text(FROM, 'Hello');
    sandbox.assertShownOnlyTo(OTHER, []);
    expect([phone.sent(), sandbox.assertions()]).toMatchObject([[{ body: 'Hello' }], [{ isKept: false }]]);
    await sandbox.close();
  });

  it('keeps what phones sent, and their labels', async () => {
    const first = await createSandbox({ database });
    await createSandboxClient(first).incomingPhoneNumbers.create({ phoneNumber: FROM });
    await first.phone(TO).text(FROM, 'Hello');
    first.phone(TO).setLabel('Ann');
    const sent = first.phone(TO).sent();
    await first.close();
    const second = await createSandbox({ database });
    expect(second.phones()).toMatchObject([{ number: TO, label: 'Ann', sent: 1 }]);
    expect(second.phone(TO).sent()).toEqual(sent);
    expect(second.phone(TO).thread(FROM)).toMatchObject([{ body: 'Hello', eventId: null, traceId: null }]);
    await second.close();
  });

  it('keeps opt-outs, and how phones behave', async () => {
    const first = await createSandbox({ database });
    await createSandboxClient(first).incomingPhoneNumbers.create({ phoneNumber: FROM });
    await first.phone(TO).text(FROM, 'STOP');
    first.phone('+12025550191').behave({ callbacks: 'duplicated' });
    await first.close();
    const second = await createSandbox({ database });
    const client = createSandboxClient(second);
    const refused = client.messages.create({ from: FROM, to: TO, body: 'Hello' });
    await expect(refused).rejects.toMatchObject({ code: 21610 });
    const app = await startApp(second.authToken);
    const asked = { from: FROM, to: '+12025550191', body: 'Hello', statusCallback: app.origin };
    await client.messages.create(asked);
    await expect.poll(() => app.calls.length).toBe(4);
    await second.close();
    await app.close();
  });

  it('leaves one file behind when closed, even twice', async () => {
    const sandbox = await createSandbox({ database });
    await Promise.all([sandbox.close(), sandbox.close()]);
    expect(readdirSync(folder)).toEqual(['sandbox.db']);
  });

  it('delivers the texts that were in flight', async () => {
    const sandbox = await createSandbox({ database });
    const client = createSandboxClient(sandbox);
    await client.incomingPhoneNumbers.create({ phoneNumber: FROM });
    const { sid } = await client.messages.create({ from: FROM, to: TO, body: 'Hello' });
    await sandbox.close();
    const raw = new Database(database);
    raw.exec("UPDATE messages SET status = 'sending', sentAt = NULL, inTransit = 1; DELETE FROM texts");
    raw.close();

    const again = await createSandbox({ database });
    await waitForStatus(createSandboxClient(again), sid, 'delivered');
    expect(again.phone(TO).texts()).toMatchObject([{ sid }]);
    await again.close();
  });

  it('has stored its account before it reports it', async () => {
    const doomed = await spawnSandbox("process.kill(process.pid, 'SIGKILL');");
    await doomed.kill();
    const again = await createSandbox({ database });
    expect(again.accountSid).toBe(doomed.accountSid);
    await again.close();
  });

  it('keeps everything it answered before it was killed', async () => {
    const doomed = await spawnSandbox();
    const client = createSandboxClient(doomed);
    const app = await client.applications.create({ friendlyName: 'Relay' });
    const number = await client.incomingPhoneNumbers.create({ phoneNumber: FROM });
    const sids: string[] = [];
    for (let index = 0; index < 20; index += 1) {
      sids.push((await client.messages.create({ from: FROM, to: TO, body: `text ${index}` })).sid);
    }
    await doomed.kill();

    const sandbox = await createSandbox({ database });
    const after = createSandboxClient(sandbox);
    await after.applications(app.sid).fetch();
    await after.incomingPhoneNumbers(number.sid).fetch();
    for (const sid of sids) await waitForStatus(after, sid, 'delivered');
    expect(
      sandbox
        .phone(TO)
        .texts()
        .map(({ sid }) => sid),
    ).toEqual(sids);
    expect((await after.balance.fetch()).balance).toBe((100 - 1.15 - 20 * 0.0083).toFixed(3));
    await sandbox.close();
  });

  it('ends the calls that were ringing or in progress when it was killed', async () => {
    const doomed = await spawnSandbox(`phone('${OTHER}').behave({ calls: 'no-answer' });`);
    const client = createSandboxClient(doomed);
    await client.incomingPhoneNumbers.create({ phoneNumber: FROM });
    const twiml = '<Response><Pause length="60"/></Response>';
    const talks = await client.calls.create({ from: FROM, to: TO, twiml });
    const rings = await client.calls.create({ from: FROM, to: OTHER, twiml });
    const statuses = async () => (await client.calls.list()).map(({ status }) => status);
    await expect.poll(statuses).toEqual(['ringing', 'in-progress']);
    await doomed.kill();

    const sandbox = await createSandbox({ database });
    const after = createSandboxClient(sandbox);
    expect(await after.calls(talks.sid).fetch()).toMatchObject({ status: 'completed', price: null });
    expect(await after.calls(rings.sid).fetch()).toMatchObject({ status: 'failed', duration: null });
    expect(sandbox.phone(TO).calls()).toMatchObject([{ state: 'ended', endedAt: expect.any(String) }]);
    expect(sandbox.phone(OTHER).calls()).toMatchObject([{ state: 'missed', endedAt: expect.any(String) }]);
    expect(sandbox.phone(TO).liveCalls()).toEqual([]);
    expect((await after.balance.fetch()).balance).toBe('98.85');
    expect(await after.calls(talks.sid).remove()).toBe(true);
    await sandbox.close();
  });

  it('lets its process exit when it is closed during calls', async () => {
    const child = await spawnSandbox("process.once('SIGTERM', close);");
    const client = createSandboxClient(child);
    await client.incomingPhoneNumbers.create({ phoneNumber: FROM });
    const app = await startApp(child.authToken);
    app.answer(() => 'hang');
    const verbs = [
      '<Say loop="0">Hello</Say>',
      '<Pause length="60"/>',
      '<Gather timeout="60"/>',
      '<Record timeout="60"/>',
      `<Dial record="true">${OTHER}</Dial>`,
      `<Dial><Number url="${app.origin}/hangs">${OTHER}</Number></Dial>`,
      '<Enqueue>support</Enqueue>',
      `<Redirect>${app.origin}/hangs</Redirect>`,
    ];
    for (const verb of verbs) {
      await client.calls.create({ from: FROM, to: TO, twiml: `<Response>${verb}</Response>` });
    }
    await expect.poll(async () => (await client.calls.list({ status: 'in-progress' })).length).toBe(10);
    process.kill(child.pid, 'SIGTERM');
    expect(await child.ended).toEqual([0, null]);
    await app.close();
  });

  it('can be open in one process at a time', async () => {
    const first = await spawnSandbox();
    await expect(createSandbox({ database })).rejects.toMatchObject({
      kind: 'needsUser',
      reason: 'another process is using it',
    });
    await first.kill();
    await (await createSandbox({ database })).close();
  });
});

describe('a file that is not a database of this version', () => {
  it('is refused if a newer version wrote it', async () => {
    const raw = new Database(database);
    raw.exec('PRAGMA user_version = 99');
    raw.close();
    await expect(createSandbox({ database })).rejects.toMatchObject({
      kind: 'needsUser',
      reason: expect.stringMatching(/newer/),
    });
  });

  it('is refused and left unchanged if it belongs to something else', async () => {
    const raw = new Database(database);
    raw.exec('CREATE TABLE precious (a)');
    raw.close();
    await expect(createSandbox({ database })).rejects.toMatchObject({
      kind: 'needsUser',
      reason: expect.stringMatching(/another program wrote it/),
    });
    const again = new Database(database);
    expect(again.prepare('SELECT name FROM sqlite_master').all()).toMatchObject([{ name: 'precious' }]);
    again.close();
  });

  it('is refused if it is not a database', async () => {
    writeFileSync(database, 'x'.repeat(4096));
    await expect(createSandbox({ database })).rejects.toMatchObject({ kind: 'needsUser' });
  });

  it('is refused if it cannot be created', async () => {
    const nowhere = createSandbox({ database: join(folder, 'missing', 'sandbox.db') });
    await expect(nowhere).rejects.toMatchObject({ kind: 'needsUser' });
  });
});
