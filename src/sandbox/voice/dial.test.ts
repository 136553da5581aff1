// <Dial>: who is shown what, who is connected, and what the action is told.
import { describe, expect, it } from 'vitest';
import { CALLER, isConnected, NUMBER, REAL, setScene } from '../../../test/support/scene.js';

const SECOND = '+14155550191';

describe('<Dial>', () => {
  it.each([
    ['answers', 'completed', 'S', 'true'],
    ['busy', 'busy', 'S', 'false'],
    ['rejects', 'busy', 'U', 'false'],
    ['no-answer', 'no-answer', 'S', 'false'],
  ] as const)(
    'tells its action that a phone that is %s was %s [%s F197]',
    async (calls, status, _evidence, bridged) => {
      const { sandbox, app, answer, heard } = await setScene({ clock: 'manual' });
      sandbox.phone(REAL).behave({ calls });
      answer({
        '/voice': `<Dial action="/done" timeout="20">${REAL}</Dial><Say>Never</Say>`,
        '/done': '<Say>Done</Say>',
      });
      sandbox.phone(CALLER).call(NUMBER);
      await sandbox.clock.advance('10s');
      if (calls === 'answers') sandbox.phone(REAL).liveCalls()[0]?.hangUp();
      await sandbox.clock.advance('20s');
      const [form] = app.formsAt('/done');
      expect(form).toMatchObject({
        DialCallStatus: status,
        DialBridged: bridged,
        DialCallSid: expect.stringMatching(/^CA[0-9a-f]{32}$/),
        CallStatus: 'in-progress',
      });
      expect(form?.DialCallDuration).toBe(calls === 'answers' ? '10' : undefined);
      expect(heard(CALLER)).toEqual(['Done']);
    },
  );

  it.each([
    ['as anonymous', 'S', '', 'anonymous'],
    ['as anonymous when told to', 'U', 'callerId="anonymous"', 'anonymous'],
    ['as whom it is told to', 'S', `callerId="${NUMBER}"`, NUMBER],
  ])('shows a caller whose number is withheld %s [%s F198]', async (_as, _evidence, attribute, shown) => {
    const { sandbox, client, app, answer, alertCodes } = await setScene();
    sandbox.phone(CALLER).behave({ callerId: 'withheld' });
    answer({ '/voice': `<Dial ${attribute}>${REAL}</Dial>` });
    const rings = sandbox.phone(REAL).nextCall();
    sandbox.phone(CALLER).call(NUMBER);
    expect((await rings).log()).toMatchObject({ shown });
    expect(app.formsAt('/voice')).toMatchObject([
      { From: 'anonymous', Caller: 'anonymous', FromCountry: '', CallerCity: '' },
    ]);
    expect(await client.calls.list({ to: NUMBER })).toMatchObject([{ from: 'anonymous' }]);
    expect([await alertCodes(), sandbox.whoSaw(CALLER)]).toEqual([[], []]);
  });

  it('goes on with the next verb when it has no action [S F199]', async () => {
    const { sandbox, answer, heard } = await setScene();
    sandbox.phone(REAL).behave({ calls: 'busy' });
    answer({ '/voice': `<Dial>${REAL}</Dial><Say>Nobody is there</Say>` });
    await sandbox.phone(CALLER).call(NUMBER).ended;
    expect(heard(CALLER)).toEqual(['Nobody is there']);
  });

  it('tells its action also of a caller who hung up, and does nothing that is answered [U F200]', async () => {
    const { sandbox, app, answer, heard } = await setScene();
    answer({ '/voice': `<Dial action="/done">${REAL}</Dial>`, '/done': '<Say>Late</Say>' });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.nextEvent(isConnected);
    const asked = sandbox.nextEvent((event) => event.kind === 'webhook.sent' && event.url.endsWith('/done'));
    call.hangUp();
    await asked;
    expect(app.formsAt('/done')).toMatchObject([{ DialCallStatus: 'completed', CallStatus: 'completed' }]);
    expect(heard(CALLER)).toEqual([]);
    expect(sandbox.phone(REAL).calls()).toMatchObject([{ state: 'ended' }]);
  });

  it('stops ringing when the caller hangs up [U F201]', async () => {
    const { sandbox, client, answer } = await setScene();
    sandbox.phone(REAL).behave({ calls: 'no-answer' });
    answer({ '/voice': `<Dial answerOnBridge="true">${REAL}</Dial>` });
    const rings = sandbox.nextEvent((event) => event.kind === 'phone.call' && event.act === 'rings');
    const call = sandbox.phone(CALLER).call(NUMBER);
    await rings;
    const silent = sandbox.nextEvent((event) => event.kind === 'call.status' && event.status === 'canceled');
    call.hangUp();
    expect(await call.ended).toMatchObject({ state: 'unanswered' });
    await silent;
    await sandbox.phone(REAL).liveCalls()[0]?.ended;
    expect(sandbox.phone(REAL).calls()).toMatchObject([{ state: 'missed' }]);
    const statuses = (await client.calls.list()).map(({ status }) => status);
    expect(statuses).toEqual(['canceled', 'no-answer']);
  });

  it('answers the caller at once, or with answerOnBridge when somebody is there [S F202]', async () => {
    const { sandbox, answer } = await setScene();
    sandbox.phone(REAL).behave({ calls: 'no-answer' });
    for (const [attribute, state] of [
      ['', 'talking'],
      ['answerOnBridge="true"', 'calling'],
    ]) {
      answer({ '/voice': `<Dial ${attribute}>${REAL}</Dial>` });
      const rings = sandbox.phone(REAL).nextCall();
      const call = sandbox.phone(CALLER).call(NUMBER);
      const onReal = await rings;
      expect(call.log().state).toBe(state);
      const connected = sandbox.nextEvent(isConnected);
      onReal.answer();
      await connected;
      expect(call.log().state).toBe('talking');
      call.hangUp();
      await call.ended;
    }
  });

  it('calls several at once: the first who answers is connected, the others stop ringing [S F203]', async () => {
    const { sandbox, answer } = await setScene();
    sandbox.phone(SECOND).behave({ calls: 'no-answer' });
    answer({ '/voice': `<Dial><Number>${SECOND}</Number><Number>${REAL}</Number></Dial>` });
    sandbox.phone(CALLER).call(NUMBER);
    await sandbox.nextEvent(isConnected);
    expect(sandbox.phone(SECOND).calls()).toMatchObject([{ state: 'missed' }]);
    expect(sandbox.phone(REAL).calls()).toMatchObject([{ state: 'talking' }]);
  });

  it('calls off those who were too late [U F204]', async () => {
    const { sandbox, client, answer } = await setScene();
    sandbox.phone(SECOND).behave({ calls: 'no-answer' });
    answer({ '/voice': `<Dial><Number>${SECOND}</Number><Number>${REAL}</Number></Dial>` });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.nextEvent(isConnected);
    const children = await client.calls.list({ parentCallSid: call.sid });
    expect(children.map(({ to, status }) => [to, status]).sort()).toEqual([
      [REAL, 'in-progress'],
      [SECOND, 'canceled'],
    ]);
  });

  it('calls them one after the other when it is sequential [S F205]', async () => {
    const { sandbox, answer } = await setScene();
    sandbox.phone(SECOND).behave({ calls: 'busy' });
    answer({
      '/voice': `<Dial sequential="true"><Number>${SECOND}</Number><Number>${REAL}</Number></Dial>`,
    });
    sandbox.phone(CALLER).call(NUMBER);
    await sandbox.nextEvent(isConnected);
    const acts = sandbox
      .events({ kind: 'phone.call' })
      .flatMap((event) =>
        event.kind === 'phone.call' && event.phone !== CALLER ? [[event.phone, event.act]] : [],
      );
    expect(acts).toEqual([
      [SECOND, 'is busy'],
      [REAL, 'rings'],
      [REAL, 'answers'],
    ]);
  });

  it('tells who wants to know how the number it calls gets on [S F206]', async () => {
    const { sandbox, app, answer } = await setScene();
    answer({
      '/voice': `<Dial><Number sendDigits="9" statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed">${REAL}</Number></Dial>`,
    });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.nextEvent(isConnected);
    const told = sandbox.nextEvent(
      (event) =>
        event.kind === 'webhook.sent' && event.url.endsWith('/leg') && app.formsAt('/leg').length === 4,
    );
    sandbox.phone(REAL).liveCalls()[0]?.hangUp();
    await told;
    expect(app.formsAt('/leg').map((form) => [form.CallStatus, form.ParentCallSid])).toEqual([
      ['initiated', call.sid],
      ['ringing', call.sid],
      ['in-progress', call.sid],
      ['completed', call.sid],
    ]);
    expect(sandbox.phone(REAL).calls()[0]?.heard).toEqual([{ kind: 'keys', content: '9' }]);
  });

  it('lets whoever answers hear something before they are connected, and decline [S F207]', async () => {
    const { sandbox, app, answer, heard } = await setScene();
    answer({
      '/voice': `<Dial action="/done"><Number url="/whisper">${REAL}</Number></Dial>`,
      '/whisper': '<Gather numDigits="1" action="/choice"><Say>Press 1 to take it</Say></Gather><Hangup/>',
      '/choice': '',
    });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.nextEvent((event) => event.kind === 'phone.call' && event.act === 'hears');
    const connected = sandbox.nextEvent(isConnected);
    sandbox.phone(REAL).liveCalls()[0]?.press('1');
    await connected;
    expect(heard(REAL)).toEqual(['Press 1 to take it']);
    expect(app.formsAt('/whisper')).toMatchObject([{ To: REAL, Direction: 'outbound-dial' }]);
    call.hangUp();
    await call.ended;

    answer({
      '/voice': `<Dial action="/declined"><Number url="/whisper">${REAL}</Number></Dial>`,
      '/whisper': '<Hangup/>',
    });
    await sandbox.phone(CALLER).call(NUMBER).ended;
    expect(app.formsAt('/declined')).toMatchObject([{ DialCallStatus: 'no-answer', DialBridged: 'false' }]);
  });

  it('cannot stand in what is heard before they are connected [S F208]', async () => {
    const { sandbox, answer, heard, alertCodes } = await setScene();
    answer({
      '/voice': `<Dial><Number url="/whisper">${REAL}</Number></Dial>`,
      '/whisper': `<Dial>${SECOND}</Dial><Say>A call for you</Say>`,
    });
    sandbox.phone(CALLER).call(NUMBER);
    await sandbox.nextEvent(isConnected);
    expect(heard(REAL)).toEqual(['A call for you']);
    expect(sandbox.phone(SECOND).calls()).toEqual([]);
    expect(await alertCodes()).toEqual(['13201']);
  });

  it('ends when its time is up, and with hangupOnStar when the caller presses a star [S F209]', async () => {
    const { sandbox, answer, heard } = await setScene({ clock: 'manual' });
    answer({ '/voice': `<Dial timeLimit="30">${REAL}</Dial><Say>Time is up</Say>` });
    sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('31s');
    expect(heard(CALLER)).toEqual(['Time is up']);
    answer({ '/voice': `<Dial hangupOnStar="true">${REAL}</Dial><Say>Star</Say>` });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    call.press('5*');
    await sandbox.clock.advance('1s');
    expect(heard(CALLER)).toEqual(['Time is up', 'Star']);
    expect(heard(REAL)).toEqual(['5']);
  });

  it('keeps a recording of it all when it is told to [S F210]', async () => {
    const { sandbox, client, app, answer } = await setScene();
    answer({
      '/voice': `<Dial record="record-from-answer" action="/done" recordingStatusCallback="/recorded">${REAL}</Dial>`,
    });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.nextEvent(isConnected);
    call.say('Hello');
    sandbox.phone(REAL).liveCalls()[0]?.say('Hi');
    sandbox.phone(REAL).liveCalls()[0]?.hangUp();
    await call.ended;
    const [recording] = await client.recordings.list();
    expect(recording).toMatchObject({ source: 'DialVerb', channels: 2, callSid: call.sid });
    expect(app.formsAt('/done')).toMatchObject([{ RecordingSid: recording?.sid }]);
    expect(app.formsAt('/recorded')).toMatchObject([
      { RecordingSid: recording?.sid, RecordingStatus: 'completed', RecordingChannels: '2' },
    ]);
  });
});

describe('the caller id', () => {
  it.each([
    ['the caller', CALLER, CALLER],
    ['the number that was called', NUMBER, NUMBER],
    ['nothing: the caller then', undefined, CALLER],
  ])('may be %s [S F211]', async (_name, callerId, shown) => {
    const { sandbox, answer } = await setScene();
    answer({ '/voice': `<Dial${callerId ? ` callerId="${callerId}"` : ''}>${REAL}</Dial>` });
    sandbox.phone(CALLER).call(NUMBER);
    await sandbox.nextEvent(isConnected);
    expect(sandbox.phone(REAL).calls()).toMatchObject([{ shown }]);
  });

  it('may be a number of the account or one that was verified, and no other [S F212]', async () => {
    const { sandbox, client, app, answer, alertCodes } = await setScene({ clock: 'manual' });
    await client.incomingPhoneNumbers.create({ phoneNumber: '+12025550101' });
    await client.validationRequests.create({ phoneNumber: SECOND });
    await sandbox.clock.advance('1s');
    for (const callerId of ['+12025550101', SECOND, '+12065550190', 'Anonymous']) {
      answer({ '/voice': `<Dial callerId="${callerId}" action="/done">${REAL}</Dial>` });
      sandbox.phone(CALLER).call(NUMBER);
      await sandbox.clock.advance('1s');
      sandbox.phone(REAL).liveCalls()[0]?.hangUp();
      await sandbox.clock.advance('1s');
    }
    expect(sandbox.phone(REAL).calls()).toMatchObject([{ shown: '+12025550101' }, { shown: SECOND }]);
    expect(app.formsAt('/done').map(({ DialCallStatus }) => DialCallStatus)).toEqual([
      'completed',
      'completed',
      'failed',
      'failed',
    ]);
    expect(await alertCodes()).toEqual(['13214', '13247']);
  });

  it('matters no more than a number that is none [S F213]', async () => {
    const { sandbox, app, answer, alertCodes } = await setScene();
    answer({ '/voice': '<Dial action="/done"><Number>555</Number></Dial>' });
    await sandbox.phone(CALLER).call(NUMBER).ended;
    expect(app.formsAt('/done')).toMatchObject([{ DialCallStatus: 'failed', DialBridged: 'false' }]);
    expect(app.formsAt('/done')[0]).not.toHaveProperty('DialCallSid');
    expect(await alertCodes()).toEqual(['13223']);
  });
});
