// The verbs of voice TwiML other than <Dial>.
import { describe, expect, it } from 'vitest';
import { fetchRaw } from '../../../test/support/sandbox-client.js';
import { CALLER, NUMBER, setUpVoice } from '../../../test/support/voice.js';
import type { PhoneCall } from '../phones/calls/phone-call.js';

describe('<Say>, <Play> and <Pause>', () => {
  it('are played in order, as often as their loop says [S F245]', async () => {
    const { sandbox, client, app, answer, heard } = await setUpVoice({ clock: 'manual' });
    app.answer(({ path }) =>
      path === '/song.mp3'
        ? { type: 'audio/mpeg', body: 'sound' }
        : {
            type: 'text/xml',
            body: '<Response><Say loop="2">Hello <break/> <emphasis>there</emphasis></Say><Pause length="3"/><Play digits="12#"/><Play>/song.mp3</Play></Response>',
          },
    );
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('2s');
    expect(heard(CALLER)).toEqual(['Hello there', 'Hello there']);
    await sandbox.clock.advance('2s');
    expect(heard(CALLER).slice(2)).toEqual(['12#', `${app.origin}/song.mp3`]);
    expect(await client.calls(call.sid).fetch()).toMatchObject({ status: 'completed', duration: '3' });
    expect(app.calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /voice',
      'GET /song.mp3',
      'POST /status',
    ]);
    answer({});
  });

  it.each([
    ['w1', [['1', 500]]],
    [
      '1w2',
      [
        ['1', 0],
        ['2', 500],
      ],
    ],
    ['wwww1928', [['1928', 2000]]],
    ['www', []],
    [
      '1ww#w',
      [
        ['1', 0],
        ['#', 1000],
      ],
    ],
  ] as const)('plays digits="%s" with pauses that are not heard [S F397]', async (digits, sounds) => {
    const { sandbox, answer } = await setUpVoice({ clock: 'manual' });
    answer({ '/voice': `<Play digits="${digits}"/><Say>End</Say>` });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('10s');
    const { heard, answeredAt } = await call.ended;
    const since = Date.parse(answeredAt ?? '');
    const timed = heard.map(({ kind, content, at }) => [kind, content, Date.parse(at ?? '') - since]);
    expect(timed.slice(0, -1)).toEqual(sounds.map(([content, at]) => ['keys', content, at]));
    expect(heard.at(-1)?.content).toBe('End');
  });

  it('plays the file of a <Play> whose digits are invalid', async () => {
    const { sandbox, app, heard } = await setUpVoice();
    app.answer(({ path }) =>
      path === '/a.mp3'
        ? { type: 'audio/mpeg', body: 'x' }
        : { type: 'text/xml', body: '<Response><Play digits="1x">/a.mp3</Play></Response>' },
    );
    expect((await sandbox.phone(CALLER).call(NUMBER).ended).alerts).toMatchObject([{ errorCode: 13430 }]);
    expect(heard(CALLER)).toEqual([`${app.origin}/a.mp3`]);
  });

  it('leave out a file that is not audio, with an alert [U F246]', async () => {
    const { sandbox, answer, heard, alertCodes } = await setUpVoice();
    answer({ '/voice': '<Play>/page</Play><Say>After</Say>' });
    await sandbox.phone(CALLER).call(NUMBER).ended;
    expect(heard(CALLER)).toEqual(['After']);
    expect(await alertCodes()).toEqual(['12300']);
  });

  it('say the alias of <sub> instead of its words, and all words of other SSML [S F553]', async () => {
    const { sandbox, answer, heard, alertCodes } = await setUpVoice();
    answer({
      '/voice':
        '<Say>The <sub alias="Federal Communications Commission">FCC</sub> <prosody rate="slow">says <s>no</s></prosody>, <sub>W3C</sub></Say>',
    });
    await sandbox.phone(CALLER).call(NUMBER).ended;
    expect(heard(CALLER)).toEqual(['The Federal Communications Commission says no, W3C']);
    expect(await alertCodes()).toEqual([]);
  });

  it('repeat with loop="0" until the caller hangs up [S F247]', async () => {
    const { sandbox, answer, heard } = await setUpVoice({ clock: 'manual' });
    answer({ '/voice': '<Say loop="0">Music</Say><Say>Never</Say>' });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1h');
    call.hangUp();
    expect(heard(CALLER)).toEqual(['Music']);
  });
});

describe('<Gather>', () => {
  it.each([
    ['as many keys as numDigits', 'numDigits="3"', '123', '123', ''],
    ['keys up to #', '', '12#', '12', '#'],
    ['keys up to another finishOnKey', 'finishOnKey="*"', '1#*', '1#', '*'],
    ['keys until the timeout', 'timeout="2"', '7', '7', ''],
  ])('takes %s [S F248]', async (_name, attributes, keys, digits, finishedOn) => {
    const { sandbox, app, answer } = await setUpVoice({ clock: 'manual' });
    answer({ '/voice': `<Gather action="/keys" ${attributes}><Say>Keys?</Say></Gather>` });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    call.press(keys);
    await sandbox.clock.advance('3s');
    expect(app.formsAt('/keys')).toMatchObject([
      { Digits: digits, FinishedOnKey: finishedOn, CallSid: call.sid },
    ]);
  });

  it('requests its own document again without an action [S F249]', async () => {
    const { sandbox, app, heard } = await setUpVoice();
    app.answer(({ form }) => ({
      type: 'text/xml',
      body: form.Digits
        ? `<Response><Say>${form.Digits}</Say></Response>`
        : '<Response><Gather numDigits="1"/></Response>',
    }));
    const call = sandbox.phone(CALLER).call(NUMBER);
    call.press('5');
    await call.ended;
    expect(heard(CALLER)).toEqual(['5']);
    expect(app.formsAt('/voice')).toHaveLength(2);
  });

  it('continues with the next verb without input, or calls its action with actionOnEmptyResult [S F250]', async () => {
    const { sandbox, app, answer, heard } = await setUpVoice({ clock: 'manual' });
    answer({ '/voice': '<Gather action="/keys" timeout="3"><Say>Keys?</Say></Gather><Say>Nothing</Say>' });
    sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('2s');
    expect(heard(CALLER)).toEqual(['Keys?']);
    await sandbox.clock.advance('2s');
    expect(heard(CALLER)).toEqual(['Keys?', 'Nothing']);
    answer({ '/voice': '<Gather action="/keys" actionOnEmptyResult="true"/>' });
    sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('6s');
    expect(app.formsAt('/keys')).toMatchObject([{ Digits: '', FinishedOnKey: '' }]);
  });

  it('takes words with input="speech", and stops its prompts when the caller speaks [S F251]', async () => {
    const { sandbox, app, answer, heard } = await setUpVoice({ clock: 'manual' });
    answer({
      '/voice':
        '<Gather input="speech dtmf" action="/words" partialResultCallback="/partial"><Pause length="60"/><Say>Never</Say></Gather>',
    });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    call.say('an operator');
    await sandbox.clock.advance('1s');
    expect(app.formsAt('/words')).toMatchObject([{ SpeechResult: 'an operator', Confidence: '0.9' }]);
    expect(app.formsAt('/words')[0]).not.toHaveProperty('FinishedOnKey');
    expect(app.formsAt('/partial')).toMatchObject([{ UnstableSpeechResult: 'an operator' }]);
    expect(heard(CALLER)).toEqual([]);
  });
});

describe('<Gather bargeIn="false">', () => {
  it.each([
    ['keys', (call: PhoneCall) => call.press('12'), { Digits: '12', FinishedOnKey: '' }],
    ['words', (call: PhoneCall) => call.say('an operator'), { SpeechResult: 'an operator' }],
  ])(
    'plays its prompts to the end, and takes the %s that came meanwhile then [U F554]',
    async (_name, act, form) => {
      const { sandbox, app, answer, heard } = await setUpVoice({ clock: 'manual' });
      answer({
        '/voice':
          '<Gather input="dtmf speech" bargeIn="false" numDigits="2" action="/input"><Say>One</Say><Pause length="10"/><Say>Two</Say></Gather>',
      });
      const call = sandbox.phone(CALLER).call(NUMBER);
      await sandbox.clock.advance('1s');
      act(call);
      await sandbox.clock.advance('8s');
      expect(heard(CALLER)).toEqual(['One']);
      expect(app.formsAt('/input')).toEqual([]);
      await sandbox.clock.advance('2s');
      expect(heard(CALLER)).toEqual(['One', 'Two']);
      expect(app.formsAt('/input')).toMatchObject([form]);
    },
  );

  it('waits for its timeout after the prompts, and ends when the caller hangs up during them', async () => {
    const { sandbox, answer, heard } = await setUpVoice({ clock: 'manual' });
    answer({
      '/voice': '<Gather bargeIn="false" timeout="5"><Pause length="10"/></Gather><Say>Nothing</Say>',
    });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('14s');
    expect(heard(CALLER)).toEqual([]);
    await sandbox.clock.advance('2s');
    expect(heard(CALLER)).toEqual(['Nothing']);
    expect((await call.ended).state).toBe('ended');
    const other = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    other.hangUp();
    await sandbox.clock.advance('1h');
    expect(heard(CALLER)).toEqual(['Nothing']);
  });
});

describe('<Record>', () => {
  const RECORD =
    '<Record action="/recorded" recordingStatusCallback="/kept" transcribe="true" transcribeCallback="/written"/>';

  it('saves what is said until a key is pressed, and the app can fetch it [S F252]', async () => {
    const { sandbox, client, app, answer } = await setUpVoice({ clock: 'manual' });
    answer({ '/voice': RECORD });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    call.say('Please');
    await sandbox.clock.advance('2s');
    call.say('call back');
    call.press('#');
    await sandbox.clock.advance('1s');
    const [form] = app.formsAt('/recorded');
    expect(form).toMatchObject({ Digits: '#', RecordingDuration: '3' });
    const recording = await client.recordings(form?.RecordingSid ?? '').fetch();
    expect(recording).toMatchObject({ callSid: call.sid, duration: '3', source: 'RecordVerb', channels: 1 });
    const sound = await fetch(form?.RecordingUrl ?? '');
    expect(sound.headers.get('content-type')).toBe('audio/x-wav');
    expect(sound.headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'; /);
    expect(sound.headers.get('x-content-type-options')).toBe('nosniff');
    const bytes = Buffer.from(await sound.arrayBuffer());
    expect([bytes.subarray(0, 4).toString(), bytes.length]).toEqual(['RIFF', 44 + 3 * 16_000]);
    const other = async (extension: string) => {
      const file = await fetch(`${form?.RecordingUrl}${extension}`);
      return [file.headers.get('content-type'), Buffer.from(await file.arrayBuffer()).toString('hex', 0, 4)];
    };
    expect(await other('.wav')).toEqual(['audio/x-wav', '52494646']);
    // The header of an MPEG-2 Layer III frame: 8 kbit/s, 16 kHz, mono.
    expect(await other('.mp3')).toEqual(['audio/mpeg', 'fff318c0']);
    const path = `/2010-04-01/Accounts/${sandbox.accountSid}/Recordings/${form?.RecordingSid}.xml`;
    expect(await (await fetchRaw(sandbox, path)).text()).toContain('<Source>RecordVerb</Source>');
    expect(app.formsAt('/kept')).toMatchObject([
      { RecordingStatus: 'completed', CallSid: call.sid, RecordingChannels: '1', RecordingTrack: 'both' },
    ]);
    expect(app.formsAt('/written')).toMatchObject([
      { TranscriptionText: 'Please call back', TranscriptionStatus: 'completed' },
    ]);
    expect(await client.calls(call.sid).recordings.list()).toHaveLength(1);
    expect(await client.recordings(recording.sid).remove()).toBe(true);
    expect(await client.recordings.list()).toEqual([]);
  });

  it.each([
    ['', 'Hello', ['completed'], 'S'],
    ['in-progress completed absent', 'Hello', ['in-progress', 'completed'], 'S'],
    ['in-progress absent', 'Hello', ['in-progress'], 'S'],
    ['absent', '', ['absent'], 'U'],
    ['in-progress, completed', '', ['in-progress'], 'U'],
  ])('with the events "%s" and the words "%s" reports %j [%s F555]', async (events, words, statuses) => {
    const { sandbox, client, app, answer } = await setUpVoice({ clock: 'manual' });
    answer({
      '/voice': `<Record recordingStatusCallback="/kept" recordingStatusCallbackEvent="${events}" action="/recorded"/>`,
    });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    const running = app.formsAt('/kept').map(({ RecordingStatus }) => RecordingStatus);
    expect(running).toEqual(statuses.filter((status) => status === 'in-progress'));
    if (words !== '') call.say(words);
    await sandbox.clock.advance('10s');
    const forms = app.formsAt('/kept');
    expect(forms.map(({ RecordingStatus }) => RecordingStatus)).toEqual(statuses);
    expect(new Set(forms.map(({ RecordingSid }) => RecordingSid)).size).toBe(1);
    const saved = await client.recordings.list();
    expect(saved.map(({ sid }) => sid)).toEqual(words === '' ? [] : [forms[0]?.RecordingSid]);
  });

  it('is saved when the REST API redirects the call, and its action is not asked', async () => {
    const { sandbox, client, app, answer, heard } = await setUpVoice({ clock: 'manual' });
    answer({ '/voice': RECORD });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    call.say('Hello');
    await client.calls(call.sid).update({ twiml: '<Response><Say>Stop</Say></Response>' });
    await sandbox.clock.advance('1s');
    expect(heard(CALLER)).toEqual(['beep', 'Stop']);
    expect(app.formsAt('/kept')).toMatchObject([{ RecordingStatus: 'completed' }]);
    expect(app.formsAt('/recorded')).toEqual([]);
    expect(await client.recordings.list()).toHaveLength(1);
  });

  it('reports no URL and no duration while it runs [U F556]', async () => {
    const { sandbox, app, answer } = await setUpVoice({ clock: 'manual' });
    answer({
      '/voice': '<Record recordingStatusCallback="/kept" recordingStatusCallbackEvent="in-progress"/>',
    });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    const [form] = app.formsAt('/kept');
    expect(form).toMatchObject({ CallSid: call.sid, RecordingSource: 'RecordVerb', RecordingChannels: '1' });
    expect(form).not.toHaveProperty('RecordingUrl');
    expect(form).not.toHaveProperty('RecordingDuration');
    call.hangUp();
  });

  it('ends after silence, and continues with the next verb if nothing was said [S F253]', async () => {
    const { sandbox, client, app, answer, heard } = await setUpVoice({ clock: 'manual' });
    answer({ '/voice': `${RECORD}<Say>Silence</Say>` });
    sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('6s');
    expect(heard(CALLER)).toEqual(['beep', 'Silence']);
    expect(await client.recordings.list()).toEqual([]);
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    call.say('Hello');
    await sandbox.clock.advance('6s');
    expect(app.formsAt('/recorded')).toMatchObject([{ Digits: '' }]);
  });

  it('saves the recording and calls its action when the caller hangs up [S F254]', async () => {
    const { sandbox, app, answer } = await setUpVoice({ clock: 'manual' });
    answer({ '/voice': RECORD });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    call.say('Call me');
    call.hangUp();
    await sandbox.clock.advance('1s');
    expect(app.formsAt('/recorded')).toMatchObject([{ Digits: 'hangup', CallStatus: 'completed' }]);
  });
});

describe('a document with', () => {
  it('<Redirect> leads to another document, even in an endless loop [S F255]', async () => {
    const { sandbox, answer, heard, paths } = await setUpVoice({ clock: 'manual' });
    answer({
      '/voice': '<Say>One</Say><Redirect>/two</Redirect><Say>Never</Say>',
      '/two': '<Redirect>/two</Redirect>',
    });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('100ms');
    expect(heard(CALLER)).toEqual(['One']);
    expect(paths().filter((path) => path === '/two').length).toBeGreaterThan(10);
    call.hangUp();
  });

  it('an empty <Redirect> runs its own document again [S F620]', async () => {
    const { sandbox, answer, app, heard, alertCodes } = await setUpVoice({ clock: 'manual' });
    answer({
      '/voice': '<Redirect>/two?a=1</Redirect>',
      '/two': '<Say>Next</Say><Redirect></Redirect><Say>Never</Say>',
    });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('10s');
    call.hangUp();
    const again = app.calls.filter(({ path }) => path === '/two?a=1');
    expect(again.length).toBeGreaterThan(2);
    expect(again.filter(({ method, signed }) => method !== 'POST' || !signed)).toEqual([]);
    expect(new Set(heard(CALLER))).toEqual(new Set(['Next']));
    expect(await alertCodes()).toEqual([]);
  });

  it('an empty <Redirect> of a document without a URL leads nowhere', async () => {
    const { sandbox, client, alertCodes } = await setUpVoice({ clock: 'manual' });
    const twiml = '<Response><Redirect/><Say>Here</Say></Response>';
    await client.calls.create({ from: NUMBER, to: CALLER, twiml });
    await sandbox.clock.advance('1m');
    expect(sandbox.phone(CALLER).calls()).toMatchObject([{ heard: [{ content: 'Here' }] }]);
    expect(await alertCodes()).toEqual(['12200']);
  });

  it('<Redirect> to itself runs more and more slowly', async () => {
    const { sandbox, client, answer, paths } = await setUpVoice({ clock: 'manual' });
    answer({ '/voice': '<Redirect>/voice</Redirect>' });
    const { sid } = await client.calls.create({
      from: NUMBER,
      to: '+14155550191',
      twiml: '<Response><Pause length="3600"/></Response>',
    });
    sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1h');
    expect(paths().length).toBeLessThan(2500);
    expect((await client.calls(sid).fetch()).status).toBe('in-progress');
  });

  it.each([
    ['', 'no-answer', 'unanswered'],
    ['reason="busy"', 'busy', 'busy'],
  ] as const)(
    '<Reject %s> ends the call as "%s", unanswered and free [S F256]',
    async (attribute, status, state) => {
      const { sandbox, client, answer } = await setUpVoice();
      answer({ '/voice': `<Reject ${attribute}/><Say>Never</Say>` });
      const call = sandbox.phone(CALLER).call(NUMBER);
      expect(await call.ended).toMatchObject({ state, heard: [] });
      expect(await client.calls(call.sid).fetch()).toMatchObject({ status, price: null, duration: null });
    },
  );

  it('<Hangup> answers the call and ends it [U F257]', async () => {
    const { sandbox, client, answer } = await setUpVoice();
    answer({ '/voice': '<Hangup/><Say>Never</Say>' });
    const call = sandbox.phone(CALLER).call(NUMBER);
    expect(await call.ended).toMatchObject({ state: 'ended', heard: [] });
    expect((await client.calls(call.sid).fetch()).status).toBe('completed');
  });
});

describe('a queue', () => {
  const AGENT = '+14155550191';

  it('lets the caller wait, runs its waitUrl meanwhile, and lets them leave [S F258]', async () => {
    const { sandbox, app, answer, heard } = await setUpVoice({ clock: 'manual' });
    answer({
      '/voice': '<Enqueue waitUrl="/wait" action="/left">support</Enqueue>',
      '/wait': '<Say>Please wait</Say>',
      '/left': '<Say>Goodbye</Say>',
    });
    sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('2500ms');
    expect(heard(CALLER)).toEqual(['Please wait', 'Please wait', 'Please wait']);
    expect(app.formsAt('/wait')).toMatchObject([
      { QueuePosition: '1', CurrentQueueSize: '1', QueueTime: '0', AvgQueueTime: '0' },
      { QueueTime: '1' },
      { QueueTime: '2' },
    ]);
    answer({ '/wait': '<Leave/>', '/left': '<Say>Goodbye</Say>' });
    await sandbox.clock.advance('2s');
    expect(app.formsAt('/left')).toMatchObject([{ QueueResult: 'leave', QueueTime: '3' }]);
    expect(heard(CALLER).at(-1)).toBe('Goodbye');
  });

  it('takes no more callers than maxQueueSize [T F557]', async () => {
    const { sandbox, app, answer, heard } = await setUpVoice({ clock: 'manual' });
    answer({
      '/voice': '<Enqueue maxQueueSize="1" action="/left">support</Enqueue>',
      '/left': '<Say>Full</Say>',
    });
    sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    sandbox.phone(AGENT).call(NUMBER);
    await sandbox.clock.advance('1s');
    expect(app.formsAt('/left')).toMatchObject([{ QueueResult: 'queue-full' }]);
    expect(heard(AGENT)).toEqual(['Full']);
  });

  it('leaves verbs out of its waiting document that are not allowed there, with alerts [U F259]', async () => {
    const { sandbox, answer, heard, alertCodes } = await setUpVoice({ clock: 'manual' });
    answer({
      '/voice': '<Enqueue waitUrl="/wait">support</Enqueue>',
      '/wait': '<Enqueue waitUrl="/wait">support</Enqueue><Record/><Say>Please wait</Say>',
    });
    sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('500ms');
    expect(heard(CALLER)).toEqual(['Please wait']);
    expect(await alertCodes()).toEqual(['12200', '12200']);
  });

  it('connects its longest waiting caller with a <Dial><Queue> [S F260]', async () => {
    const { sandbox, app, answer, heard } = await setUpVoice({ clock: 'manual' });
    answer({ '/voice': '<Enqueue action="/left">support</Enqueue>' });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('10s');
    answer({
      '/voice': '<Dial><Queue url="/about">support</Queue></Dial>',
      '/about': '<Say>Your turn</Say>',
    });
    const agent = sandbox.phone(AGENT).call(NUMBER);
    await sandbox.clock.advance('1s');
    agent.say('How can I help?');
    expect(heard(CALLER)).toEqual(['music', 'Your turn', 'How can I help?']);
    expect(app.formsAt('/about')).toMatchObject([
      { CallSid: call.sid, QueueTime: '10', DequeingCallSid: agent.sid },
    ]);
    agent.hangUp();
    await sandbox.clock.advance('1s');
    expect(app.formsAt('/left')).toMatchObject([{ QueueResult: 'bridged', CallSid: call.sid }]);
    expect((await call.ended).state).toBe('ended');
  });

  it('lets <Dial> wait for a caller until its timeout, but only if the queue exists [S F261]', async () => {
    const { sandbox, app, answer } = await setUpVoice({ clock: 'manual' });
    answer({ '/voice': '<Dial action="/done"><Queue>never</Queue></Dial>' });
    sandbox.phone(AGENT).call(NUMBER);
    await sandbox.clock.advance('1s');
    expect(app.formsAt('/done')).toMatchObject([{ DialCallStatus: 'failed' }]);
    answer({ '/voice': '<Enqueue>support</Enqueue>' });
    const first = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    first.hangUp();
    answer({ '/voice': '<Dial action="/waited" timeout="20"><Queue>support</Queue></Dial>' });
    sandbox.phone(AGENT).call(NUMBER);
    await sandbox.clock.advance('21s');
    expect(app.formsAt('/waited')).toMatchObject([{ DialCallStatus: 'no-answer' }]);
  });

  it('reports to the action of <Enqueue> that the caller hung up or was redirected [S F262]', async () => {
    const { sandbox, client, app, answer, heard } = await setUpVoice({ clock: 'manual' });
    answer({ '/voice': '<Enqueue action="/left">support</Enqueue>' });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    call.hangUp();
    await sandbox.clock.advance('1s');
    const other = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    await client.calls(other.sid).update({ twiml: '<Response><Say>Elsewhere</Say></Response>' });
    await sandbox.clock.advance('1s');
    expect(app.formsAt('/left').map(({ QueueResult }) => QueueResult)).toEqual(['hangup', 'redirected']);
    expect(heard(CALLER).at(-1)).toBe('Elsewhere');
  });
});

describe('<Sms>', () => {
  const OTHER = '+12125550191';

  it('sends a text during a call, and the call goes on [S F398]', async () => {
    const { sandbox, client, answer, heard, alertCodes } = await setUpVoice();
    answer({ '/voice': `<Sms from="${NUMBER}" to="${OTHER}">call you back</Sms><Say>bye</Say>` });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await call.ended;
    await sandbox.whenQuiet(call.traceId);
    expect(sandbox.phone(OTHER).texts()).toMatchObject([{ from: NUMBER, body: 'call you back' }]);
    expect(heard(CALLER)).toEqual(['bye']);
    expect(await client.messages.list()).toMatchObject([{ direction: 'outbound-call', status: 'delivered' }]);
    expect(await alertCodes()).toEqual([]);
  });

  it('goes to the caller, from the number that was called [S F399]', async () => {
    const { sandbox, answer } = await setUpVoice();
    answer({ '/voice': '<Sms>Hi</Sms>' });
    const call = sandbox.phone(CALLER).call(NUMBER);
    expect((await call.ended).state).toBe('ended');
    await sandbox.whenQuiet(call.traceId);
    expect(sandbox.phone(CALLER).texts()).toMatchObject([{ from: NUMBER, body: 'Hi' }]);
  });

  it('goes to the called party in a call that the account placed [S F400]', async () => {
    const { sandbox, client } = await setUpVoice();
    const text = sandbox.phone(CALLER).nextText();
    await client.calls.create({ from: NUMBER, to: CALLER, twiml: '<Response><Sms>Hi</Sms></Response>' });
    expect(await text).toMatchObject({ from: NUMBER, body: 'Hi' });
  });

  it('requests its action at once, and its statusCallback at each change [S F401]', async () => {
    const { sandbox, app, answer, heard } = await setUpVoice();
    answer({
      '/voice': '<Sms action="/sent" statusCallback="/progress">Hi</Sms><Say>Never</Say>',
      '/sent': '<Say>Done</Say>',
    });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await call.ended;
    await sandbox.whenQuiet(call.traceId);
    const [form] = app.formsAt('/sent');
    expect(form).toMatchObject({
      CallSid: call.sid,
      SmsSid: expect.stringMatching(/^SM/),
      SmsStatus: 'sent',
    });
    expect(app.formsAt('/progress').map(({ SmsSid, SmsStatus }) => [SmsSid, SmsStatus])).toEqual([
      [form?.SmsSid, 'sent'],
      [form?.SmsSid, 'delivered'],
    ]);
    expect(heard(CALLER)).toEqual(['Done']);
  });

  it.each([
    ['to="nobody"', 'Hi', 14101],
    ['from="+12025550199"', 'Hi', 14102],
    ['', '', 14103],
  ])(
    'with %s and the body "%s" becomes the alert %i, and the call goes on [S F402]',
    async (attributes, body, code) => {
      const { sandbox, app, answer, heard } = await setUpVoice();
      answer({ '/voice': `<Sms ${attributes}>${body}</Sms><Say>Next</Say>` });
      const { alerts } = await sandbox.phone(CALLER).call(NUMBER).ended;
      expect([alerts.map(({ errorCode }) => errorCode), heard(CALLER)]).toEqual([[code], ['Next']]);
      answer({ '/voice': `<Sms action="/sent" ${attributes}>${body}</Sms>` });
      await sandbox.phone(CALLER).call(NUMBER).ended;
      expect(app.formsAt('/sent')).toMatchObject([{ SmsStatus: 'invalid' }]);
    },
  );
});
