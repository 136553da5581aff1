// Texts between two numbers of the account, and the guard against loops.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient, waitForStatus } from '../../../../test/support/sandbox-client.js';
import { startApp, twiml, type WebhookApp } from '../../../../test/support/webhook-app.js';
import { createSandbox, type Sandbox } from '../../create.js';

const ONE = '+12025550100';
const OTHER = '+12025550101';
const PHONE = '+12125550190';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;
let app: WebhookApp;

async function open(options: Parameters<typeof createSandbox>[0] = {}): Promise<void> {
  sandbox = await createSandbox(options);
  client = createSandboxClient(sandbox);
  app = await startApp(sandbox.authToken);
  for (const [phoneNumber, path] of [
    [ONE, '/one'],
    [OTHER, '/other'],
  ] as const) {
    await client.incomingPhoneNumbers.create({ phoneNumber, smsUrl: app.origin + path });
  }
}

/** Thirty replies must come within half a minute, however busy the machine is. */
async function openWithManualClock(): Promise<void> {
  await sandbox.close();
  await app.close();
  await open({ clock: 'manual' });
}

beforeEach(() => open());
afterEach(async () => {
  await sandbox.close();
  await app.close();
});

const called = (path: string) => expect.poll(() => app.formsAt(path).length);
const inbound = async () => (await client.messages.list()).filter(({ direction }) => direction === 'inbound');
const alertCodes = async () => (await client.monitor.v1.alerts.list()).map(({ errorCode }) => errorCode);

describe('a text to another number of the account', () => {
  it('is delivered, and causes a signed webhook for that number', async () => {
    const statusCallback = `${app.origin}/status`;
    const sent = await client.messages.create({ from: ONE, to: OTHER, body: 'Hello', statusCallback });
    await waitForStatus(client, sent.sid, 'delivered');
    await called('/other').toBe(1);
    const [received] = await inbound();
    expect(received).toMatchObject({ from: ONE, to: OTHER, body: 'Hello', status: 'received' });
    expect(received?.sid).not.toBe(sent.sid);
    expect(app.calls.find(({ path }) => path === '/other')).toMatchObject({
      signed: true,
      form: { MessageSid: received?.sid, From: ONE, To: OTHER, Body: 'Hello', FromState: 'DC' },
    });
    await called('/status').toBe(2);
    expect(app.formsAt('/status').map((form) => form.MessageStatus)).toEqual(['sent', 'delivered']);
    expect(sandbox.phones()).toEqual([]);
  });

  it('is received in the same trace, caused by its delivery', async () => {
    const { sid } = await client.messages.create({ from: ONE, to: OTHER, body: 'Hello' });
    await called('/other').toBe(1);
    const events = sandbox.events();
    const queued = events.find(({ kind }) => kind === 'text.queued');
    const received = events.find(({ kind }) => kind === 'text.received');
    expect(received?.traceId).toBe(queued?.traceId);
    const cause = events.find(({ id }) => id === received?.cause);
    expect(cause).toMatchObject({ kind: 'text.status', sid, status: 'delivered' });
    expect(events.filter(({ kind }) => kind === 'text.reached-phone')).toEqual([]);
  });

  it('is not received if the networks refuse it', async () => {
    sandbox.compliance(ONE, { a2p: 'unregistered' });
    const { sid } = await client.messages.create({ from: ONE, to: OTHER, body: 'Hello' });
    expect((await waitForStatus(client, sid, 'undelivered', 'delivered')).errorCode).toBe(30034);
    expect(await inbound()).toEqual([]);
  });

  it('is delivered and then lost if the Messaging Service of that number has no inbound URL', async () => {
    const service = await client.messaging.v1.services.create({ friendlyName: 'Deaf' });
    const [number] = await client.incomingPhoneNumbers.list({ phoneNumber: OTHER });
    const phoneNumberSid = number?.sid ?? '';
    await client.messaging.v1.services(service.sid).phoneNumbers.create({ phoneNumberSid });
    const { sid } = await client.messages.create({ from: ONE, to: OTHER, body: 'Hello' });
    await waitForStatus(client, sid, 'delivered');
    expect(await inbound()).toEqual([]);
  });

  it('can be STOP; the automatic reply is received as a text', async () => {
    await client.messages.create({ from: ONE, to: OTHER, body: 'STOP' });
    await called('/one').toBe(1);
    expect(app.formsAt('/one')).toMatchObject([
      { From: OTHER, To: ONE, Body: expect.stringMatching(/^You have successfully been unsubscribed/) },
    ]);
    const refused = client.messages.create({ from: OTHER, to: ONE, body: 'Hello' });
    await expect(refused).rejects.toMatchObject({ code: 21610 });
    expect(sandbox.phones()).toEqual([]);
  });

  it('reaches a phone once the number is released', async () => {
    const [number] = await client.incomingPhoneNumbers.list({ phoneNumber: OTHER });
    await client.incomingPhoneNumbers(number?.sid ?? '').remove();
    const { sid } = await client.messages.create({ from: ONE, to: OTHER, body: 'Hello' });
    await waitForStatus(client, sid, 'delivered');
    expect(sandbox.phone(OTHER).texts()).toMatchObject([{ sid }]);
    expect(await inbound()).toEqual([]);
  });
});

describe('two numbers that reply to each other', () => {
  beforeEach(openWithManualClock);

  it('by TwiML are blocked after thirty replies, for half a minute', async () => {
    app.answer(() => twiml('<Response><Message>And you?</Message></Response>'));
    const first = await client.messages.create({ from: ONE, to: OTHER, body: 'Hello' });
    await sandbox.clock.advance('1s');
    const all = await client.messages.list();
    const failed = all.filter(({ status }) => status === 'failed');
    expect(all.filter(({ status }) => status === 'delivered')).toHaveLength(30);
    expect(failed).toMatchObject([
      { direction: 'outbound-reply', errorCode: 14107, dateSent: null, price: null },
    ]);
    expect(failed[0]?.errorMessage).toBe('SMS send rate limit exceeded');
    expect(await alertCodes()).toEqual(['14107']);
    const last = sandbox.events({ kind: 'text.status' }).at(-1);
    expect(last).toMatchObject({ status: 'failed', errorCode: 14107 });
    expect(sandbox.events({ kind: 'text.queued' })[0]?.traceId).toBe(last?.traceId);
    expect((await client.messages(first.sid).fetch()).status).toBe('delivered');

    app.answer(() => twiml('<Response/>'));
    const tooSoon = await client.messages.create({ from: OTHER, to: ONE, body: 'Again' });
    await sandbox.clock.advance('30s');
    const later = await client.messages.create({ from: OTHER, to: ONE, body: 'Again' });
    await sandbox.clock.advance('1s');
    expect((await client.messages(tooSoon.sid).fetch()).status).toBe('failed');
    expect((await client.messages(later.sid).fetch()).status).toBe('delivered');
  });

  it('by the API are blocked too, with a status callback', async () => {
    app.answer(async ({ form, path }) => {
      const [from, to] = [form.To ?? '', form.From ?? ''];
      const statusCallback = `${app.origin}/status`;
      if (path !== '/status') await client.messages.create({ from, to, body: 'And you?', statusCallback });
      return twiml('<Response/>');
    });
    await client.messages.create({ from: ONE, to: OTHER, body: 'Hello' });
    await sandbox.clock.advance('20s');
    expect(await alertCodes()).toEqual(['14107']);
    const failures = app.formsAt('/status').filter((form) => form.MessageStatus === 'failed');
    expect(failures).toMatchObject([{ ErrorCode: '14107' }]);
    expect(failures[0]).not.toHaveProperty('RawDlrDoneDate');
    expect(await inbound()).toHaveLength(30);
  });
});

describe('an app that replies to a phone', () => {
  beforeEach(openWithManualClock);

  it('is blocked after thirty replies; messages of the API do not count', async () => {
    app.answer(() => twiml('<Response><Message>Hi</Message></Response>'));
    for (let count = 0; count < 31; count += 1) {
      await client.messages.create({ from: ONE, to: PHONE, body: 'Hello' });
      await sandbox.phone(PHONE).text(ONE, 'Hello');
    }
    expect(await alertCodes()).toEqual(['14107']);
    const { sid } = await client.messages.create({ from: ONE, to: PHONE, body: 'Hello' });
    await sandbox.clock.advance('1s');
    expect((await client.messages(sid).fetch()).status).toBe('delivered');
  });
});
