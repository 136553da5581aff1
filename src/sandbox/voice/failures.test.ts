// Calls whose app fails, with their alerts, and calls in progress when the sandbox is reset or closed.
import { describe, expect, it } from 'vitest';
import { CALLER, isConnected, NUMBER, REAL, setUpVoice } from '../../../test/support/voice.js';
import type { AppAnswer } from '../../../test/support/webhook-app.js';

const SORRY = 'We are sorry, an application error has occurred. Goodbye.';

describe('an app that answers', () => {
  it.each<[string, AppAnswer, string]>([
    ['with an HTTP error', { status: 500 }, '11217'],
    ['with malformed XML', { type: 'text/xml', body: '<Response>' }, '12100'],
    ['with another root element', { type: 'text/xml', body: '<Error/>' }, '12102'],
    ['with another content type', { type: 'application/json', body: '{}' }, '12300'],
    [
      'with too much TwiML',
      { type: 'text/xml', body: `<Response>${' '.repeat(70_000)}</Response>` },
      '11750',
    ],
  ])('%s makes the caller hear an error message, and adds an alert [S F214]', async (_name, answer, code) => {
    const { sandbox, client, app, alertCodes, heard } = await setUpVoice();
    app.answer(() => answer);
    const call = sandbox.phone(CALLER).call(NUMBER);
    await call.ended;
    expect(heard(CALLER)).toEqual([SORRY]);
    expect((await alertCodes())[0]).toBe(code);
    const [alert] = await client.monitor.v1.alerts.list();
    expect(alert?.resourceSid).toBe(call.sid);
  });

  it('with an error is replaced by its fallback URL, which gets the reason [S F215]', async () => {
    const { sandbox, client, app, answer, heard, numberSid } = await setUpVoice();
    await client.incomingPhoneNumbers(numberSid).update({ voiceFallbackUrl: `${app.origin}/fallback` });
    app.answer(({ path }) =>
      path === '/voice'
        ? { status: 503 }
        : { type: 'text/xml', body: '<Response><Say>Plan B</Say></Response>' },
    );
    await sandbox.phone(CALLER).call(NUMBER).ended;
    expect(heard(CALLER)).toEqual(['Plan B']);
    expect(app.formsAt('/fallback')).toMatchObject([
      { ErrorCode: '11217', ErrorUrl: `${app.origin}/voice`, CallStatus: 'ringing' },
    ]);
    answer({});
  });

  it('by closing the connection during a call makes the caller hear an error message [S F216]', async () => {
    const { sandbox, app, heard } = await setUpVoice();
    app.answer(({ path }) =>
      path === '/voice'
        ? { type: 'text/xml', body: '<Response><Say>Wait</Say><Redirect>/next</Redirect></Response>' }
        : 'drop',
    );
    await sandbox.phone(CALLER).call(NUMBER).ended;
    expect(heard(CALLER)).toEqual(['Wait', SORRY]);
  });

  it.each([
    ['plain text', 'S', 'text/plain', 'Hello from text', ['Hello from text']],
    ['nothing', 'U', 'text/xml', '', []],
    ['TwiML as plain text', 'S', 'text/plain', '<Response><Say>Hello</Say></Response>', ['Hello']],
    [
      'TwiML as plain text with a charset',
      'S',
      'text/plain; charset=utf-8',
      '<?xml version="1.0"?>\n<Response><Say>Grüße</Say></Response>\n',
      ['Grüße'],
    ],
    ['plain text that is nearly TwiML', 'S', 'text/plain', '<Response>Hi</Say>', ['<Response>Hi</Say>']],
  ])('with %s does not fail [%s F217]', async (_name, _evidence, type, body, words) => {
    const { sandbox, client, app, heard } = await setUpVoice();
    app.answer(() => ({ type, body }));
    const call = sandbox.phone(CALLER).call(NUMBER);
    expect((await call.ended).state).toBe('ended');
    expect(heard(CALLER)).toEqual(words);
    expect((await client.calls(call.sid).fetch()).status).toBe('completed');
  });

  it('with invalid verbs and attributes gets alerts, and the rest of the document runs [S F218]', async () => {
    const { sandbox, answer, heard, alertCodes } = await setUpVoice();
    answer({
      '/voice':
        '<Message>No</Message><Say speed="9">Yes</Say><Pause length="-1"/>text<Gather><Dial/></Gather>',
    });
    const call = sandbox.phone(CALLER).call(NUMBER);
    call.press('#');
    await sandbox.nextEvent((event) => event.kind === 'twiml.run' && event.verb === 'Gather');
    call.hangUp();
    expect(heard(CALLER)).toEqual(['Yes']);
    // In the order of the document: text between verbs counts as a fault of the <Response>.
    expect(await alertCodes()).toEqual(['12200', '12200', '12200', '13910', '13320']);
  });

  it.each([
    ['<Gather finishOnKey="abc"/>', 13310],
    ['<Gather finishOnKey="5x"/>', 13310],
    ['<Gather timeout="soon"/>', 13313],
    ['<Gather numDigits="0"/>', 13314],
    ['<Gather method="PUT"/>', 13312],
    ['<Gather input="telepathy"/>', 13326],
    ['<Gather actionOnEmptyResult="yes"/>', 13338],
    ['<Record finishOnKey="abc"/>', 13613],
    ['<Record maxLength="0"/>', 13612],
    ['<Record timeout="x"/>', 13611],
    ['<Record playBeep="loud"/>', 13616],
    ['<Record transcribe="maybe"/>', 13614],
    ['<Dial timeout="0">+1</Dial>', 13212],
    ['<Dial timeLimit="x">+1</Dial>', 13216],
    ['<Dial record="sometimes">+1</Dial>', 13217],
    ['<Dial hangupOnStar="1">+1</Dial>', 13213],
    ['<Dial><Number sendDigits="12x">+1</Number></Dial>', 13222],
    ['<Play digits="1,2"/>', 13430],
    ['<Say loop="-1">Hi</Say>', 13510],
    ['<Play loop="x" digits="1"/>', 13410],
    ['<Pause length="long"/>', 13910],
    ['<Redirect method="PATCH">/next</Redirect>', 13710],
    ['<Reject reason="rude"/>', 13810],
  ])('with the invalid value in %s gets the warning %i [S F394]', async (verb, code) => {
    const { sandbox, answer, app } = await setUpVoice({ clock: 'manual' });
    answer({ '/voice': `\n ${verb}<Hangup/>` });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('2h');
    const [first] = (await call.ended).alerts;
    const column = verb.includes('<Number') ? 8 : 2;
    expect(first).toMatchObject({
      errorCode: code,
      logLevel: 'warning',
      line: 2,
      column,
      url: `${app.origin}/voice`,
    });
  });

  it.each(['', '#', '*', '0123456789*#'])('may end an input with finishOnKey="%s" [S F395]', async (keys) => {
    const { sandbox, answer } = await setUpVoice({ clock: 'manual' });
    answer({ '/voice': `<Gather finishOnKey="${keys}"/>` });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1m');
    expect((await call.ended).alerts).toEqual([]);
  });

  it('with invalid TwiML has the alerts in the result of the call [S F396]', async () => {
    const { sandbox, answer } = await setUpVoice();
    answer({ '/voice': '\n<say>Hi</say>' });
    const { alerts, sid } = await sandbox.phone(CALLER).call(NUMBER).ended;
    expect(alerts).toMatchObject([
      {
        errorCode: 12200,
        logLevel: 'warning',
        message: 'Schema validation: <say> is not a known verb',
        line: 2,
        column: 1,
        resourceSid: sid,
      },
    ]);
    expect(sandbox.alerts()).toEqual(alerts);
    expect(sandbox.phone(CALLER).calls()).toMatchObject([{ alerts }]);
  });

  it('to a status callback with an error gets an alert, and nothing else happens [S F219]', async () => {
    const { sandbox, app, alertCodes } = await setUpVoice();
    app.answer(({ path }) =>
      path === '/status' ? { status: 500 } : { type: 'text/xml', body: '<Response/>' },
    );
    const told = sandbox.nextEvent(
      (event) => event.kind === 'webhook.sent' && event.purpose === 'call-status',
    );
    expect((await sandbox.phone(CALLER).call(NUMBER).ended).state).toBe('ended');
    await told;
    expect(await alertCodes()).toEqual(['11217']);
  });
});

describe('calls in progress', () => {
  it('end when the sandbox is reset, and are forgotten', async () => {
    const { sandbox, client, answer } = await setUpVoice();
    answer({ '/voice': `<Dial>${REAL}</Dial>` });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.nextEvent(isConnected);
    sandbox.reset();
    expect((await call.ended).state).toBe('ended');
    expect(await client.calls.list()).toEqual([]);
    expect(sandbox.phone(CALLER).calls()).toEqual([]);
    expect(() => call.hangUp()).toThrow(/the call is ended/);
  });

  it('leave nothing behind after a reset: no recording, no callback, no queue', async () => {
    const { sandbox, client, app, answer } = await setUpVoice({ clock: 'manual' });
    answer({
      '/voice': `<Dial record="true" recordingStatusCallback="/recorded"><Number statusCallback="/leg" statusCallbackEvent="ringing answered">${REAL}</Number></Dial>`,
    });
    sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    answer({ '/voice': '<Enqueue>support</Enqueue>' });
    sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    await client.validationRequests.create({
      phoneNumber: CALLER,
      statusCallback: `${app.origin}/validated`,
    });
    const before = app.calls.length;
    sandbox.reset();
    await sandbox.clock.advance('1h');
    expect(app.calls.slice(before)).toEqual([]);
    expect(sandbox.events().map(({ kind }) => kind)).toEqual(['sandbox.reset', 'clock.advanced']);
    expect(await client.recordings.list()).toEqual([]);
    await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER, voiceUrl: `${app.origin}/voice` });
    answer({ '/voice': '<Dial action="/done"><Queue>support</Queue></Dial>' });
    sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    expect(app.formsAt('/done')).toMatchObject([{ DialCallStatus: 'failed' }]);
  });

  it('send no more status callbacks after a reset', async () => {
    const { sandbox, client, app } = await setUpVoice();
    app.answer(({ path }) => (path === '/progress' ? 'hang' : { status: 204 }));
    const answered = sandbox.nextEvent(
      (event) => event.kind === 'call.status' && event.status === 'in-progress',
    );
    await client.calls.create({
      from: NUMBER,
      to: REAL,
      twiml: '<Response><Pause length="60"/></Response>',
      statusCallback: `${app.origin}/progress`,
      statusCallbackEvent: ['initiated', 'ringing', 'answered'],
    });
    await answered;
    sandbox.reset();
    await new Promise((resolve) => void setImmediate(resolve));
    expect(sandbox.events({ kind: 'webhook.sent' })).toEqual([]);
  });

  it('end when the sandbox is closed before the app has answered', async () => {
    const { sandbox, app } = await setUpVoice();
    app.answer(() => 'hang');
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.close();
    expect((await call.ended).state).toBe('unanswered');
  });
});
