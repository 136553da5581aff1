// Sends texts that want to be called back about, and looks at what comes.
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
  it('comes for each change after the first, signed, with its parameters [S F109]', async () => {
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

  it('does not come before whoever sent the text could have stored its SID', async () => {
    const sid = await send(wanted());
    await sandbox.clock.advance('90ms');
    expect((await client.messages(sid).fetch()).status).toBe('delivered');
    expect(statuses()).toEqual([]);
    await sandbox.clock.advance('20ms');
    expect(statuses()).toEqual(['sent', 'delivered']);
  });

  it('tells why a text was not delivered [S F110]', async () => {
    sandbox.phone(PHONE).behave({ texts: { undelivered: 30005 } });
    await send(wanted());
    await sandbox.clock.advance('1s');
    expect(app.formsAt('/status').at(-1)).toMatchObject({ MessageStatus: 'undelivered', ErrorCode: '30005' });
    expect(app.formsAt('/status')[0]).not.toHaveProperty('ErrorCode');
  });

  it('does not come for a receipt that a silent phone does not send, and not when nobody asked', async () => {
    sandbox.phone(PHONE).behave({ texts: 'silent' });
    await send(wanted());
    await send();
    await sandbox.clock.advance('1s');
    expect(statuses()).toEqual(['sent']);
  });

  it("goes to the application's URL, unless the message has its own [S F111]", async () => {
    const { sid } = await client.applications.create({ messageStatusCallback: `${app.origin}/app` });
    await send({ applicationSid: sid });
    await send({ applicationSid: sid, ...wanted() });
    await sandbox.clock.advance('1s');
    expect([statuses('/app'), statuses()]).toEqual([
      ['sent', 'delivered'],
      ['sent', 'delivered'],
    ]);
  });

  it("goes to the messaging service's URL, for queued too [S F112]", async () => {
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

  it('that fails is an alert, and the next ones come all the same [S F113]', async () => {
    app.answer(({ form }) => (form.MessageStatus === 'sent' ? { status: 500 } : twiml('')));
    const sid = await send(wanted());
    await sandbox.clock.advance('1s');
    expect(statuses()).toEqual(['sent', 'delivered']);
    expect(await client.monitor.v1.alerts.list()).toMatchObject([
      { errorCode: '11217', resourceSid: sid, requestUrl: `${app.origin}/status` },
    ]);
  });

  it('comes one at a time for a message, however slow the app is', async () => {
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

  it('lets the app delete the message that was delivered', async () => {
    app.answer(async ({ form }) => {
      if (form.MessageStatus === 'delivered') await client.messages(form.MessageSid ?? '').remove();
      return twiml('<Response/>');
    });
    const sid = await send(wanted());
    await sandbox.clock.advance('1s');
    await expect(client.messages(sid).fetch()).rejects.toMatchObject({ status: 404 });
    expect(await client.monitor.v1.alerts.list()).toEqual([]);
  });

  it('comes for many messages, in order for each', async () => {
    const sids = await Promise.all(Array.from({ length: 120 }, () => send(wanted())));
    await sandbox.clock.advance('1s');
    for (const sid of sids) {
      const own = app.formsAt('/status').filter(({ MessageSid }) => MessageSid === sid);
      expect(own.map(({ MessageStatus }) => MessageStatus)).toEqual(['sent', 'delivered']);
    }
  });
});

describe('a phone', () => {
  it('can have its callbacks come twice', async () => {
    sandbox.phone(PHONE).behave({ callbacks: 'duplicated' });
    await send(wanted());
    await sandbox.clock.advance('1s');
    expect(statuses()).toEqual(['sent', 'sent', 'delivered', 'delivered']);
    sandbox.phone(PHONE).behave({ callbacks: 'once' });
    await send(wanted());
    await sandbox.clock.advance('1s');
    expect(statuses()).toHaveLength(6);
  });

  it('can have its callbacks come the other way round', async () => {
    sandbox.phone(PHONE).behave({ callbacks: 'reordered' });
    await send(wanted());
    await sandbox.clock.advance('1s');
    expect(statuses()).toEqual(['delivered', 'sent']);
    sandbox.phone(PHONE).behave({ texts: 'silent' });
    await send(wanted());
    await sandbox.clock.advance('1s');
    expect(statuses()).toEqual(['delivered', 'sent', 'sent']);
  });
});
