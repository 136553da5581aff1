// Tells verbs, nouns and attributes that the sandbox lacks apart from those that Twilio does not have either.
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSandboxClient } from '../../../test/support/sandbox-client.js';
import { CALLER, isConnected, NUMBER, REAL, setUpVoice } from '../../../test/support/voice.js';
import { startApp, twiml } from '../../../test/support/webhook-app.js';
import { createSandbox } from '../create.js';

/** Calls an app that answers with this TwiML, and returns what was missing, the alerts, and what the caller heard. */
async function callWith(inside: string) {
  const { sandbox, app } = await setUpVoice();
  app.answer(() => ({ type: 'text/xml', body: `<Response>${inside}<Say>Bye</Say><Hangup/></Response>` }));
  const call = sandbox.phone(CALLER).call(NUMBER);
  const { heard, alerts } = await call.ended;
  const { sentence } = sandbox.trace(call.traceId) ?? {};
  const lacks = sandbox.events({ kind: 'unsupported' });
  return {
    lacks,
    sentence,
    alerts: alerts.map(({ errorCode }) => errorCode),
    heard: heard.map(({ content }) => content),
  };
}

describe('a call whose TwiML has', () => {
  it.each([
    ['<Connect><Stream url="wss://example.com"/></Connect>', 'verb', '<Connect>'],
    ['<Start><Transcription/></Start>', 'verb', '<Start>'],
    ['<Pay/>', 'verb', '<Pay>'],
    ['<Refer><Sip>sip:a@example.com</Sip></Refer>', 'verb', '<Refer>'],
    ['<Stop><Stream name="a"/></Stop>', 'verb', '<Stop>'],
    ['<Prompt for="postal-code"/>', 'verb', '<Prompt>'],
    ['<Gather timeout="0" debug="true"/>', 'attribute', '<Gather debug>'],
    ['<Record timeout="0" playBeep="false" trim="trim-silence"/>', 'attribute', '<Record trim>'],
    ['<Dial referUrl="/r">555</Dial>', 'attribute', '<Dial referUrl>'],
    ['<Dial recordingTrack="inbound">555</Dial>', 'attribute', '<Dial recordingTrack>'],
    ['<Dial><Number machineDetection="Enable">555</Number></Dial>', 'attribute', '<Number machineDetection>'],
    ['<Dial><Number byoc="BY1">555</Number></Dial>', 'attribute', '<Number byoc>'],
    ['<Dial><Queue reservationSid="WR1">none</Queue></Dial>', 'attribute', '<Queue reservationSid>'],
  ])('%s says that it is not here, and goes on', async (inside, what, name) => {
    const { lacks, sentence, alerts, heard } = await callWith(inside);
    expect(lacks).toMatchObject([{ what, name, host: null, cause: expect.any(Number) }]);
    expect(sentence).toContain(`; not in the sandbox: ${name};`);
    // Twilio has no alert about it.
    expect(alerts).not.toContain(12200);
    expect(heard).toEqual(['Bye']);
  });

  it.each([
    '<Record timeout="0" trim="do-not-trim"/>',
    '<Record timeout="0" trim=""/>',
    '<Gather timeout="0" debug="False"/>',
    '<Dial recordingTrack="both">555</Dial>',
    '<Dial><Number machineDetection="">555</Number></Dial>',
    '<Say voice="alice" language="en-GB">Hi</Say>',
    '<Dial ringTone="uk">555</Dial>',
    '<Gather timeout="0" speechTimeout="auto" hints="a, b" enhanced="true"/>',
  ])('%s says nothing, because that is what happens here', async (inside) => {
    const { lacks, alerts } = await callWith(inside);
    expect(lacks).toEqual([]);
    expect(alerts).not.toContain(12200);
  });

  it('the same thing twice says so once', async () => {
    const number = '<Number machineDetection="Enable">555</Number>';
    const { lacks } = await callWith(`<Dial>${number}${number}</Dial>`);
    expect(lacks).toMatchObject([{ name: '<Number machineDetection>' }]);
  });

  it.each([
    '<say>Hi</say>',
    '<Connnect/>',
    '<Dial><Client2>a</Client2></Dial>',
    '<Say speed="2">Hi</Say>',
    '<Say><bold>Hi</bold></Say>',
    '<Connect><Stream adress="wss://example.com"/></Connect>',
    '<Dial ringTone="xx">555</Dial>',
  ])('the mistake %s has a warning instead', async (inside) => {
    const { lacks, alerts } = await callWith(inside);
    expect(lacks.map(({ kind, ...lack }) => lack)).toEqual(
      inside.startsWith('<Connect>') ? [expect.objectContaining({ name: '<Connect>' })] : [],
    );
    expect(alerts).toContain(12200);
  });

  it.each([
    ['<Gather timeout="0" enhanced="maybe"/>', 13339],
    ['<Gather timeout="0" speechTimeout="soon"/>', 13327],
    ['<Gather timeout="0" profanityFilter="maybe"/>', 13333],
    ['<Gather timeout="0" bargeIn="maybe"/>', 13332],
  ])('the invalid value of %s has the warning %i [S F552]', async (inside, code) => {
    expect((await callWith(inside)).alerts).toEqual([code]);
  });

  it('a missing attribute makes the call reject with `throw`', async () => {
    const sandbox = await createSandbox({ unsupported: 'throw' });
    const app = await startApp(sandbox.authToken);
    onTestFinished(app.close);
    app.answer(() =>
      twiml('<Response><Dial><Number machineDetection="Enable">555</Number></Dial></Response>'),
    );
    const client = createSandboxClient(sandbox);
    await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER, voiceUrl: app.origin });
    const missing = expect.objectContaining({
      message: expect.stringContaining('not in the sandbox: <Number machineDetection>'),
    });
    await expect(sandbox.phone(CALLER).call(NUMBER).ended).rejects.toEqual(missing);
    await expect(sandbox.close()).rejects.toEqual(missing);
  });
});

describe('a <Dial>', () => {
  it.each([
    ['<Client>alice</Client>', '<Dial><Client>'],
    ['<Conference>Room</Conference>', '<Dial><Conference>'],
    ['<Sip>sip:a@example.com</Sip><Client/><Sip>sip:b@example.com</Sip>', '<Dial><Sip>, <Dial><Client>'],
  ])('with only %s ends the call with a sentence, and asks the app nothing', async (nouns, names) => {
    const { sandbox, answer, paths } = await setUpVoice();
    answer({
      '/voice': `<Dial action="/done" answerOnBridge="true">${nouns}</Dial><Say>Nobody is there</Say>`,
    });
    const call = sandbox.phone(CALLER).call(NUMBER);
    const { heard, alerts, state } = await call.ended;
    await sandbox.whenQuiet(call.traceId);
    expect(heard.map(({ content }) => content)).toEqual([`not in the sandbox: ${names}`]);
    expect([state, alerts]).toEqual(['ended', []]);
    expect(paths()).toEqual(['/voice', '/status']);
    expect(sandbox.trace(call.traceId)?.sentence).toContain(`; not in the sandbox: ${names}`);
  });

  it('with a missing noun and a number calls the number, and names the other', async () => {
    const { sandbox, answer, app } = await setUpVoice();
    answer({ '/voice': `<Dial action="/done"><Client>alice</Client><Number>${REAL}</Number></Dial>` });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.nextEvent(isConnected);
    sandbox.phone(REAL).liveCalls()[0]?.hangUp();
    await call.ended;
    await sandbox.whenQuiet(call.traceId);
    expect(app.formsAt('/done')).toMatchObject([{ DialCallStatus: 'completed' }]);
    expect(sandbox.events({ kind: 'unsupported' })).toMatchObject([{ what: 'noun', name: '<Dial><Client>' }]);
  });
});
