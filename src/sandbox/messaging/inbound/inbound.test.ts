// Texts from phones to the account: the webhook, its URL, and the replies of the app.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient, waitForStatus } from '../../../../test/support/sandbox-client.js';
import { startApp, twiml, type WebhookApp } from '../../../../test/support/webhook-app.js';
import { createSandbox, type Sandbox } from '../../create.js';

const NUMBER = '+12025550100';
const PHONE = '+12125550190';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;
let app: WebhookApp;
let numberSid: string;

beforeEach(async () => {
  sandbox = await createSandbox();
  client = createSandboxClient(sandbox);
  app = await startApp(sandbox.authToken);
  const bought = await client.incomingPhoneNumbers.create({
    phoneNumber: NUMBER,
    smsUrl: `${app.origin}/sms?app=1`,
  });
  numberSid = bought.sid;
});
afterEach(async () => {
  await sandbox.close();
  await app.close();
});

const alertCodes = async () => (await client.monitor.v1.alerts.list()).map(({ errorCode }) => errorCode);

describe('an inbound text', () => {
  it('causes a signed webhook with all parameters [R F064]', async () => {
    const { messageSid, webhook, replies, automaticReply } = await sandbox
      .phone(PHONE)
      .text(NUMBER, 'Hello 📲');
    expect(webhook).toEqual({ url: `${app.origin}/sms?app=1`, status: 200, errorCode: null, failure: null });
    expect([replies, automaticReply]).toEqual([[], null]);
    const [called] = app.calls;
    expect(called).toMatchObject({ method: 'POST', path: '/sms?app=1', signed: true });
    expect(called?.form).toEqual({
      ToCountry: 'US',
      ToState: 'DC',
      SmsMessageSid: messageSid,
      NumMedia: '0',
      ToCity: 'WASHINGTON',
      FromZip: '10001',
      SmsSid: messageSid,
      FromState: 'NY',
      SmsStatus: 'received',
      FromCity: 'NEW YORK',
      Body: 'Hello 📲',
      FromCountry: 'US',
      To: NUMBER,
      ToZip: '20001',
      NumSegments: '1',
      MessageSid: messageSid,
      AccountSid: sandbox.accountSid,
      From: PHONE,
      ApiVersion: '2010-04-01',
    });
    expect(called?.headers).toMatchObject({
      'user-agent': 'TwilioProxy/1.1',
      accept: '*/*',
      'accept-encoding': 'gzip',
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(called?.body.length),
      'x-home-region': 'us1',
      'i-twilio-idempotency-token': expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      host: `127.0.0.1:${app.port}`,
    });
  });

  it('is stored as a message and charged [S F065]', async () => {
    const before = Number((await client.balance.fetch()).balance);
    const { messageSid } = await sandbox.phone(PHONE).text(NUMBER, 'x'.repeat(161));
    const message = await client.messages(messageSid ?? '').fetch();
    expect(message).toMatchObject({
      sid: expect.stringMatching(/^SM[0-9a-f]{32}$/),
      direction: 'inbound',
      status: 'received',
      from: PHONE,
      to: NUMBER,
      numSegments: '2',
      price: '-0.01660',
      dateSent: expect.any(Date),
      messagingServiceSid: null,
    });
    expect(before - Number((await client.balance.fetch()).balance)).toBeCloseTo(0.0166, 6);
    expect(await client.messages.list({ to: NUMBER, from: PHONE })).toHaveLength(1);
    expect(sandbox.phone(NUMBER).texts()).toEqual([]);
  });

  it('causes a webhook by GET whose signed query has the parameters [S F066]', async () => {
    await client.incomingPhoneNumbers(numberSid).update({ smsMethod: 'GET' });
    const { messageSid } = await sandbox.phone(PHONE).text(NUMBER, 'a b+c&d=é');
    const [called] = app.calls;
    expect(called).toMatchObject({ method: 'GET', body: '', signed: true });
    const query = new URLSearchParams(called?.path.split('?')[1]);
    expect(Object.fromEntries(query)).toMatchObject({ app: '1', Body: 'a b+c&d=é', MessageSid: messageSid });
    expect(called?.headers['content-type']).toBeUndefined();
  });

  it('from a short code shows the code as the sender [S F067]', async () => {
    const { webhook, messageSid } = await sandbox.phone('64192').text(NUMBER, 'Your code is 123456');
    expect(webhook).toMatchObject({ status: 200, errorCode: null });
    expect(app.calls).toMatchObject([{ signed: true, form: { From: '64192', Body: 'Your code is 123456' } }]);
    expect(await client.messages.list({ from: '64192' })).toMatchObject([{ sid: messageSid, from: '64192' }]);
  });

  it.each([
    ['+266696687', 'R'],
    ['Restricted', 'R'],
    ['MYBANK', 'S'],
    ['AT&T', 'U'],
    ['+12223334444', 'U'],
    ['+999123', 'U'],
    ['641', 'U'],
    ['sip:ann@example.com:5060;transport=tls', 'S'],
  ])('from %s arrives like any other [%s F340]', async (from) => {
    app.answer(() => twiml('<Response><Message>Thanks</Message></Response>'));
    const { webhook, messageSid, replies } = await sandbox.phone(from).text(NUMBER, 'Hello');
    expect([webhook?.status, replies]).toEqual([200, []]);
    expect(app.calls).toMatchObject([
      { signed: true, form: { From: from, Body: 'Hello', FromCity: '', FromState: '', FromZip: '' } },
    ]);
    expect(await client.messages.list({ from })).toMatchObject([{ sid: messageSid, from }]);
    expect(sandbox.phones()).toMatchObject([{ number: from, sent: 1 }]);
    expect(sandbox.phone(from).thread(NUMBER)).toMatchObject([{ direction: 'sent', body: 'Hello' }]);
    // Only destinations are validated: the reply is refused.
    expect(await alertCodes()).toEqual(['21211']);
  });

  it('from a short code cannot be replied to [S F068]', async () => {
    app.answer(() => twiml('<Response><Message>Thanks</Message></Response>'));
    expect((await sandbox.phone('641920').text(NUMBER, 'Hello')).replies).toEqual([]);
    expect(await alertCodes()).toEqual(['21265']);
  });

  it('is stored, and causes no webhook, if no URL is configured [U F069]', async () => {
    await client.incomingPhoneNumbers(numberSid).update({ smsUrl: '' });
    const { messageSid, webhook } = await sandbox.phone(PHONE).text(NUMBER, 'Hello');
    expect(webhook).toBeNull();
    expect((await client.messages(messageSid ?? '').fetch()).status).toBe('received');
    expect(await alertCodes()).toEqual([]);
  });

  it.each([
    ['to a number that the account does not own', PHONE, '+12025550101', 'Hello', [], /does not own/],
    ['from a number of the account', NUMBER, NUMBER, 'Hello', [], /the account owns that number/],
    ['that is empty', PHONE, NUMBER, '', [], /no body and no media/],
    ['that is too long', PHONE, NUMBER, 'x'.repeat(1601), [], /1600/],
    ['with more than ten media files', PHONE, NUMBER, '', Array(11).fill('http://a/b.jpg'), /10/],
    ['with media that has no URL', PHONE, NUMBER, '', ['b.jpg'], /http/],
  ])('%s cannot be sent', async (_name, from, to, body, mediaUrls, reason) => {
    const sending = sandbox.phone(from).text(to, body, { mediaUrls });
    await expect(sending).rejects.toMatchObject({ kind: 'usage', reason: expect.stringMatching(reason) });
    expect(await client.messages.list()).toEqual([]);
    expect(app.calls).toEqual([]);
  });
});

describe('the webhook URL of an inbound text', () => {
  const text = () => sandbox.phone(PHONE).text(NUMBER, 'Hello');
  const paths = () => app.calls.map(({ path }) => path);

  it('is that of the TwiML app, even if the app has none [S F070]', async () => {
    const { sid } = await client.applications.create({ smsUrl: `${app.origin}/app` });
    await client.incomingPhoneNumbers(numberSid).update({ smsApplicationSid: sid });
    await text();
    await client.applications(sid).update({ smsUrl: '' });
    expect((await text()).webhook).toBeNull();
    expect(paths()).toEqual(['/app']);
  });

  it('is that of the Messaging Service, before all others [S F071]', async () => {
    const service = await client.messaging.v1.services.create({
      friendlyName: 'Relay',
      inboundRequestUrl: `${app.origin}/service`,
    });
    await client.messaging.v1.services(service.sid).phoneNumbers.create({ phoneNumberSid: numberSid });
    const { messageSid } = await text();
    expect(app.formsAt('/service')).toMatchObject([{ MessagingServiceSid: service.sid }]);
    expect((await client.messages(messageSid ?? '').fetch()).messagingServiceSid).toBe(service.sid);
    await client.messaging.v1.services(service.sid).update({ useInboundWebhookOnNumber: true });
    await text();
    expect(paths()).toEqual(['/service', '/sms?app=1']);
  });

  it('is missing if the Messaging Service has none and does not defer to the number: the text is lost [S F072]', async () => {
    const service = await client.messaging.v1.services.create({ friendlyName: 'Relay' });
    await client.messaging.v1.services(service.sid).phoneNumbers.create({ phoneNumberSid: numberSid });
    const { traceId, ...outcome } = await text();
    expect(outcome).toEqual({
      messageSid: null,
      webhook: null,
      replies: [],
      automaticReply: null,
      alerts: [],
    });
    expect(sandbox.events({ traceId })).toMatchObject([
      { kind: 'phone.texts' },
      { kind: 'text.received', sid: null },
    ]);
    expect(await client.messages.list()).toEqual([]);
    expect(app.calls).toEqual([]);
  });

  it('falls back to that of the service, the app or the number, with the error as parameters [S F073]', async () => {
    app.answer(({ path }) => (path === '/fallback' ? twiml('<Response/>') : { status: 500 }));
    await client.incomingPhoneNumbers(numberSid).update({ smsFallbackUrl: `${app.origin}/fallback` });
    const { webhook, messageSid } = await text();
    expect(webhook).toEqual({ url: `${app.origin}/fallback`, status: 200, errorCode: null, failure: null });
    expect(app.formsAt('/fallback')).toMatchObject([
      { MessageSid: messageSid, Body: 'Hello', ErrorCode: '11217', ErrorUrl: `${app.origin}/sms?app=1` },
    ]);
    expect(await alertCodes()).toEqual(['11217']);
    const own = await client.applications.create({
      smsUrl: `${app.origin}/app`,
      smsFallbackUrl: `${app.origin}/fallback`,
      smsFallbackMethod: 'GET',
    });
    await client.incomingPhoneNumbers(numberSid).update({ smsApplicationSid: own.sid });
    await text();
    expect(app.calls.at(-1)).toMatchObject({ method: 'GET', signed: true });
    const service = await client.messaging.v1.services.create({
      friendlyName: 'Relay',
      inboundRequestUrl: `${app.origin}/service`,
      fallbackUrl: `${app.origin}/fallback`,
    });
    await client.messaging.v1.services(service.sid).phoneNumbers.create({ phoneNumberSid: numberSid });
    await text();
    expect(app.formsAt('/fallback').at(-1)).toMatchObject({ ErrorUrl: `${app.origin}/service` });
  });
});

describe('a failed webhook', () => {
  it('is in the outcome and in an alert, and the message stays received [S F074]', async () => {
    app.answer(() => ({ status: 404, type: 'text/html', body: '<h1>Not found</h1>' }));
    const { messageSid, webhook } = await sandbox.phone(PHONE).text(NUMBER, 'Hello');
    expect(webhook).toMatchObject({ status: 404, errorCode: 11217 });
    expect((await client.messages(messageSid ?? '').fetch()).status).toBe('received');
    const [alert] = await client.monitor.v1.alerts.list();
    expect(alert).toMatchObject({
      errorCode: '11217',
      logLevel: 'error',
      requestMethod: 'POST',
      requestUrl: `${app.origin}/sms?app=1`,
      resourceSid: messageSid,
    });
    const whole = await client.monitor.v1.alerts(alert?.sid ?? '').fetch();
    expect(whole.responseBody).toBe('<h1>Not found</h1>');
    expect(new URLSearchParams(whole.requestVariables).get('Body')).toBe('Hello');
  });
});

describe('the events of an inbound text', () => {
  it('form one trace from the first cause to the last effect', async () => {
    app.answer(async ({ form, path }) => {
      if (path.startsWith('/status')) return twiml('<Response/>');
      await client.messages.create({
        from: form.To ?? '',
        to: '+13035550190',
        body: `Forwarded: ${form.Body}`,
        statusCallback: `${app.origin}/status`,
      });
      return twiml('<Response><Message>Thanks</Message></Response>');
    });
    const { traceId, replies } = await sandbox.phone(PHONE).text(NUMBER, 'Hello');
    const sid = replies[0]?.sid ?? '';
    await waitForStatus(client, sid, 'delivered');
    const forwarded = sandbox.phone('+13035550190').texts()[0]?.sid;
    const events = sandbox.events({ traceId });
    const kinds = (about: string | undefined) =>
      events
        .filter((event) => 'sid' in event && event.sid === about)
        .map((event) => (event.kind === 'text.status' ? event.status : event.kind));
    expect(kinds(sid)).toEqual(['text.queued', 'sending', 'sent', 'text.reached-phone', 'delivered']);
    expect(kinds(forwarded).filter((kind) => !kind.startsWith('webhook.'))).toEqual(kinds(sid));
    const firsts = [
      'phone.texts',
      'text.received',
      'webhook.began',
      'request.in',
      'text.queued',
      'webhook.sent',
      'twiml.run',
    ];
    expect([...new Set(events.map(({ kind }) => kind))].filter((kind) => firsts.includes(kind))).toEqual(
      firsts,
    );
    expect(events.map(({ id }) => id)).toEqual(
      events.map(({ id }) => id).toSorted((one, other) => one - other),
    );
    const first = (kind: string) => events.find((event) => event.kind === kind);
    const causeOf = (kind: string) => first(kind)?.cause;
    expect(causeOf('text.received')).toBe(first('phone.texts')?.id);
    expect(causeOf('webhook.began')).toBe(first('text.received')?.id);
    expect(causeOf('request.in')).toBe(first('webhook.began')?.id);
    expect(causeOf('text.queued')).toBe(first('request.in')?.id);
    expect(causeOf('webhook.sent')).toBe(first('webhook.began')?.id);
    expect(causeOf('twiml.run')).toBe(first('webhook.sent')?.id);
  });
});

describe('stopping the sandbox', () => {
  it.each([
    ['close', () => sandbox.close()],
    ['reset', async () => sandbox.reset()],
  ])('by %s interrupts a text in progress', async (_name, end) => {
    app.answer(() => 'hang');
    const sending = sandbox.phone(PHONE).text(NUMBER, 'Hello');
    const outcome = expect(sending).rejects.toMatchObject({ kind: 'interrupted' });
    await expect.poll(() => app.calls.length).toBe(1);
    await end();
    await outcome;
  });
});
