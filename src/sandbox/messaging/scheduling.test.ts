// Schedules messages, cancels them, and sends them at their time.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient } from '../../../test/support/sandbox-client.js';
import { startApp, type WebhookApp } from '../../../test/support/webhook-app.js';
import { createSandbox, type Sandbox } from '../create.js';

const NUMBER = '+12025550100';
const PHONE = '+12125550190';
const START = Date.parse('2026-03-01T12:00:00Z');
const HOUR = 3_600_000;

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;
let app: WebhookApp;
let messagingServiceSid: string;
let folder: string;

async function open(at = START): Promise<void> {
  const database = join(folder, 'world.db');
  sandbox = await createSandbox({ clock: 'manual', now: () => at, database });
  client = createSandboxClient(sandbox);
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
  await open();
  app = await startApp(sandbox.authToken);
  const { sid: phoneNumberSid } = await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER });
  messagingServiceSid = (await client.messaging.v1.services.create({ friendlyName: 'Relay' })).sid;
  await client.messaging.v1.services(messagingServiceSid).phoneNumbers.create({ phoneNumberSid });
});
afterEach(async () => {
  await sandbox.close();
  await app.close();
  rmSync(folder, { recursive: true });
});

/** Schedules a message; for an hour from the start unless `options` say otherwise. */
const schedule = (options = {}) =>
  client.messages.create({
    messagingServiceSid,
    to: PHONE,
    body: 'Later',
    scheduleType: 'fixed',
    sendAt: new Date(START + HOUR),
    statusCallback: app.origin,
    ...options,
  });
const fetchMessage = (sid: string) => client.messages(sid).fetch();
const statuses = () => app.formsAt('/').map((form) => form.MessageStatus);

describe('a scheduled message', () => {
  it('is sent at its time like every message of a service', async () => {
    const created = await schedule();
    expect(created).toMatchObject({ status: 'scheduled', from: null, numSegments: '0', dateSent: null });
    await sandbox.clock.advance('59m');
    expect(await fetchMessage(created.sid)).toMatchObject({ status: 'scheduled', from: null });
    expect(await client.messages.list()).toMatchObject([{ sid: created.sid, status: 'scheduled' }]);
    expect([sandbox.phone(PHONE).texts(), statuses()]).toEqual([[], []]);
    expect((await client.balance.fetch()).balance).toBe('98.85');
    await sandbox.clock.advance('2m');
    expect(await fetchMessage(created.sid)).toMatchObject({
      status: 'delivered',
      from: NUMBER,
      dateSent: new Date(START + HOUR),
    });
    expect(sandbox.phone(PHONE).texts()).toMatchObject([{ sid: created.sid, body: 'Later' }]);
    expect(statuses()).toEqual(['queued', 'sent', 'delivered']);
  });

  it('can be canceled once, with a callback, and deleted only then', async () => {
    const { sid } = await schedule();
    await expect(client.messages(sid).remove()).rejects.toMatchObject({ code: 20009 });
    expect((await client.messages(sid).update({ status: 'canceled' })).status).toBe('canceled');
    await sandbox.clock.advance('2h');
    expect(await fetchMessage(sid)).toMatchObject({ status: 'canceled', dateSent: null, price: null });
    expect([sandbox.phone(PHONE).texts(), statuses()]).toEqual([[], ['canceled']]);
    const again = client.messages(sid).update({ status: 'canceled' });
    await expect(again).rejects.toMatchObject({ status: 400, code: 30409 });
    await client.messages(sid).remove();
    await expect(fetchMessage(sid)).rejects.toMatchObject({ status: 404 });
  });

  it('cannot be canceled once it is in flight, or set to any other status', async () => {
    const { sid } = await client.messages.create({ from: NUMBER, to: PHONE, body: 'Now' });
    const canceling = client.messages(sid).update({ status: 'canceled' });
    await expect(canceling).rejects.toMatchObject({ status: 400, code: 30409 });
    const scheduled = await schedule();
    const path = `/2010-04-01/Accounts/${sandbox.accountSid}/Messages/${scheduled.sid}.json`;
    const sending = client.request({
      method: 'post',
      uri: `https://api.twilio.com${path}`,
      data: { Status: 'sent' },
    });
    expect((await sending).statusCode).toBe(400);
  });

  it('is sent by the next sandbox on its database, late if necessary', async () => {
    const [one, two] = [await schedule(), await schedule({ sendAt: new Date(START + 2 * HOUR) })];
    await sandbox.close();
    await open(START + HOUR + 1000);
    await sandbox.clock.advance('1s');
    expect((await fetchMessage(one.sid)).status).toBe('delivered');
    expect((await fetchMessage(two.sid)).status).toBe('scheduled');
    await sandbox.clock.advance('1h');
    expect((await fetchMessage(two.sid)).status).toBe('delivered');
  });

  it('fails if the phone has opted out by then', async () => {
    const { sid } = await schedule();
    await sandbox.phone(PHONE).text(NUMBER, 'STOP');
    await sandbox.clock.advance('2h');
    expect(await fetchMessage(sid)).toMatchObject({ status: 'failed', errorCode: 21610 });
    expect(statuses()).toEqual(['queued', 'failed']);
  });

  it('fails if the account may no longer text the country by then [S F511]', async () => {
    sandbox.allowCountry('GB');
    const { sid } = await schedule({ to: '+447400123456' });
    sandbox.refuseCountry('GB');
    await sandbox.clock.advance('2h');
    expect(await fetchMessage(sid)).toMatchObject({ status: 'failed', errorCode: 21408 });
    expect(statuses()).toEqual(['queued', 'failed']);
  });

  it('is sent by another number of the service if its own was released', async () => {
    const { sid } = await schedule();
    const [old] = await client.incomingPhoneNumbers.list();
    await client.incomingPhoneNumbers(old?.sid ?? '').remove();
    const next = await client.incomingPhoneNumbers.create({ phoneNumber: '+12025550101' });
    const { phoneNumbers } = client.messaging.v1.services(messagingServiceSid);
    await phoneNumbers.create({ phoneNumberSid: next.sid });
    const lost = await schedule({ sendAt: new Date(START + 2 * HOUR) });
    await sandbox.clock.advance('61m');
    expect(await fetchMessage(sid)).toMatchObject({ status: 'delivered', from: '+12025550101' });
    await client.incomingPhoneNumbers(next.sid).remove();
    await sandbox.clock.advance('61m');
    expect(await fetchMessage(lost.sid)).toMatchObject({ status: 'failed', errorCode: 21704 });
  });

  it('is dropped by a reset', async () => {
    await schedule();
    sandbox.reset();
    await sandbox.clock.advance('2h');
    expect([sandbox.phones(), statuses()]).toEqual([[], []]);
  });

  const at = (milliseconds: number) => ({ sendAt: new Date(START + milliseconds) });
  it.each([
    ['no time', { sendAt: undefined }, 35111],
    ['a time in less than five minutes', at(299_999), 35114],
    ['a time in more than 35 days', at(35 * 24 * HOUR + 1000), 35114],
    ['an invalid time', { sendAt: 'tomorrow' }, 35114],
    ['no Messaging Service', { messagingServiceSid: undefined, from: NUMBER }, 35118],
    ['another schedule type', { scheduleType: 'optimize' }, 35126],
  ])('is refused with %s', async (_name, options, code) => {
    await expect(schedule(options)).rejects.toMatchObject({ status: 400, code });
    expect(await client.messages.list()).toEqual([]);
  });

  it.each([300_000, 35 * 24 * HOUR])('is accepted %d milliseconds ahead', async (milliseconds) => {
    expect((await schedule(at(milliseconds))).status).toBe('scheduled');
  });
});
