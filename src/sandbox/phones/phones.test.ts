// Texts to phones with every behaviour, and the list of phones.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient, waitForStatus } from '../../../test/support/sandbox-client.js';
import { RelayPhoneError } from '../../errors.js';
import { createSandbox, type Sandbox } from '../create.js';

const FROM = '+12025550100';
const TO = '+12025550190';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;

beforeEach(async () => {
  sandbox = await createSandbox();
  client = createSandboxClient(sandbox);
  await client.incomingPhoneNumbers.create({ phoneNumber: FROM });
});
afterEach(() => sandbox.close());

describe('a phone', () => {
  it('with undelivered texts receives nothing, and the message has the error code', async () => {
    sandbox.phone(TO).behave({ texts: { undelivered: 30034 } });
    const { sid } = await client.messages.create({ from: FROM, to: TO, body: 'Hello' });
    expect(await waitForStatus(client, sid, 'undelivered')).toMatchObject({
      errorCode: 30034,
      errorMessage: expect.stringContaining('Unregistered'),
    });
    expect(sandbox.phone(TO).texts()).toEqual([]);
  });

  it.each([30001, 30002, 30008])(
    'with failed texts receives nothing, and the status is failed with %d',
    async (code) => {
      sandbox.phone(TO).behave({ texts: { failed: code } });
      const { sid } = await client.messages.create({ from: FROM, to: TO, body: 'Hello' });
      expect(await waitForStatus(client, sid, 'failed')).toMatchObject({
        errorCode: code,
        errorMessage: expect.any(String),
        dateSent: null,
        price: null,
      });
      expect(sandbox.phone(TO).texts()).toEqual([]);
      expect(sandbox.phone(TO).behaviour()).toMatchObject({ texts: { failed: code } });
    },
  );

  it('that reads its texts has them delivered, then read', async () => {
    sandbox.phone(TO).behave({ texts: 'read' });
    const { sid } = await client.messages.create({ from: FROM, to: TO, body: 'Hello' });
    expect(await waitForStatus(client, sid, 'read')).toMatchObject({ errorCode: null });
    const statuses = sandbox
      .events({ kind: 'text.status' })
      .map((event) => 'status' in event && event.status);
    expect(statuses).toEqual(['sending', 'sent', 'delivered', 'read']);
    expect(sandbox.phone(TO).texts()).toHaveLength(1);
    const [trace] = sandbox.traces();
    expect(await sandbox.whenQuiet(trace?.traceId ?? '')).toBeUndefined();
  });

  it('that is silent has the text, and the status stays sent', async () => {
    sandbox.phone(TO).behave({ texts: 'silent' });
    const silent = await client.messages.create({ from: FROM, to: TO, body: 'Hello' });
    const other = await client.messages.create({ from: FROM, to: '+12025550191', body: 'Hello' });
    await waitForStatus(client, other.sid, 'delivered');
    expect((await client.messages(silent.sid).fetch()).status).toBe('sent');
    expect(sandbox.phone(TO).texts()).toHaveLength(1);
  });

  it('receives texts again once its behaviour is changed', async () => {
    sandbox.phone(TO).behave({ texts: { undelivered: 30003 } });
    sandbox.phone(TO).behave({ texts: 'delivered' });
    const { sid } = await client.messages.create({ from: FROM, to: TO, body: 'Hello' });
    expect((await waitForStatus(client, sid, 'delivered', 'undelivered')).status).toBe('delivered');
  });

  it('must have an address that can send to a number, and a valid behaviour', () => {
    for (const address of [
      '',
      '  ',
      '+',
      'x'.repeat(256),
      'MY\nBANK',
      'whatsapp:+12025550190',
      'client:ann',
    ]) {
      expect(() => sandbox.phone(address), address).toThrow(RelayPhoneError);
    }
    expect(() => sandbox.phone(TO).behave({ texts: { undelivered: 12345 } })).toThrow(/30034/);
    expect(() => sandbox.phone(TO).behave({ texts: { failed: 30003 } })).toThrow(/failed: 30001/);
  });

  it('that no text and no call can reach cannot wait for one', async () => {
    for (const address of ['MYBANK', '64192', '+12223334444']) {
      await expect(sandbox.phone(address).nextText()).rejects.toMatchObject({ kind: 'usage' });
      await expect(sandbox.phone(address).nextCall()).rejects.toMatchObject({ kind: 'usage' });
    }
  });

  it('cannot be a number of the account: what is sent to it goes to the app', async () => {
    const owned = sandbox.phone(FROM);
    for (const waiting of [owned.nextText(), owned.nextCall()])
      await expect(waiting).rejects.toMatchObject({
        kind: 'usage',
        reason: 'the account owns that number, so it is not a phone',
        tryNext: [expect.stringContaining('does not own'), expect.stringContaining(FROM)],
      });
  });

  it('that no text can reach gets no reply to STOP', async () => {
    expect(await sandbox.phone('MYBANK').text(FROM, 'STOP')).toMatchObject({ automaticReply: null });
    expect(sandbox.phone('MYBANK').texts()).toEqual([]);
    expect(sandbox.optOuts()).toEqual([{ sender: FROM, phone: 'MYBANK' }]);
  });

  it('keeps its address as its network writes it, unless it is a valid number', () => {
    const addresses = ['(202) 555-0190', '+1 222 333-4444', ' Restricted ', "McDonald's", '641'];
    expect(addresses.map((address) => sandbox.phone(address).number)).toEqual([
      TO,
      '+12223334444',
      'Restricted',
      "McDonald's",
      '641',
    ]);
  });

  it('is listed once it has received a text, the most recent first', async () => {
    expect(sandbox.phones()).toEqual([]);
    for (const to of [TO, '+12025550191', TO]) {
      const { sid } = await client.messages.create({ from: FROM, to, body: 'Hello' });
      await waitForStatus(client, sid, 'delivered');
    }
    expect(sandbox.phones().map(({ number, texts, calls }) => [number, texts, calls])).toEqual([
      [TO, 2, 0],
      ['+12025550191', 1, 0],
    ]);
  });

  it('is listed once it has been in a call', async () => {
    await sandbox.phone(TO).call(FROM).ended;
    expect(sandbox.phones()).toEqual([
      {
        number: TO,
        label: '',
        texts: 0,
        sent: 0,
        calls: 1,
        lastAt: expect.any(String),
        behaviour: {
          texts: 'delivered',
          callbacks: 'once',
          calls: 'answers',
          callerId: 'shown',
          slow: 0,
          blocked: [],
        },
        liveCall: null,
      },
    ]);
  });

  it('is listed once it has sent a text, with its label and behaviour', async () => {
    const phone = sandbox.phone(TO);
    phone.setLabel(' Ann\0 ');
    phone.behave({ calls: 'busy' });
    expect(sandbox.phones()).toEqual([]);
    await phone.text(FROM, 'Hello');
    expect(sandbox.phones()).toMatchObject([
      { number: TO, label: 'Ann', texts: 0, sent: 1, calls: 0, behaviour: { calls: 'busy' } },
    ]);
    phone.setLabel('');
    expect(sandbox.phones()).toMatchObject([{ label: '', behaviour: { calls: 'busy' } }]);
  });

  it('is listed with the call that it is in', async () => {
    sandbox.phone(TO).behave({ calls: 'no-answer' });
    const ringing = sandbox.phone(TO).nextCall();
    const twiml = '<Response><Pause length="60"/></Response>';
    await client.calls.create({ from: FROM, to: TO, twiml });
    const call = await ringing;
    const liveCall = () => sandbox.phones()[0]?.liveCall;
    expect(liveCall()).toEqual({ sid: call.sid, state: 'ringing', shown: FROM });
    call.answer();
    expect(liveCall()).toMatchObject({ state: 'talking' });
    call.hangUp();
    await call.ended;
    expect(liveCall()).toBeNull();
  });

  it('keeps its label and its behaviour apart from each other', () => {
    const phone = sandbox.phone(TO);
    phone.behave({ slow: '5s' });
    phone.setLabel('Ann');
    phone.behave({ texts: 'silent' });
    expect([phone.label(), phone.behaviour()]).toMatchObject(['Ann', { slow: 5000, texts: 'silent' }]);
    expect([sandbox.phone(FROM).label(), sandbox.phone(FROM).behaviour()]).toMatchObject(['', { slow: 0 }]);
  });

  it('has a label of at most 64 characters', () => {
    sandbox.phone(TO).setLabel('📲'.repeat(64));
    expect(() => sandbox.phone(TO).setLabel('x'.repeat(65))).toThrow(/64 characters/);
    expect(sandbox.phone(TO).label()).toBe('📲'.repeat(64));
  });
});
