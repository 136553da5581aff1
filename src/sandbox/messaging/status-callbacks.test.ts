// The status callbacks of messages: when they are sent, in which order, and their parameters.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient } from '../../../test/support/sandbox-client.js';
import { startApp, twiml, type WebhookApp } from '../../../test/support/webhook-app.js';
import { createSandbox, type Sandbox } from '../create.js';

const NUMBER = '+12025550100';
const PHONE = '+12125550190';
const START = Date.UTC(2026, 0, 2, 3, 4);

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;
let app: WebhookApp;

beforeEach(async () => {
  // With a manual clock, all callbacks have been made once it was advanced.
  sandbox = await createSandbox({ clock: 'manual', now: () => START });
  client = createSandboxClient(sandbox);
  app = await startApp(sandbox.authToken);
  await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER });
});
afterEach(async () => {
  await sandbox.close();
  await app.close();
});

async function send(options: { to?: string; statusCallback?: string; applicationSid?: string } = {}) {
  const { sid } = await client.messages.create({ from: NUMBER, to: PHONE, body: 'Hello', ...options });
  return sid;
}

const statuses = (path = '/status') => app.formsAt(path).map(({ MessageStatus }) => MessageStatus);
const wanted = () => ({ statusCallback: `${app.origin}/status` });

describe('a status callback', () => {
  it('is sent for each change after the first, signed, with all parameters [S F109]', async () => {
    const sid = await send(wanted());
    await sandbox.clock.advance('1s');
    expect(app.calls.map(({ method, signed }) => [method, signed])).toEqual([
      ['POST', true],
      ['POST', true],
    ]);
    const common = {
      SmsSid: sid,
      MessageSid: sid,
      To: PHONE,
      From: NUMBER,
      AccountSid: sandbox.accountSid,
      ApiVersion: '2010-04-01',
    };
    expect(app.formsAt('/status')).toEqual([
      { ...common, SmsStatus: 'sent', MessageStatus: 'sent' },
      { ...common, SmsStatus: 'delivered', MessageStatus: 'delivered', RawDlrDoneDate: '2601020304' },
    ]);
  });

  it('is sent 100 ms after the request, so that the app can store the SID first', async () => {
    const sid = await send(wanted());
    await sandbox.clock.advance('90ms');
    expect((await client.messages(sid).fetch()).status).toBe('delivered');
    expect(statuses()).toEqual([]);
    await sandbox.clock.advance('20ms');
    expect(statuses()).toEqual(['sent', 'delivered']);
  });

  it('has the error code of a text that was not delivered [S F110]', async () => {
    sandbox.phone(PHONE).behave({ texts: { undelivered: 30005 } });
    await send(wanted());
    await sandbox.clock.advance('1s');
    expect(app.formsAt('/status').at(-1)).toMatchObject({ MessageStatus: 'undelivered', ErrorCode: '30005' });
    expect(app.formsAt('/status')[0]).not.toHaveProperty('ErrorCode');
  });

  it('is not sent for the missing receipt of a silent phone, or without a URL', async () => {
    sandbox.phone(PHONE).behave({ texts: 'silent' });
    await send(wanted());
    await send();
    await sandbox.clock.advance('1s');
    expect(statuses()).toEqual(['sent']);
  });

  it("is sent to the application's URL, unless the message has its own [S F111]", async () => {
    const { sid } = await client.applications.create({ messageStatusCallback: `${app.origin}/app` });
    await send({ applicationSid: sid });
    await send({ applicationSid: sid, ...wanted() });
    await sandbox.clock.advance('1s');
    expect([statuses('/app'), statuses()]).toEqual([
      ['sent', 'delivered'],
      ['sent', 'delivered'],
    ]);
  });

  it("is sent to the Messaging Service's URL, for queued too [S F112]", async () => {
    const service = await client.messaging.v1.services.create({
      friendlyName: 'Relay',
      statusCallback: `${app.origin}/service`,
    });
    const [number] = await client.incomingPhoneNumbers.list();
    await client.messaging.v1
      .services(service.sid)
      .phoneNumbers.create({ phoneNumberSid: number?.sid ?? '' });
    await client.messages.create({ messagingServiceSid: service.sid, to: PHONE, body: 'Hello' });
    await sandbox.clock.advance('1s');
    expect(statuses('/service')).toEqual(['queued', 'sent', 'delivered']);
    expect(app.formsAt('/service')[0]).toMatchObject({ MessagingServiceSid: service.sid, From: NUMBER });
  });

  it('that fails becomes an alert and does not stop the next ones [S F113]', async () => {
    app.answer(({ form }) => (form.MessageStatus === 'sent' ? { status: 500 } : twiml('')));
    const sid = await send(wanted());
    await sandbox.clock.advance('1s');
    expect(statuses()).toEqual(['sent', 'delivered']);
    expect(await client.monitor.v1.alerts.list()).toMatchObject([
      { errorCode: '11217', resourceSid: sid, requestUrl: `${app.origin}/status` },
    ]);
  });

  it('waits for the one before about the same message, even if the app is slow', async () => {
    let open = 0;
    let most = 0;
    app.answer(async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setTimeout(resolve, 10));
      open -= 1;
      return twiml('<Response/>');
    });
    await send(wanted());
    await sandbox.clock.advance('1s');
    expect([most, statuses()]).toEqual([1, ['sent', 'delivered']]);
  });

  it('for delivered finds the message complete, so that the app can delete it', async () => {
    app.answer(async ({ form }) => {
      if (form.MessageStatus === 'delivered') await client.messages(form.MessageSid ?? '').remove();
      return twiml('<Response/>');
    });
    const sid = await send(wanted());
    await sandbox.clock.advance('1s');
    await expect(client.messages(sid).fetch()).rejects.toMatchObject({ status: 404 });
    expect(await client.monitor.v1.alerts.list()).toEqual([]);
  });

  it('is sent for many messages, in order for each', async () => {
    const sids = await Promise.all(Array.from({ length: 120 }, () => send(wanted())));
    await sandbox.clock.advance('1s');
    for (const sid of sids) {
      const own = app.formsAt('/status').filter(({ MessageSid }) => MessageSid === sid);
      expect(own.map(({ MessageStatus }) => MessageStatus)).toEqual(['sent', 'delivered']);
    }
  });
});

describe('a phone', () => {
  it('can have its status callbacks duplicated', async () => {
    sandbox.phone(PHONE).behave({ callbacks: 'duplicated' });
    await send(wanted());
    await sandbox.clock.advance('1s');
    expect(statuses()).toEqual(['sent', 'sent', 'delivered', 'delivered']);
    sandbox.phone(PHONE).behave({ callbacks: 'once' });
    await send(wanted());
    await sandbox.clock.advance('1s');
    expect(statuses()).toHaveLength(6);
  });

  it('can have its status callbacks reordered', async () => {
    sandbox.phone(PHONE).behave({ callbacks: 'reordered' });
    await send(wanted());
    await sandbox.clock.advance('1s');
    expect(statuses()).toEqual(['delivered', 'sent']);
    sandbox.phone(PHONE).behave({ texts: 'silent' });
    await send(wanted());
    await sandbox.clock.advance('1s');
    expect(statuses()).toEqual(['delivered', 'sent', 'sent']);
  });

  it.each([
    ['reads its texts', { texts: 'read' }, ['sent', 'delivered', 'read']],
    ['reads its texts, reordered', { texts: 'read', callbacks: 'reordered' }, ['read', 'delivered', 'sent']],
    ['has failed texts', { texts: { failed: 30001 } }, ['failed']],
  ] as const)('that %s has the callbacks', async (_how, behaviour, callbacks) => {
    sandbox.phone(PHONE).behave({ callbacks: 'once', ...behaviour });
    await send(wanted());
    await sandbox.clock.advance('1s');
    expect(statuses()).toEqual(callbacks);
  });
});
