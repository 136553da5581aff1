// Calls from phones to numbers of the account: webhooks, status callbacks, and how the legs end.
import { describe, expect, it } from 'vitest';
import { CALLER, isConnected, NUMBER, REAL, setUpVoice } from '../../../test/support/voice.js';

describe('a call to a number', () => {
  it('sends a signed webhook with every parameter [S F220]', async () => {
    const { sandbox, app } = await setUpVoice();
    const call = sandbox.call({ from: CALLER, to: NUMBER });
    await call.ended;
    const [called] = app.calls;
    expect(called).toMatchObject({ method: 'POST', path: '/voice', signed: true });
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

  it('is masked by <Dial>: the real phone sees the caller, and nobody sees the real number [S F221]', async () => {
    const { sandbox, client, answer, heard, numberSid } = await setUpVoice({ clock: 'manual' });
    answer({ '/voice': `<Dial callerId="${CALLER}"><Number>${REAL}</Number></Dial>` });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    const [onReal] = sandbox.phone(REAL).liveCalls();
    expect(onReal?.log()).toMatchObject({ direction: 'incoming', shown: CALLER, state: 'talking' });
    call.say('Hello?');
    onReal?.say('Who is this?');
    onReal?.press('5#');
    expect([heard(REAL), heard(CALLER)]).toEqual([['Hello?'], ['Who is this?', '5', '#']]);
    onReal?.hangUp();
    await sandbox.clock.advance('1s');
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
    expect((await client.balance.fetch()).balance).toBe('98.8275');
  });

  it('sends a status callback at its end, when it can be deleted [T F222]', async () => {
    const { sandbox, client, app, answer } = await setUpVoice({ clock: 'manual' });
    answer({ '/voice': `<Dial>${REAL}</Dial>` });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    let deleted: boolean | undefined;
    app.answer(async ({ form }) => {
      deleted = await client.calls(form.CallSid ?? '').remove();
      return { status: 204 };
    });
    call.hangUp();
    await sandbox.clock.advance('1s');
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

  it('uses the URLs of the TwiML app instead of those of the number [S F223]', async () => {
    const { sandbox, client, app, numberSid } = await setUpVoice();
    const { sid } = await client.applications.create({
      voiceUrl: `${app.origin}/app`,
      voiceMethod: 'GET',
      statusCallback: `${app.origin}/app-status`,
      statusCallbackMethod: 'GET',
    });
    await client.incomingPhoneNumbers(numberSid).update({ voiceApplicationSid: sid });
    const told = sandbox.nextEvent(
      (event) => event.kind === 'webhook.sent' && event.purpose === 'call-status',
    );
    await sandbox.phone(CALLER).call(NUMBER).ended;
    await told;
    expect(app.calls.map(({ method, path, signed }) => [method, path.split('?')[0], signed])).toEqual([
      ['GET', '/app', true],
      ['GET', '/app-status', true],
    ]);
  });

  it('has a duration and a price that follow the sandbox clock', async () => {
    const { sandbox, client, answer, app } = await setUpVoice({ clock: 'manual' });
    answer({ '/voice': `<Dial>${REAL}</Dial>` });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('61s');
    call.hangUp();
    await sandbox.clock.advance('1s');
    expect(await client.calls(call.sid).fetch()).toMatchObject({ duration: '61', price: '-0.01700' });
    expect(app.formsAt('/status')).toMatchObject([{ CallDuration: '61', Duration: '2' }]);
  });

  it.each([
    ['to a number that the account does not own', CALLER, '+12025550101', /the account does not own/],
    ['from a number of the account', NUMBER, NUMBER, /the account owns that number/],
  ])('is refused %s', async (_name, from, to, reason) => {
    const { sandbox, client } = await setUpVoice();
    expect(() => sandbox.phone(from).call(to)).toThrow(reason);
    expect(await client.calls.list()).toEqual([]);
  });

  it('fails if the number has no voice URL [U F224]', async () => {
    const { sandbox, client, numberSid } = await setUpVoice();
    await client.incomingPhoneNumbers(numberSid).update({ voiceUrl: '' });
    const call = sandbox.phone(CALLER).call(NUMBER);
    expect(await call.ended).toMatchObject({ state: 'unanswered', answeredAt: null });
    expect((await client.calls(call.sid).fetch()).status).toBe('failed');
  });

  it('ends as no-answer if the caller hangs up before it is answered [U F225]', async () => {
    const { sandbox, client, answer } = await setUpVoice({ clock: 'manual' });
    answer({ '/voice': '<Pause length="10"/><Say>Hello</Say>' });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('9s');
    expect(call.log().state).toBe('calling');
    call.hangUp();
    await sandbox.clock.advance('9s');
    expect(await client.calls(call.sid).fetch()).toMatchObject({
      status: 'no-answer',
      duration: null,
      price: null,
    });
  });
});

describe('a number dialled by another number of the account', () => {
  it('receives a call of its own, which is connected with the first [U F226]', async () => {
    const { sandbox, client, app, answer, heard } = await setUpVoice();
    const OTHER = '+12025550101';
    await client.incomingPhoneNumbers.create({ phoneNumber: OTHER, voiceUrl: `${app.origin}/other` });
    answer({ '/voice': `<Dial>${OTHER}</Dial>`, '/other': `<Say>Welcome</Say><Dial>${REAL}</Dial>` });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.nextEvent((event) => isConnected(event) && event.kind === 'call.connected');
    await sandbox.nextEvent(isConnected);
    sandbox.phone(REAL).liveCalls()[0]?.say('Hi');
    call.say('Hello');
    expect([heard(CALLER), heard(REAL)]).toEqual([['Welcome', 'Hi'], ['Hello']]);
    sandbox.phone(REAL).liveCalls()[0]?.hangUp();
    await call.ended;
    const legs = await client.calls.list();
    expect(legs.map(({ direction, to, status }) => [direction, to, status]).reverse()).toEqual([
      ['inbound', NUMBER, 'completed'],
      ['outbound-dial', OTHER, 'completed'],
      ['inbound', OTHER, 'completed'],
      ['outbound-dial', REAL, 'completed'],
    ]);
    expect(sandbox.phone(OTHER).calls()).toEqual([]);
  });

  it('cannot dial itself in an endless loop', async () => {
    const { sandbox, client, answer } = await setUpVoice();
    const other = '+12025550101';
    await client.incomingPhoneNumbers.create({ phoneNumber: other });
    answer({ '/voice': `<Dial callerId="${other}">${NUMBER}</Dial>` });
    const call = sandbox.phone(CALLER).call(NUMBER);
    expect((await call.ended).state).toBe('ended');
    expect((await client.calls.list({ status: 'failed' })).length).toBeGreaterThan(0);
  });
});
