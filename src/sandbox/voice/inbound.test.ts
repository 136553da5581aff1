// Calls numbers of the account from phones: what the app is told, what its TwiML does, and how each leg ends.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient } from '../../../test/support/sandbox-client.js';
import { startApp, twiml, type WebhookApp } from '../../../test/support/webhook-app.js';
import { createSandbox, type Sandbox } from '../create.js';

const NUMBER = '+12025550100';
const CALLER = '+12125550190';
const REAL = '+13015550195';

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
    voiceUrl: `${app.origin}/voice?app=1`,
    statusCallback: `${app.origin}/status`,
  });
  numberSid = bought.sid;
});
afterEach(async () => {
  await sandbox.close();
  await app.close();
});

const answer = (body: string) => app.answer(() => twiml(`<Response>${body}</Response>`));
const heard = (phone: string) =>
  sandbox
    .phone(phone)
    .calls()
    .flatMap((call) => call.heard.map(({ content }) => content));

describe('a call to a number', () => {
  it('is told to the app with every parameter, signed', async () => {
    const call = sandbox.phone(CALLER).call(NUMBER);
    await call.ended;
    const [called] = app.calls;
    expect(called).toMatchObject({ method: 'POST', path: '/voice?app=1', signed: true });
    expect(called?.form).toEqual({
      AccountSid: sandbox.accountSid,
      ApiVersion: '2010-04-01',
      CallSid: call.sid,
      CallStatus: 'ringing',
      Called: NUMBER,
      CalledCity: 'WASHINGTON',
      CalledCountry: 'US',
      CalledState: 'DC',
      CalledZip: '20001',
      Caller: CALLER,
      CallerCity: 'NEW YORK',
      CallerCountry: 'US',
      CallerState: 'NY',
      CallerZip: '10001',
      Direction: 'inbound',
      From: CALLER,
      FromCity: 'NEW YORK',
      FromCountry: 'US',
      FromState: 'NY',
      FromZip: '10001',
      To: NUMBER,
      ToCity: 'WASHINGTON',
      ToCountry: 'US',
      ToState: 'DC',
      ToZip: '20001',
    });
  });

  it('is masked by <Dial>: the real phone sees the caller, and nobody sees the real number', async () => {
    answer(`<Dial callerId="${CALLER}"><Number>${REAL}</Number></Dial>`);
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.nextEvent(({ kind }) => kind === 'call.connected');
    const [onReal] = sandbox.phone(REAL).liveCalls();
    expect(onReal?.log()).toMatchObject({ direction: 'incoming', shown: CALLER, state: 'talking' });
    call.say('Hello?');
    onReal?.say('Who is this?');
    onReal?.press('5#');
    expect([heard(REAL), heard(CALLER)]).toEqual([['Hello?'], ['Who is this?', '5', '#']]);
    onReal?.hangUp();
    expect(await call.ended).toMatchObject({ state: 'ended', shown: NUMBER });
    expect(sandbox.phone(REAL).calls()).toMatchObject([{ state: 'ended', shown: CALLER }]);
    const [child, parent] = await client.calls.list();
    expect(parent).toMatchObject({
      sid: call.sid,
      direction: 'inbound',
      status: 'completed',
      from: CALLER,
      to: NUMBER,
      phoneNumberSid: numberSid,
      parentCallSid: null,
      duration: '1',
      price: '-0.00850',
    });
    expect(child).toMatchObject({
      direction: 'outbound-dial',
      status: 'completed',
      from: CALLER,
      to: REAL,
      parentCallSid: call.sid,
      duration: '1',
      price: '-0.01400',
    });
  });

  it('is told of when it has ended, and can be deleted by then', async () => {
    answer(`<Dial>${REAL}</Dial>`);
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.nextEvent(({ kind }) => kind === 'call.connected');
    let deleted: boolean | undefined;
    app.answer(async ({ form }) => {
      deleted = await client.calls(form.CallSid ?? '').remove();
      return { status: 204 };
    });
    call.hangUp();
    await sandbox.nextEvent((event) => event.kind === 'webhook.sent' && event.purpose === 'call-status');
    expect(deleted).toBe(true);
    expect(app.formsAt('/status')).toMatchObject([
      {
        CallSid: call.sid,
        CallStatus: 'completed',
        Called: NUMBER,
        CallDuration: '1',
        Duration: '1',
        CallbackSource: 'call-progress-events',
        SequenceNumber: '0',
        Timestamp: expect.stringMatching(/ \+0000$/),
      },
    ]);
    await expect(client.calls(call.sid).fetch()).rejects.toMatchObject({ code: 20404 });
  });
});
