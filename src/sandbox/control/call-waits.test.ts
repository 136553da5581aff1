// Waiting over the control API for calls, and for what is heard in them; and the alerts of the account.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSandboxClient } from '../../../test/support/sandbox-client.js';
import { startApp, twiml, type WebhookApp } from '../../../test/support/webhook-app.js';
import { createSandbox, type Sandbox } from '../create.js';
import { createControlClient } from './client.js';

const MASK = '+12025550100';
const PHONE = '+12125550190';
const OWNER = '+13015550195';
const MENU = '<Response><Say>Press one</Say><Gather timeout="60"/></Response>';

let sandbox: Sandbox;
let app: WebhookApp;
let control: ReturnType<typeof createControlClient>;
let client: ReturnType<typeof createSandboxClient>;

beforeEach(async () => {
  sandbox = await createSandbox();
  app = await startApp(sandbox.authToken);
  app.answer(() => twiml(MENU));
  control = createControlClient(sandbox);
  client = createSandboxClient(sandbox);
  const urls = { smsUrl: `${app.origin}/sms`, voiceUrl: `${app.origin}/voice` };
  await client.incomingPhoneNumbers.create({ phoneNumber: MASK, ...urls });
});
afterEach(async () => {
  await sandbox.close();
  await app.close();
});

const callPhone = (to: string, document = MENU) => client.calls.create({ from: MASK, to, twiml: document });

it('waits for a call to a phone, and skips the calls that it makes', async () => {
  sandbox.phone(PHONE).behave({ calls: 'no-answer' });
  const waiting = control.nextCall(PHONE, { after: 0 });
  sandbox.phone(PHONE).call(MASK);
  await callPhone(PHONE);
  const { call, after } = await waiting;
  expect(call).toMatchObject({ direction: 'incoming', shown: MASK, state: 'ringing' });
  expect(await control.nextCall(PHONE, { after: 0 })).toMatchObject({ call: { sid: call.sid }, after });
  await expect(control.nextCall(PHONE, { after, timeout: 1 })).rejects.toMatchObject({
    kind: 'fault',
    message: expect.stringContaining(`wait for a call to ${PHONE}: there was none within 0.001 s`),
  });
});

it('waits for an answer, for a question and for the end of a call', async () => {
  sandbox.phone(OWNER).behave({ calls: 'no-answer' });
  const ringing = control.nextCall(OWNER, { after: 0 });
  await callPhone(OWNER);
  const { sid } = (await ringing).call;
  expect(await control.callWhen(OWNER, sid)).toMatchObject({ state: 'ringing' });
  const answered = control.callWhen(OWNER, sid, { until: 'answered' });
  const asked = control.callWhen(OWNER, sid, { until: 'asked' });
  const ended = control.callWhen(OWNER, sid, { until: 'ended' });
  await control.act(OWNER, sid, 'answer');
  expect(await answered).toMatchObject({ state: 'talking' });
  expect(await asked).toMatchObject({ waitsFor: { input: ['dtmf'] } });
  await expect(control.callWhen(OWNER, sid, { until: 'ended', timeout: 1 })).rejects.toMatchObject({
    kind: 'fault',
  });
  await control.act(OWNER, sid, 'hang-up');
  expect(await ended).toMatchObject({ state: 'ended', waitsFor: null });
});

it('answers with a call that ended before it came so far', async () => {
  sandbox.phone(OWNER).behave({ calls: 'no-answer' });
  const ringing = control.nextCall(OWNER, { after: 0 });
  await callPhone(OWNER);
  const { sid } = (await ringing).call;
  const answered = control.callWhen(OWNER, sid, { until: 'answered' });
  await control.act(OWNER, sid, 'reject');
  expect(await answered).toMatchObject({ state: 'rejected', answeredAt: null });
});

it('waits for each thing that is heard, and no longer than the call', async () => {
  const { sid } = await control.call(PHONE, MASK);
  const first = await control.nextHeard(PHONE, sid, { after: 0 });
  expect(first).toMatchObject({ sound: { kind: 'say', content: 'Press one' }, after: 1 });
  const next = control.nextHeard(PHONE, sid, { after: first.after });
  await control.callWhen(PHONE, sid, { until: 'asked' });
  await control.act(PHONE, sid, 'press', { keys: '1#' });
  expect(await next).toMatchObject({ sound: { content: 'Press one' }, after: 2 });
  const last = control.nextHeard(PHONE, sid, { after: 2 });
  await control.act(PHONE, sid, 'hang-up');
  await expect(last).rejects.toMatchObject({
    kind: 'fault',
    message: expect.stringContaining('the call has ended, and nothing else was heard in it'),
  });
});

it('without a position returns each call and each sound once, even those from before the wait', async () => {
  sandbox.phone(OWNER).behave({ calls: 'no-answer' });
  const rings = sandbox.phone(OWNER).nextCall();
  await callPhone(OWNER);
  await rings;
  const { call } = await control.nextCall(OWNER);
  expect(call).toMatchObject({ direction: 'incoming', shown: MASK });
  await expect(control.nextCall(OWNER, { timeout: 1 })).rejects.toMatchObject({ kind: 'fault' });
  await control.act(OWNER, call.sid, 'answer');
  await control.callWhen(OWNER, call.sid, { until: 'asked' });
  expect(await control.nextHeard(OWNER, call.sid)).toMatchObject({
    sound: { content: 'Press one' },
    after: 1,
  });
  await expect(control.nextHeard(OWNER, call.sid, { timeout: 1 })).rejects.toMatchObject({ kind: 'fault' });
});

it('says that no call came in time, although the sandbox was busy for seconds', async () => {
  await control.account();
  const waiting = control.nextCall(PHONE, { timeout: 1 });
  await new Promise((resolve) => setImmediate(resolve));
  // The sandbox and its client are stopped, as a busy machine does.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);
  await expect(waiting).rejects.toMatchObject({ kind: 'fault' });
});

it('refuses to wait in a call that the phone is not in', async () => {
  for (const waiting of [control.callWhen(PHONE, 'CA1'), control.nextHeard(PHONE, 'CA1')]) {
    await expect(waiting).rejects.toMatchObject({ kind: 'usage', reason: 'the phone has no call CA1' });
  }
});

it('lists the alerts of the account', async () => {
  app.answer(() => twiml('<Response><Message>'));
  const { alerts } = await sandbox.phone(PHONE).text(MASK, 'Hello');
  expect(alerts).toMatchObject([{ errorCode: 12100 }]);
  expect(await control.alerts()).toEqual(alerts);
  expect(sandbox.alerts()).toEqual(alerts);
});
