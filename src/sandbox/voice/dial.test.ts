// <Dial>: caller ids, connections, and the parameters of its action.
import { describe, expect, it } from 'vitest';
import { CALLER, isConnected, NUMBER, REAL, setUpVoice } from '../../../test/support/voice.js';

const SECOND = '+14155550191';

describe('<Dial>', () => {
  it.each([
    ['answers', 'completed', 'S', 'true'],
    ['busy', 'busy', 'S', 'false'],
    ['rejects', 'busy', 'U', 'false'],
    ['no-answer', 'no-answer', 'S', 'false'],
  ] as const)(
    'sends DialCallStatus to its action: a phone set to "%s" gives "%s" [%s F197]',
    async (calls, status, _evidence, bridged) => {
      const { sandbox, app, answer, heard } = await setUpVoice({ clock: 'manual' });
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
    ['as anonymous with that callerId', 'U', 'callerId="anonymous"', 'anonymous'],
    ['as another callerId', 'S', `callerId="${NUMBER}"`, NUMBER],
  ])('shows a caller with a withheld number %s [%s F198]', async (_as, _evidence, attribute, shown) => {
    const { sandbox, client, app, answer, alertCodes } = await setUpVoice();
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

  it.each([
    ['+266696687', 'R'],
    ['Restricted', 'R'],
    ['MYBANK', 'U'],
    ['+12223334444', 'U'],
    ['64192', 'U'],
  ])('shows the caller %s on, with and without that callerId [%s F341]', async (caller) => {
    const { sandbox, client, app, answer, alertCodes } = await setUpVoice();
    for (const attribute of ['', `callerId="${caller}"`]) {
      answer({ '/voice': `<Dial ${attribute}>${REAL}</Dial>` });
      const rings = sandbox.phone(REAL).nextCall();
      const call = sandbox.phone(caller).call(NUMBER);
      expect((await rings).log()).toMatchObject({ shown: caller });
      call.hangUp();
    }
    expect(app.formsAt('/voice')[0]).toMatchObject({ From: caller, Caller: caller, FromCity: '' });
    expect(await client.calls.list({ to: NUMBER })).toMatchObject([{ from: caller }, { from: caller }]);
    expect(sandbox.phone(caller).calls()).toHaveLength(2);
    expect(await alertCodes()).toEqual([]);
  });

  it.each([
    ['its own address', 'callerId="sip:ann@example.com"', ['13214'], []],
    ['none', '', ['13214'], []],
    ['an owned number', `callerId="${NUMBER}"`, [], [{ shown: NUMBER }]],
  ])('of a SIP caller with the callerId %s [S F342]', async (_name, attribute, alerts, calls) => {
    const { sandbox, app, answer, alertCodes } = await setUpVoice({ clock: 'manual' });
    answer({ '/voice': `<Dial ${attribute}>${REAL}</Dial>` });
    sandbox.phone('sip:ann@example.com').call(NUMBER);
    await sandbox.clock.advance('2s');
    expect(app.formsAt('/voice')).toMatchObject([{ From: 'sip:ann@example.com', FromCountry: '' }]);
    expect(sandbox.phone(REAL).calls()).toMatchObject(calls);
    expect(await alertCodes()).toEqual(alerts);
  });

  it('continues with the next verb without an action [S F199]', async () => {
    const { sandbox, answer, heard } = await setUpVoice();
    sandbox.phone(REAL).behave({ calls: 'busy' });
    answer({ '/voice': `<Dial>${REAL}</Dial><Say>Nobody is there</Say>` });
    await sandbox.phone(CALLER).call(NUMBER).ended;
    expect(heard(CALLER)).toEqual(['Nobody is there']);
  });

  it('calls its action after the caller hung up, and ignores the answer [U F200]', async () => {
    const { sandbox, app, answer, heard } = await setUpVoice();
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
    const { sandbox, client, answer } = await setUpVoice();
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

  it('answers the caller at once, or with answerOnBridge when the other phone answers [S F202]', async () => {
    const { sandbox, answer } = await setUpVoice();
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

  it('calls several numbers at once, connects the first that answers, and stops the others [S F203]', async () => {
    const { sandbox, answer } = await setUpVoice();
    sandbox.phone(SECOND).behave({ calls: 'no-answer' });
    answer({ '/voice': `<Dial><Number>${SECOND}</Number><Number>${REAL}</Number></Dial>` });
    sandbox.phone(CALLER).call(NUMBER);
    await sandbox.nextEvent(isConnected);
    expect(sandbox.phone(SECOND).calls()).toMatchObject([{ state: 'missed' }]);
    expect(sandbox.phone(REAL).calls()).toMatchObject([{ state: 'talking' }]);
  });

  it('cancels the calls that were not answered first [U F204]', async () => {
    const { sandbox, client, answer } = await setUpVoice();
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

  it('calls several numbers one after the other with sequential [S F205]', async () => {
    const { sandbox, answer } = await setUpVoice();
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

  it('sends the status callbacks of a <Number>, and plays its digits after the answer [S F206]', async () => {
    const { sandbox, app, answer } = await setUpVoice();
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
    expect(sandbox.phone(REAL).calls()[0]?.heard).toMatchObject([{ kind: 'keys', content: '9' }]);
  });

  it('runs the document of a <Number> for the party that answers, who may decline [S F207]', async () => {
    const { sandbox, app, answer, heard } = await setUpVoice();
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

  it('is left out of the document of a <Number>, with an alert [S F208]', async () => {
    const { sandbox, answer, heard, alertCodes } = await setUpVoice();
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

  it('ends at its timeLimit, and with hangupOnStar when the caller presses a star [S F209]', async () => {
    const { sandbox, answer, heard } = await setUpVoice({ clock: 'manual' });
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

  it.each([
    ['record-from-answer', 1],
    ['record-from-ringing', 1],
    ['true', 1],
    ['record-from-answer-dual', 2],
    ['record-from-ringing-dual', 2],
  ])('with record="%s" has a recording with %i channel(s) [S F403]', async (record, channels) => {
    const { sandbox, client, app, answer } = await setUpVoice({ clock: 'manual' });
    answer({ '/voice': `<Dial record="${record}" recordingStatusCallback="/recorded">${REAL}</Dial>` });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('3s');
    call.hangUp();
    await sandbox.clock.advance('1s');
    const [recording] = await client.recordings.list();
    expect(recording).toMatchObject({ channels });
    expect(app.formsAt('/recorded')).toMatchObject([{ RecordingChannels: String(channels) }]);
    const load = async (ending: string) =>
      Buffer.from(await (await fetch(`${recording?.mediaUrl}${ending}`)).arrayBuffer());
    const seconds = Number(recording?.duration);
    const wav = await load('.wav');
    expect([wav.readUInt16LE(22), wav.length]).toEqual([channels, 44 + seconds * 16_000 * channels]);
    expect((await load('.wav?RequestedChannels=1')).readUInt16LE(22)).toBe(1);
    // The channel mode of MP3: 3 is mono, 2 is two channels. A frame has 36 bytes and 36 milliseconds.
    const mp3 = await load('.mp3');
    expect((mp3[3] ?? 0) >> 6).toBe(channels === 1 ? 3 : 2);
    expect(mp3.length).toBe(Math.ceil((seconds * 1000) / 36) * 36);
  });

  it.each(['do-not-record', 'false'])('with record="%s" has no recording [S F404]', async (record) => {
    const { sandbox, client, answer } = await setUpVoice();
    answer({ '/voice': `<Dial record="${record}">${REAL}</Dial>` });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.nextEvent(isConnected);
    call.hangUp();
    await sandbox.whenQuiet(call.traceId);
    expect(await client.recordings.list()).toEqual([]);
  });

  it.each([
    ['record-from-answer', ['in-progress', 'completed'], '3'],
    ['record-from-ringing', ['in-progress', 'completed'], '13'],
  ])('with record="%s" reports %j, and records %s seconds [S F558]', async (record, statuses, seconds) => {
    const { sandbox, app, answer } = await setUpVoice({ clock: 'manual' });
    sandbox.phone(REAL).behave({ calls: 'no-answer' });
    answer({
      '/voice': `<Dial record="${record}" recordingStatusCallback="/kept" recordingStatusCallbackEvent="in-progress completed absent">${REAL}</Dial>`,
    });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('10s');
    expect(app.formsAt('/kept')).toHaveLength(record === 'record-from-ringing' ? 1 : 0);
    sandbox.phone(REAL).liveCalls()[0]?.answer();
    await sandbox.clock.advance('3s');
    call.hangUp();
    await sandbox.clock.advance('1s');
    const forms = app.formsAt('/kept');
    expect(forms.map(({ RecordingStatus }) => RecordingStatus)).toEqual(statuses);
    expect(forms[1]).toMatchObject({ RecordingSid: forms[0]?.RecordingSid, RecordingDuration: seconds });
  });

  it('that nobody answers has no recording: absent if it was recorded from ringing on [U F559]', async () => {
    const { sandbox, client, app, answer } = await setUpVoice({ clock: 'manual' });
    sandbox.phone(REAL).behave({ calls: 'busy' });
    for (const record of ['record-from-answer', 'record-from-ringing']) {
      answer({
        '/voice': `<Dial record="${record}" action="/done" recordingStatusCallback="/kept" recordingStatusCallbackEvent="completed absent">${REAL}</Dial>`,
      });
      sandbox.phone(CALLER).call(NUMBER);
      await sandbox.clock.advance('5s');
    }
    answer({
      '/voice':
        '<Dial record="record-from-ringing" recordingStatusCallback="/kept" recordingStatusCallbackEvent="in-progress absent">555</Dial>',
    });
    sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('5s');
    expect(app.formsAt('/kept').map(({ RecordingStatus }) => RecordingStatus)).toEqual(['absent']);
    expect(app.formsAt('/done')).toMatchObject([{ DialCallStatus: 'busy' }, { DialCallStatus: 'busy' }]);
    expect(app.formsAt('/done')[1]).not.toHaveProperty('RecordingSid');
    expect(await client.recordings.list()).toEqual([]);
  });

  it('asks for the document of a <Number> once the app knows that it rings [S F405]', async () => {
    const { sandbox, app } = await setUpVoice();
    app.answer(async ({ path, form }) => {
      if (path === '/leg')
        await new Promise((resolve) => setTimeout(resolve, form.CallStatus === 'initiated' ? 60 : 20));
      return {
        type: 'text/xml',
        body:
          path === '/voice'
            ? `<Response><Dial><Number url="/whisper" statusCallback="/leg" statusCallbackEvent="initiated ringing">${REAL}</Number></Dial></Response>`
            : '<Response><Hangup/></Response>',
      };
    });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await call.ended;
    await sandbox.whenQuiet(call.traceId);
    const order = app.calls.map(({ path, form }) => (path === '/leg' ? form.CallStatus : path));
    expect(order.slice(0, 4)).toEqual(['/voice', 'initiated', 'ringing', '/whisper']);
  });

  it('saves a recording of both sides with record [S F210]', async () => {
    const { sandbox, client, app, answer } = await setUpVoice();
    answer({
      '/voice': `<Dial record="record-from-answer" action="/done" recordingStatusCallback="/recorded">${REAL}</Dial>`,
    });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.nextEvent(isConnected);
    call.say('Hello');
    sandbox.phone(REAL).liveCalls()[0]?.say('Hi');
    sandbox.phone(REAL).liveCalls()[0]?.hangUp();
    await call.ended;
    await sandbox.whenQuiet(call.traceId);
    const [recording] = await client.recordings.list();
    expect(recording).toMatchObject({ source: 'DialVerb', channels: 1, callSid: call.sid });
    expect(app.formsAt('/done')).toMatchObject([{ RecordingSid: recording?.sid }]);
    expect(app.formsAt('/recorded')).toMatchObject([
      { RecordingSid: recording?.sid, RecordingStatus: 'completed', RecordingChannels: '1' },
    ]);
  });

  it('reports an invalid number as failed, with an alert [S F213]', async () => {
    const { sandbox, app, answer, alertCodes } = await setUpVoice();
    answer({ '/voice': '<Dial action="/done"><Number>555</Number></Dial>' });
    await sandbox.phone(CALLER).call(NUMBER).ended;
    expect(app.formsAt('/done')).toMatchObject([{ DialCallStatus: 'failed', DialBridged: 'false' }]);
    expect(app.formsAt('/done')[0]).not.toHaveProperty('DialCallSid');
    expect(await alertCodes()).toEqual(['13223']);
  });
});

describe('the caller id of <Dial>', () => {
  it.each([
    ['the number of the caller', CALLER, CALLER],
    ['the number that was called', NUMBER, NUMBER],
    ['left out, which means the caller', undefined, CALLER],
  ])('may be %s [S F211]', async (_name, callerId, shown) => {
    const { sandbox, answer } = await setUpVoice();
    answer({ '/voice': `<Dial${callerId ? ` callerId="${callerId}"` : ''}>${REAL}</Dial>` });
    sandbox.phone(CALLER).call(NUMBER);
    await sandbox.nextEvent(isConnected);
    expect(sandbox.phone(REAL).calls()).toMatchObject([{ shown }]);
  });

  it('may be a number of the account or a verified number, but no other number [S F212]', async () => {
    const { sandbox, client, app, answer, alertCodes } = await setUpVoice({ clock: 'manual' });
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
});
