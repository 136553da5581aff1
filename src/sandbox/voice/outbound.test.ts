// Calls placed, redirected and ended through the REST API.
import { describe, expect, it } from 'vitest';
import { fetchRaw } from '../../../test/support/sandbox-client.js';
import { CALLER, isConnected, NUMBER, REAL, setUpVoice } from '../../../test/support/voice.js';

const EVENTS = ['initiated', 'ringing', 'answered', 'completed'];
const HELLO = '<Response><Say>Hello</Say></Response>';

describe('a call placed with the REST API', () => {
  it('is queued, rings, is answered and runs its TwiML, with a status callback at each step [S F227]', async () => {
    const { sandbox, client, app, heard } = await setUpVoice({ clock: 'manual' });
    const placed = await client.calls.create({
      from: NUMBER,
      to: REAL,
      twiml: HELLO,
      statusCallback: `${app.origin}/progress`,
      statusCallbackEvent: EVENTS,
    });
    expect(placed).toMatchObject({
      sid: expect.stringMatching(/^CA[0-9a-f]{32}$/),
      status: 'queued',
      direction: 'outbound-api',
      fromFormatted: '(202) 555-0100',
      toFormatted: '(301) 555-0195',
      duration: null,
      startTime: null,
      endTime: null,
      answeredBy: null,
    });
    await sandbox.clock.advance('1m');
    expect(heard(REAL)).toEqual(['Hello']);
    expect(await client.calls(placed.sid).fetch()).toMatchObject({
      status: 'completed',
      duration: '1',
      startTime: expect.any(Date),
      endTime: expect.any(Date),
    });
    const forms = app.formsAt('/progress');
    expect(forms.map((form) => [form.CallStatus, form.SequenceNumber, form.SipResponseCode])).toEqual([
      ['initiated', '0', undefined],
      ['ringing', '1', undefined],
      ['in-progress', '2', undefined],
      ['completed', '3', '200'],
    ]);
    expect(forms[3]).toMatchObject({ Direction: 'outbound-api', To: REAL, CallDuration: '1', Duration: '1' });
    expect(app.calls.every(({ signed }) => signed)).toBe(true);
  });

  it.each([
    ['busy', 'busy', 'R', '486'],
    ['rejects', 'busy', 'U', '603'],
    ['no-answer', 'no-answer', 'S', '487'],
  ] as const)(
    'to a phone set to "%s" ends as "%s", and costs nothing [%s F228]',
    async (calls, status, _evidence, sipCode) => {
      const { sandbox, client, app } = await setUpVoice({ clock: 'manual' });
      sandbox.phone(REAL).behave({ calls });
      const { sid } = await client.calls.create({
        from: NUMBER,
        to: REAL,
        twiml: HELLO,
        timeout: 20,
        statusCallback: `${app.origin}/progress`,
      });
      await sandbox.clock.advance('19s');
      const early = (await client.calls(sid).fetch()).status;
      await sandbox.clock.advance('2s');
      expect(early).toBe(calls === 'no-answer' ? 'ringing' : status);
      expect(await client.calls(sid).fetch()).toMatchObject({ status, duration: null, price: null });
      expect(app.formsAt('/progress')).toMatchObject([
        { CallStatus: status, SipResponseCode: sipCode, CallDuration: '0', Duration: '0' },
      ]);
    },
  );

  it.each([
    ['busy', 'R'],
    ['rejects', 'U'],
    ['no-answer', 'S'],
  ] as const)(
    'to a phone set to "%s" is reported as ringing before its end [%s F691]',
    async (calls, _evidence) => {
      const { sandbox, client, app } = await setUpVoice({ clock: 'manual' });
      sandbox.phone(REAL).behave({ calls });
      await client.calls.create({
        from: NUMBER,
        to: REAL,
        twiml: HELLO,
        timeout: 20,
        statusCallback: `${app.origin}/progress`,
        statusCallbackEvent: EVENTS,
      });
      await sandbox.clock.advance('1m');
      expect(app.formsAt('/progress').map((form) => [form.CallStatus, form.SequenceNumber])).toEqual([
        ['initiated', '0'],
        ['ringing', '1'],
        [calls === 'no-answer' ? 'no-answer' : 'busy', '2'],
      ]);
    },
  );

  it.each([
    [['completed'], 'R', ['0']],
    [['ringing', 'completed'], 'U', ['0', '1']],
    [['initiated', 'answered'], 'U', ['0', '1']],
  ])('with callbacks for %j numbers only what it sends [%s F692]', async (events, _evidence, numbers) => {
    const { sandbox, client, app } = await setUpVoice({ clock: 'manual' });
    await client.calls.create({
      from: NUMBER,
      to: REAL,
      twiml: HELLO,
      statusCallback: `${app.origin}/progress`,
      statusCallbackEvent: events,
    });
    await sandbox.clock.advance('1m');
    expect(app.formsAt('/progress').map(({ SequenceNumber }) => SequenceNumber)).toEqual(numbers);
  });

  it('sends its first status callback late enough for the app to store the SID', async () => {
    const { sandbox, client, app } = await setUpVoice({ clock: 'manual' });
    const statusCallback = `${app.origin}/progress`;
    const options = { from: NUMBER, to: REAL, twiml: HELLO, statusCallback, statusCallbackEvent: EVENTS };
    const { sid } = await client.calls.create(options);
    await sandbox.clock.advance('90ms');
    expect((await client.calls(sid).fetch()).status).toBe('queued');
    expect(app.calls).toEqual([]);
    await sandbox.clock.advance('20ms');
    expect(app.formsAt('/progress')[0]).toMatchObject({ CallStatus: 'initiated' });
  });

  it('plays SendDigits after the answer, then requests its URL [S F229]', async () => {
    const { sandbox, client, app, answer, heard } = await setUpVoice();
    answer({ '/outbound': '<Say>Hello</Say>' });
    const done = sandbox.nextEvent((event) => event.kind === 'call.status' && event.status === 'completed');
    await client.calls.create({ from: NUMBER, to: REAL, url: `${app.origin}/outbound`, sendDigits: '12#' });
    await done;
    expect(app.formsAt('/outbound')).toMatchObject([
      { CallStatus: 'in-progress', Direction: 'outbound-api' },
    ]);
    expect(heard(REAL)).toEqual(['12#', 'Hello']);
  });

  it('sends the pauses in SendDigits, which nobody hears [S F406]', async () => {
    const { sandbox, client } = await setUpVoice({ clock: 'manual' });
    await client.calls.create({ from: NUMBER, to: REAL, twiml: HELLO, sendDigits: 'wwww1928W#' });
    await sandbox.clock.advance('10s');
    const [{ heard, answeredAt } = {}] = sandbox.phone(REAL).calls();
    const since = Date.parse(answeredAt ?? '');
    expect(heard?.map(({ content, at }) => [content, Date.parse(at ?? '') - since])).toEqual([
      ['1928', 2000],
      ['#', 3000],
      ['Hello', 3000],
    ]);
  });

  it.each(['12,3', 'x', '1 2', '1-2'])('is refused with SendDigits "%s" [S F407]', async (sendDigits) => {
    const { client } = await setUpVoice();
    const placing = client.calls.create({ from: NUMBER, to: REAL, twiml: HELLO, sendDigits });
    await expect(placing).rejects.toMatchObject({ status: 400, code: 21206 });
  });

  it('redirected during its SendDigits runs the other document alone', async () => {
    const { sandbox, client, heard } = await setUpVoice({ clock: 'manual' });
    const { sid } = await client.calls.create({
      from: NUMBER,
      to: REAL,
      twiml: HELLO,
      sendDigits: '1wwwwwwww2',
    });
    await sandbox.clock.advance('1s');
    await client.calls(sid).update({ twiml: '<Response><Say>Other</Say></Response>' });
    await sandbox.clock.advance('10s');
    expect(heard(REAL)).toEqual(['1', 'Other']);
  });

  it('is told as ringing before its URL is asked, however slow the app is [S F408]', async () => {
    const { sandbox, client, app } = await setUpVoice();
    app.answer(async ({ path, form }) => {
      if (path === '/progress') {
        await new Promise((resolve) => setTimeout(resolve, form.CallStatus === 'initiated' ? 80 : 30));
      }
      return { type: 'text/xml', body: '<Response/>' };
    });
    const done = sandbox.nextEvent(
      (event) => event.kind === 'webhook.sent' && app.formsAt('/progress').at(-1)?.CallStatus === 'completed',
    );
    await client.calls.create({
      from: NUMBER,
      to: REAL,
      url: `${app.origin}/outbound`,
      statusCallback: `${app.origin}/progress`,
      statusCallbackEvent: EVENTS,
    });
    await done;
    const order = app.calls.map(({ path, form }) => (path === '/outbound' ? path : form.CallStatus));
    expect(order.slice(0, 2)).toEqual(['initiated', 'ringing']);
    expect(order.slice(2).toSorted()).toEqual(['/outbound', 'completed', 'in-progress']);
  });

  it('uses the URLs of its TwiML app instead of its own [S F230]', async () => {
    const { sandbox, client, app, answer } = await setUpVoice();
    answer({ '/app': '<Say>Hello</Say>' });
    const { sid } = await client.applications.create({
      voiceUrl: `${app.origin}/app`,
      statusCallback: `${app.origin}/app-status`,
    });
    const told = sandbox.nextEvent(
      (event) => event.kind === 'webhook.sent' && event.purpose === 'call-status',
    );
    await client.calls.create({ from: NUMBER, to: REAL, applicationSid: sid, statusCallback: 'http://a.b/' });
    await told;
    expect(app.calls.map(({ path }) => path)).toEqual(['/app', '/app-status']);
  });

  it('connects a contact with the real phone as Relay does, and shows only the mask [M F231]', async () => {
    const { sandbox, client, heard } = await setUpVoice();
    await client.calls.create({
      from: NUMBER,
      to: REAL,
      twiml: `<Response><Say>Dialing (212) 555-0190 ...</Say><Dial>${CALLER}</Dial></Response>`,
    });
    await sandbox.nextEvent(isConnected);
    expect(sandbox.phone(REAL).liveCalls()[0]?.log().shown).toBe(NUMBER);
    expect(sandbox.phone(CALLER).liveCalls()[0]?.log().shown).toBe(NUMBER);
    expect(heard(REAL)).toEqual(['Dialing (212) 555-0190 ...']);
  });
});

describe('a call in progress', () => {
  it('can be redirected to another document, and ended [S F232]', async () => {
    const { sandbox, client, app, answer, heard } = await setUpVoice();
    answer({
      '/voice': '<Say>First</Say><Pause length="60"/>',
      '/other': '<Say>Other</Say><Pause length="60"/>',
    });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.nextEvent((event) => event.kind === 'twiml.run' && event.verb === 'Pause');
    const paused = sandbox.nextEvent((event) => event.kind === 'twiml.run' && event.verb === 'Pause');
    await client.calls(call.sid).update({ url: `${app.origin}/other` });
    await paused;
    const again = sandbox.nextEvent((event) => event.kind === 'twiml.run' && event.verb === 'Pause');
    await client
      .calls(call.sid)
      .update({ twiml: '<Response><Say>Third</Say><Pause length="60"/></Response>' });
    await again;
    expect(heard(CALLER)).toEqual(['First', 'Other', 'Third']);
    const ended = await client.calls(call.sid).update({ status: 'completed' });
    expect(ended.status).toBe('completed');
    expect((await call.ended).state).toBe('ended');
  });

  it('leaves <Dial> when it is redirected, and the other side continues [U F233]', async () => {
    const { sandbox, client, answer, heard } = await setUpVoice();
    answer({ '/voice': `<Dial>${REAL}</Dial><Say>They left</Say>` });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.nextEvent(isConnected);
    const [child] = await client.calls.list({ parentCallSid: call.sid });
    await client
      .calls(child?.sid ?? '')
      .update({ twiml: '<Response><Say>Hold on</Say><Pause length="60"/></Response>' });
    await call.ended;
    expect(heard(CALLER)).toEqual(['They left']);
    expect(heard(REAL)).toEqual(['Hold on']);
    expect(sandbox.phone(REAL).liveCalls()).toHaveLength(1);
    expect((await client.calls(child?.sid ?? '').fetch()).status).toBe('in-progress');
  });

  it('follows the latest redirect, even if the app has not answered the one before', async () => {
    const { sandbox, client, app, heard } = await setUpVoice();
    app.answer(() => 'hang');
    const { sid } = await client.calls.create({
      from: NUMBER,
      to: REAL,
      twiml: `<Response><Say>One</Say><Redirect>${app.origin}/hangs</Redirect></Response>`,
    });
    await sandbox.nextEvent((event) => event.kind === 'twiml.run' && event.verb === 'Redirect');
    await client.calls(sid).update({ url: `${app.origin}/hangs-too` });
    const ended = sandbox.phone(REAL).liveCalls()[0]?.ended;
    await client.calls(sid).update({ twiml: '<Response><Say>Two</Say></Response>' });
    await ended;
    expect(heard(REAL)).toEqual(['One', 'Two']);
  });

  it('can be redirected from <Dial> into a queue, and out of it again [U F234]', async () => {
    const { sandbox, client, answer, heard } = await setUpVoice({ clock: 'manual' });
    const AGENT = '+14155550191';
    answer({ '/voice': `<Dial>${REAL}</Dial>` });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    const [child] = await client.calls.list({ parentCallSid: call.sid });
    await client
      .calls(child?.sid ?? '')
      .update({ twiml: '<Response><Enqueue>hold</Enqueue><Say>Done</Say></Response>' });
    await sandbox.clock.advance('1s');
    answer({ '/voice': '<Dial><Queue>hold</Queue></Dial><Say>They left</Say>' });
    const agent = sandbox.phone(AGENT).call(NUMBER);
    await sandbox.clock.advance('1m');
    agent.say('Hello');
    expect(heard(REAL)).toEqual(['music', 'Hello']);
    await client
      .calls(child?.sid ?? '')
      .update({ twiml: '<Response><Say>Elsewhere</Say><Pause length="60"/></Response>' });
    await sandbox.clock.advance('1s');
    expect([heard(REAL).at(-1), heard(AGENT)]).toEqual(['Elsewhere', ['They left']]);
  });

  it('is not connected if it is redirected during its whisper [U F235]', async () => {
    const { sandbox, client, answer, heard } = await setUpVoice({ clock: 'manual' });
    answer({
      '/voice': `<Dial><Number url="/whisper">${REAL}</Number></Dial><Say>Nobody</Say>`,
      '/whisper': '<Pause length="5"/><Say>A call for you</Say>',
    });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    const [child] = await client.calls.list({ parentCallSid: call.sid });
    await client
      .calls(child?.sid ?? '')
      .update({ twiml: '<Response><Say>Elsewhere</Say><Pause length="60"/></Response>' });
    await sandbox.clock.advance('10s');
    expect([heard(REAL), heard(CALLER)]).toEqual([['Elsewhere'], ['Nobody']]);
    expect(sandbox.events({ kind: 'call.connected' })).toEqual([]);
  });

  it('can be canceled while it rings, and deleted only when it has ended [S F236]', async () => {
    const { sandbox, client } = await setUpVoice();
    sandbox.phone(REAL).behave({ calls: 'no-answer' });
    const rings = sandbox.nextEvent((event) => event.kind === 'phone.call' && event.act === 'rings');
    const { sid } = await client.calls.create({ from: NUMBER, to: REAL, twiml: HELLO });
    await rings;
    await expect(client.calls(sid).remove()).rejects.toMatchObject({ code: 20009 });
    await expect(client.calls(sid).update({ twiml: HELLO })).rejects.toMatchObject({
      status: 400,
      code: 21220,
    });
    expect((await client.calls(sid).update({ status: 'canceled' })).status).toBe('canceled');
    expect(sandbox.phone(REAL).calls()).toMatchObject([{ state: 'missed' }]);
    expect((await client.calls(sid).update({ status: 'completed' })).status).toBe('canceled');
    expect(await client.calls(sid).remove()).toBe(true);
    await expect(client.calls(sid).fetch()).rejects.toMatchObject({ code: 20404 });
  });

  it('ends at its TimeLimit [S F237]', async () => {
    const { sandbox, client } = await setUpVoice({ clock: 'manual' });
    const { sid } = await client.calls.create({
      from: NUMBER,
      to: REAL,
      timeLimit: 30,
      twiml: '<Response><Pause length="60"/></Response>',
    });
    await sandbox.clock.advance('31s');
    expect(await client.calls(sid).fetch()).toMatchObject({ status: 'completed', duration: '30' });
  });

  it('can get another TimeLimit, which runs from its answer [U F238]', async () => {
    const { sandbox, client } = await setUpVoice({ clock: 'manual' });
    sandbox.phone(REAL).behave({ slow: '10s' });
    const twiml = '<Response><Pause length="600"/></Response>';
    const { sid } = await client.calls.create({ from: NUMBER, to: REAL, timeLimit: 30, twiml });
    await client.calls(sid).update({ timeLimit: 5 });
    await sandbox.clock.advance('11s');
    expect((await client.calls(sid).fetch()).status).toBe('in-progress');
    await client.calls(sid).update({ timeLimit: 90 });
    await sandbox.clock.advance('5m');
    expect(await client.calls(sid).fetch()).toMatchObject({ status: 'completed', duration: '90' });
  });

  it('ends after ten minutes with a trial account [S F239]', async () => {
    const { sandbox, client, answer, alertCodes } = await setUpVoice({
      clock: 'manual',
      account: { type: 'Trial' },
    });
    answer({ '/voice': '<Pause/><Pause length="3600"/>' });
    const { sid } = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1h');
    expect(await client.calls(sid).fetch()).toMatchObject({ status: 'completed', duration: '600' });
    expect(await alertCodes()).toEqual(['13805']);
  });

  it('sends no status callback if it is canceled while it is queued [S F240]', async () => {
    const { sandbox, client, app } = await setUpVoice({ clock: 'manual' });
    const { sid } = await client.calls.create({
      from: NUMBER,
      to: REAL,
      twiml: HELLO,
      statusCallback: `${app.origin}/progress`,
      statusCallbackEvent: EVENTS,
    });
    expect((await client.calls(sid).update({ status: 'canceled' })).status).toBe('canceled');
    await sandbox.clock.advance('1m');
    expect(app.calls).toEqual([]);
  });
});

describe('the list of calls', () => {
  it('has every filter of Twilio, and pages to its end [S F241]', async () => {
    const { sandbox, client } = await setUpVoice();
    for (let count = 0; count < 5; count += 1) await sandbox.phone(CALLER).call(NUMBER).ended;
    const [newest, ...older] = await client.calls.list();
    // Before the first of them, which may be on the other side of midnight.
    const day = new Date((older.at(-1)?.startTime.getTime() ?? 0) - 86_400_000);
    expect(await client.calls.list({ from: CALLER, to: NUMBER, status: 'completed' })).toHaveLength(5);
    expect(await client.calls.list({ pageSize: 2 })).toHaveLength(5);
    expect(await client.calls.list({ from: NUMBER })).toEqual([]);
    expect(await client.calls.list({ parentCallSid: newest?.sid ?? '' })).toEqual([]);
    expect(await client.calls.list({ startTimeAfter: day, endTimeAfter: day })).toHaveLength(5);
    expect(await client.calls.list({ startTimeBefore: day })).toEqual([]);
    expect(await client.calls.list({ startTime: day })).toEqual([]);
  });
});

describe('a call is refused', () => {
  const good = { From: NUMBER, To: REAL, Twiml: HELLO };
  it.each([
    ['an empty To', 'R', { ...good, To: '' }, 21201],
    ['an empty From', 'S', { ...good, From: '' }, 21213],
    ['an invalid From', 'S', { ...good, From: 'me' }, 21212],
    ['a From that the account does not own', 'R', { ...good, From: '+12025550101' }, 21210],
    ['an invalid To', 'S', { ...good, To: '+12223334444' }, 21217],
    ['a To that equals From', 'S', { ...good, To: NUMBER }, 21267],
    ['no URL and no TwiML', 'S', { ...good, Twiml: '' }, 21205],
    ['an invalid URL', 'S', { ...good, Url: 'ftp://a.b/' }, 21205],
    ['an unknown method', 'S', { ...good, Url: 'http://a.b/', Method: 'PUT' }, 21209],
    ['an unknown application', 'S', { ...good, ApplicationSid: 'AP1' }, 21218],
    ['an invalid timeout', 'S', { ...good, Timeout: '601' }, 21208],
    ['invalid digits', 'S', { ...good, SendDigits: 'x' }, 21206],
    ['an unknown event', 'S', { ...good, StatusCallback: 'http://a.b/', StatusCallbackEvent: 'done' }, 21626],
    ['too much TwiML', 'U', { ...good, Twiml: `<Response>${' '.repeat(4000)}</Response>` }, 20422],
  ])('for %s [%s F242]', async (_name, _evidence, form, code) => {
    const { sandbox, client } = await setUpVoice();
    const path = `/2010-04-01/Accounts/${sandbox.accountSid}/Calls.json`;
    const answer = await fetchRaw(sandbox, path, { method: 'POST', body: new URLSearchParams(form) });
    expect(await answer.json()).toMatchObject({ status: 400, code });
    expect(await client.calls.list()).toEqual([]);
  });

  it.each(['Url', 'FallbackUrl', 'StatusCallback'])(
    'with a %s on a private host, if the sandbox is strict [U F243]',
    async (name) => {
      const { sandbox } = await setUpVoice({ strict: true });
      const form = { From: NUMBER, To: REAL, Url: 'https://example.com/', [name]: 'http://localhost:8000/' };
      const path = `/2010-04-01/Accounts/${sandbox.accountSid}/Calls.json`;
      const answer = await fetchRaw(sandbox, path, { method: 'POST', body: new URLSearchParams(form) });
      expect(await answer.json()).toMatchObject({ status: 400, code: 21205 });
    },
  );

  it('to an unverified number from a trial account [S F244]', async () => {
    const { client } = await setUpVoice({ account: { type: 'Trial' } });
    const placing = client.calls.create({ from: NUMBER, to: REAL, twiml: HELLO });
    await expect(placing).rejects.toMatchObject({ status: 400, code: 21219 });
  });
});
