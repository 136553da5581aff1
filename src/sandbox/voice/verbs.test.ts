// The verbs of voice TwiML besides <Dial>, each as a caller meets it.
import { describe, expect, it } from 'vitest';
import { CALLER, NUMBER, setScene } from '../../../test/support/scene.js';

describe('<Say>, <Play> and <Pause>', () => {
  it('are heard in order, as often as they say [S F245]', async () => {
    const { sandbox, client, app, answer, heard } = await setScene({ clock: 'manual' });
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

  it('of a file that is no sound are left out, with an alert [U F246]', async () => {
    const { sandbox, answer, heard, alertCodes } = await setScene();
    answer({ '/voice': '<Play>/page</Play><Say>After</Say>' });
    await sandbox.phone(CALLER).call(NUMBER).ended;
    expect(heard(CALLER)).toEqual(['After']);
    expect(await alertCodes()).toEqual(['12300']);
  });

  it('that are repeated for ever last until the caller has had enough [S F247]', async () => {
    const { sandbox, answer, heard } = await setScene({ clock: 'manual' });
    answer({ '/voice': '<Say loop="0">Music</Say><Say>Never</Say>' });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1h');
    call.hangUp();
    expect(heard(CALLER)).toEqual(['Music']);
  });
});

describe('<Gather>', () => {
  it.each([
    ['a number of keys', 'numDigits="3"', '123', '123'],
    ['keys up to the one that ends them', '', '12#', '12'],
    ['keys up to another one', 'finishOnKey="*"', '1#*', '1#'],
    ['keys until nobody presses one', 'timeout="2"', '7', '7'],
  ])('takes %s [S F248]', async (_name, attributes, keys, digits) => {
    const { sandbox, app, answer } = await setScene({ clock: 'manual' });
    answer({ '/voice': `<Gather action="/keys" ${attributes}><Say>Keys?</Say></Gather>` });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    call.press(keys);
    await sandbox.clock.advance('3s');
    expect(app.formsAt('/keys')).toMatchObject([{ Digits: digits, CallSid: call.sid }]);
  });

  it('asks the document that it stands in when it has no action [S F249]', async () => {
    const { sandbox, app, heard } = await setScene();
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

  it('goes on when nothing comes, or asks with nothing when told to [S F250]', async () => {
    const { sandbox, app, answer, heard } = await setScene({ clock: 'manual' });
    answer({ '/voice': '<Gather action="/keys" timeout="3"><Say>Keys?</Say></Gather><Say>Nothing</Say>' });
    sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('2s');
    expect(heard(CALLER)).toEqual(['Keys?']);
    await sandbox.clock.advance('2s');
    expect(heard(CALLER)).toEqual(['Keys?', 'Nothing']);
    answer({ '/voice': '<Gather action="/keys" actionOnEmptyResult="true"/>' });
    sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('6s');
    expect(app.formsAt('/keys')).toMatchObject([{ Digits: '' }]);
  });

  it('hears words when it listens to speech, and stops its prompts for whoever begins to answer [S F251]', async () => {
    const { sandbox, app, answer, heard } = await setScene({ clock: 'manual' });
    answer({
      '/voice':
        '<Gather input="speech dtmf" action="/words" partialResultCallback="/partial"><Pause length="60"/><Say>Never</Say></Gather>',
    });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    call.say('an operator');
    await sandbox.clock.advance('1s');
    expect(app.formsAt('/words')).toMatchObject([{ SpeechResult: 'an operator', Confidence: '0.9' }]);
    expect(app.formsAt('/partial')).toMatchObject([{ UnstableSpeechResult: 'an operator' }]);
    expect(heard(CALLER)).toEqual([]);
  });
});

describe('<Record>', () => {
  const RECORD =
    '<Record action="/recorded" recordingStatusCallback="/kept" transcribe="true" transcribeCallback="/written"/>';

  it('keeps what is said until a key, and the app can fetch it [S F252]', async () => {
    const { sandbox, client, app, answer } = await setScene({ clock: 'manual' });
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
    const bytes = Buffer.from(await sound.arrayBuffer());
    expect([bytes.subarray(0, 4).toString(), bytes.length]).toEqual(['RIFF', 44 + 3 * 8000]);
    expect((await fetch(`${form?.RecordingUrl}.wav`)).status).toBe(200);
    expect(app.formsAt('/kept')).toMatchObject([{ RecordingStatus: 'completed', CallSid: call.sid }]);
    expect(app.formsAt('/written')).toMatchObject([
      { TranscriptionText: 'Please call back', TranscriptionStatus: 'completed' },
    ]);
    expect(await client.calls(call.sid).recordings.list()).toHaveLength(1);
    expect(await client.recordings(recording.sid).remove()).toBe(true);
    expect(await client.recordings.list()).toEqual([]);
  });

  it('ends after silence, and goes on when nothing was said [S F253]', async () => {
    const { sandbox, client, app, answer, heard } = await setScene({ clock: 'manual' });
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

  it('is kept, and told of, when the caller just hangs up [S F254]', async () => {
    const { sandbox, app, answer } = await setScene({ clock: 'manual' });
    answer({ '/voice': RECORD });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    call.say('Call me');
    call.hangUp();
    await sandbox.clock.advance('1s');
    expect(app.formsAt('/recorded')).toMatchObject([{ Digits: 'hangup', CallStatus: 'completed' }]);
  });
});

describe('<Redirect>, <Reject> and <Hangup>', () => {
  it('lead on to another document, also one without end [S F255]', async () => {
    const { sandbox, answer, heard, paths } = await setScene({ clock: 'manual' });
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

  it('come slower and slower while they do nothing else', async () => {
    const { sandbox, client, answer, paths } = await setScene({ clock: 'manual' });
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
    '<Reject %s> ends the call %s, unanswered and free [S F256]',
    async (attribute, status, state) => {
      const { sandbox, client, answer } = await setScene();
      answer({ '/voice': `<Reject ${attribute}/><Say>Never</Say>` });
      const call = sandbox.phone(CALLER).call(NUMBER);
      expect(await call.ended).toMatchObject({ state, heard: [] });
      expect(await client.calls(call.sid).fetch()).toMatchObject({ status, price: null, duration: null });
    },
  );

  it('<Hangup> ends it answered [U F257]', async () => {
    const { sandbox, client, answer } = await setScene();
    answer({ '/voice': '<Hangup/><Say>Never</Say>' });
    const call = sandbox.phone(CALLER).call(NUMBER);
    expect(await call.ended).toMatchObject({ state: 'ended', heard: [] });
    expect((await client.calls(call.sid).fetch()).status).toBe('completed');
  });
});

describe('<Enqueue> and <Leave>', () => {
  const AGENT = '+14155550191';

  it('let the caller wait, hear something meanwhile, and leave [S F258]', async () => {
    const { sandbox, app, answer, heard } = await setScene({ clock: 'manual' });
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

  it('cannot stand in what is heard while waiting, but for <Leave> [U F259]', async () => {
    const { sandbox, answer, heard, alertCodes } = await setScene({ clock: 'manual' });
    answer({
      '/voice': '<Enqueue waitUrl="/wait">support</Enqueue>',
      '/wait': '<Enqueue waitUrl="/wait">support</Enqueue><Record/><Say>Please wait</Say>',
    });
    sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('500ms');
    expect(heard(CALLER)).toEqual(['Please wait']);
    expect(await alertCodes()).toEqual(['12200', '12200']);
  });

  it('connect the one who waits longest with whoever dials the queue [S F260]', async () => {
    const { sandbox, app, answer, heard } = await setScene({ clock: 'manual' });
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

  it('wait for a caller as long as <Dial> may, and not for a queue that never was [S F261]', async () => {
    const { sandbox, app, answer } = await setScene({ clock: 'manual' });
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

  it('tell the action of a caller who hung up, or was sent elsewhere [S F262]', async () => {
    const { sandbox, client, app, answer, heard } = await setScene({ clock: 'manual' });
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
