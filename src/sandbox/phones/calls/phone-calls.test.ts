// The call logs of phones: what a phone heard and said, when, and what the app waits for.
import { describe, expect, it } from 'vitest';
import { CALLER, NUMBER, REAL, setUpVoice } from '../../../../test/support/voice.js';

const WAIT = '<Say>Hold on</Say><Pause length="60"/>';
const GATHER =
  '<Gather action="/next" input="dtmf speech" numDigits="4" timeout="7"><Say>Code?</Say></Gather>';

describe('the call log of a phone', () => {
  it('has what the phone said and pressed, each with its moment', async () => {
    const { sandbox, answer } = await setUpVoice({ clock: 'manual' });
    answer({ '/voice': WAIT });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    const times = [sandbox.clock.now()];
    call.press('12#');
    await sandbox.clock.advance('10s');
    times.push(sandbox.clock.now());
    call.say(' Hello\0 ');
    const at = times.map((time) => new Date(time).toISOString());
    const said = [
      { kind: 'keys', content: '12#', at: at[0] },
      { kind: 'words', content: 'Hello', at: at[1] },
    ];
    expect(call.log().said).toEqual(said);
    call.hangUp();
    await sandbox.clock.advance('1s');
    expect(sandbox.phone(CALLER).calls()).toMatchObject([{ state: 'ended', said, waitsFor: null }]);
  });

  it('has the moment of each sound that the phone heard', async () => {
    const { sandbox, answer } = await setUpVoice({ clock: 'manual' });
    answer({ '/voice': '<Say>One</Say><Pause length="30"/><Say>Two</Say>' });
    sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('5m');
    const [{ heard = [], startedAt = '' } = {}] = sandbox.phone(CALLER).calls();
    expect(heard.map(({ content }) => content)).toEqual(['One', 'Two']);
    const seconds = heard.map(({ at }) => Math.round((Date.parse(at ?? '') - Date.parse(startedAt)) / 1000));
    expect(seconds).toEqual([0, 30]);
  });

  it('shows what the app waits for, from the prompts of <Gather> to its end', async () => {
    const { sandbox, answer } = await setUpVoice({ clock: 'manual' });
    answer({ '/voice': `<Say>Hi</Say>${GATHER}`, '/next': WAIT });
    const call = sandbox.phone(CALLER).call(NUMBER);
    expect(call.log().waitsFor).toBeNull();
    await sandbox.clock.advance('2s');
    const [waiting] = sandbox.events({ kind: 'gather.waiting' });
    const waitsFor = { input: ['dtmf', 'speech'], numDigits: 4, finishOnKey: '#', timeoutSeconds: 7 };
    expect(call.log().waitsFor).toEqual({ ...waitsFor, since: waiting?.at });
    expect(sandbox.phone(CALLER).calls()).toMatchObject([{ waitsFor }]);
    call.press('1');
    expect(call.log().waitsFor).not.toBeNull();
    await sandbox.clock.advance('8s');
    expect(call.log()).toMatchObject({ state: 'talking', waitsFor: null });
  });

  it.each([
    ['the phone hangs up', (call: { hangUp(): void }) => call.hangUp()],
    ['the app gets its input', (call: { press(keys: string): void }) => call.press('1#')],
    ['the phone speaks', (call: { say(words: string): void }) => call.say('Hello')],
  ])('no longer shows that the app waits when %s', async (_how, act) => {
    const { sandbox, answer } = await setUpVoice({ clock: 'manual' });
    answer({ '/voice': GATHER, '/next': WAIT });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    expect(call.log().waitsFor).not.toBeNull();
    act(call);
    await sandbox.clock.advance('1s');
    expect(call.log().waitsFor).toBeNull();
  });

  it('no longer shows that the app waits when the REST API redirects the call', async () => {
    const { sandbox, client, answer } = await setUpVoice({ clock: 'manual' });
    answer({ '/voice': GATHER });
    const call = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    await client.calls(call.sid).update({ twiml: '<Response><Pause length="60"/></Response>' });
    await sandbox.clock.advance('1s');
    expect(call.log()).toMatchObject({ state: 'talking', waitsFor: null });
  });

  it('is that of the phone which <Dial> called: its whisper waits for its keys', async () => {
    const { sandbox, answer, app } = await setUpVoice({ clock: 'manual' });
    answer({
      '/voice': `<Dial><Number url="${app.origin}/whisper">${REAL}</Number></Dial>`,
      '/whisper': '<Gather numDigits="1"/>',
    });
    const caller = sandbox.phone(CALLER).call(NUMBER);
    await sandbox.clock.advance('1s');
    expect(caller.log().waitsFor).toBeNull();
    expect(sandbox.phone(REAL).calls()).toMatchObject([{ waitsFor: { input: ['dtmf'], numDigits: 1 } }]);
  });
});
