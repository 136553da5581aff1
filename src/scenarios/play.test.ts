// Plays stories on a sandbox and an app of the test: steps that pass, steps that fail, and the cleanup.
import { describe, expect, it } from 'vitest';
import { outcomes, setStage } from '../../test/support/story.js';
import { twiml } from '../../test/support/webhook-app.js';
import { RelayPhoneError } from '../errors.js';

const PASSED = (count: number) => Array.from({ length: count }, () => 'passed');

describe('playing a story', () => {
  it('sends texts with media, and expects texts by each way of matching', async () => {
    const { answer, play, app, sandbox } = await setStage();
    answer({ '/texts': '<Message>Thanks, 1 (of 2) for $5</Message><Message><Body>Second</Body></Message>' });
    const played = await play(`
  - { text: 'Hi from $Ann for $$5', from: Ann, to: number, media: 'data:text/plain,hello' }
  - { expect webhook: inbound-text, status: 200 }
  - { expect text: Ann, from: number, contains: '(of 2) for $$5', media: 0 }
  - { expect text: Ann, matches: '^Se.*d$' }
  - { expect no text: Ann, within: 20ms }
  - { reply: Again, from: Ann }
  - { expect text: Ann, is: Second }
  - { expect no text: Bob, within: 1ms }
`);
    expect(outcomes(played)).toEqual(PASSED(8));
    expect(played.error).toBeUndefined();
    const [ann = ''] = played.numbers.values();
    expect(app.formsAt('/texts')).toMatchObject([
      { From: ann, Body: `Hi from ${ann} for $5`, NumMedia: '1' },
      { Body: 'Again' },
    ]);
    expect(sandbox.phone(ann).texts()).toHaveLength(4);
  });

  it('plays senders that are not valid numbers, and texts that are read or fail', async () => {
    const { answer, play, app, sandbox, client } = await setStage();
    answer({});
    const played = await play(
      `
  - { text: Code 1, from: Bank, to: number }
  - { expect webhook: inbound-text, status: 200 }
  - { call: number, from: Hidden }
  - { expect call: Hidden, state: ended }
  - { phone: Ann, texts: read }
  - { phone: Bob, texts: failed 30001 }
`,
      "{ Bank: MYBANK, Hidden: '+266696687', Ann: , Bob: }",
    );
    expect(outcomes(played)).toEqual(PASSED(6));
    expect([app.formsAt('/texts')[0]?.From, app.formsAt('/calls')[0]?.From]).toEqual([
      'MYBANK',
      '+266696687',
    ]);
    expect(sandbox.events({ kind: 'behaviour.changed' })).toMatchObject([
      { behaviour: { texts: 'read' } },
      { behaviour: { texts: { failed: 30001 } } },
      {},
      {},
    ]);
    expect(await client.calls.list()).toHaveLength(1);
  });

  it('makes calls, speaks, presses keys, and expects what is heard and how calls end', async () => {
    const { answer, play } = await setStage();
    answer({
      '/calls': '<Gather action="/keys" numDigits="1" timeout="600"><Say>Press a key</Say></Gather>',
      '/keys': '<Dial><Number>+16175550123</Number></Dial>',
    });
    const played = await play(
      `
  - { phone: Bob, calls: no-answer }
  - { call: number, from: Ann }
  - { expect heard: Ann, is: Press a key }
  - { press: '1', from: Ann }
  - { expect call: Bob, from: Ann, state: ringing }
  - { answer: Bob }
  - { say: 'Is that $Ann?', from: Bob }
  - { expect heard: Ann, contains: '$Ann' }
  - { hang up: Ann }
  - { expect call: Bob, state: ended }
  - { call: number, from: Ann }
  - { press: '2', from: Ann }
  - { reject: Bob }
  - { expect call: Bob, state: rejected }
  - { expect no call: Ann, within: 20ms }
  - { expect no leak: Ann, except: [Bob] }
`,
      '{ Ann: +13125550150, Bob: +16175550123 }',
    );
    expect(played.error?.message).toBeUndefined();
    expect(outcomes(played)).toEqual(PASSED(16));
  });

  it('makes phones, carriers and Twilio fail, and undoes that at the end', async () => {
    const { play, client, sandbox, app } = await setStage();
    const refusals: unknown[] = [];
    app.answer(async ({ path, form: { From: to = '', To: from = '' } }) => {
      const sending = path === '/texts' && client.messages.create({ from, to, body: 'Hello' });
      if (sending) await sending.catch(({ code }) => refusals.push(code));
      return twiml('<Response><Message statusCallback="/status">Got it</Message></Response>');
    });
    const played = await play(`
  - { phone: Ann, texts: 30003 }
  - { sender: number, a2p: unregistered }
  - { fail: Messages, method: POST, with: 503, code: 20503, message: Down }
  - { text: Hi, from: Ann, to: number }
  - { expect webhook: text-status }
  - { expect no text: Ann, within: 20ms }
`);
    expect(outcomes(played)).toEqual(PASSED(6));
    const [ann = ''] = played.numbers.values();
    expect(refusals).toEqual([20503]);
    const [message] = await client.messages.list({ to: ann });
    expect(message).toMatchObject({ status: 'undelivered' });
    const number = '+12025550101';
    await client.incomingPhoneNumbers.create({ phoneNumber: number });
    const fault = sandbox.nextEvent((event) => event.kind === 'text.reached-phone' && event.to === ann);
    await client.messages.create({ from: number, to: ann, body: 'All is well' });
    expect(await fault).toMatchObject({ body: 'All is well' });
    expect(await client.incomingPhoneNumbers.list({ phoneNumber: '+12025550100' })).toEqual([]);
  });

  it('skips time on a manual clock, and otherwise moves it in real time', async () => {
    const { play, answer } = await setStage({ clock: 'manual' });
    answer({
      '/texts': '<Message>At once</Message>',
      '/calls': '<Say>Wait</Say><Pause length="600"/><Say>Ten minutes later</Say>',
    });
    const played = await play(`
  - { text: Hi, from: Ann, to: number }
  - { expect text: Ann, is: At once }
  - { call: number, from: Ann }
  - { expect call: Ann, state: talking }
  - { advance: 9m }
  - { expect call: Ann, state: talking }
  - { advance: 2m }
  - { expect heard: Ann, is: Ten minutes later }
`);
    expect(played.error?.message).toBeUndefined();
    expect(outcomes(played)).toEqual(PASSED(8));
  });

  it('refuses to skip time on a real clock', async () => {
    const { play } = await setStage();
    await expect(play('  - { advance: 5m }\n')).rejects.toMatchObject({ kind: 'needsUser' });
  });

  it('stops at an unmet expectation, and shows what was found instead, the best match first, and the events before', async () => {
    const { answer, play, ports } = await setStage();
    answer({ '/texts': '<Message>Nothing like it</Message><Message>Your bike is still there</Message>' });
    const played = await play(`
  - { text: Hi, from: Ann, to: number }
  - { expect no text: Bob }
  - { expect text: Ann, from: number, is: Your bike is sold, within: 1ms }
  - { text: Never sent, from: Ann, to: number }
`);
    // The second step waits until nothing is in progress.
    expect(outcomes(played)).toEqual(['passed', 'passed', 'failed', 'skipped']);
    expect(played.steps[2]?.unmet).toEqual({
      expected: 'a text from number that is "Your bike is sold" on Ann',
      found: [
        'Ann has "Your bike is [-sold-]{+still there+}" from number',
        expect.stringContaining('Nothing'),
      ],
    });
    expect(played.error).toMatchObject({ kind: 'fault', task: expect.stringContaining('in line 8') });
    const [first] = await ports.control.events({ since: played.events.after });
    expect(first).toMatchObject({ kind: 'phone.texts', body: 'Hi' });
  });

  it.each([
    ['{ expect text: Ann, contains: x, within: 1ms }', 'Ann has no new text'],
    ['{ expect call: Ann, within: 1ms }', 'Ann has a call to number that is'],
    ['{ expect call: Bob, state: busy, within: 1ms }', 'Bob has no call'],
    ['{ expect heard: Bob, is: x, within: 1ms }', 'Bob has heard nothing'],
    ['{ expect heard: Ann, is: Good morning, within: 2s }', 'Ann has heard "Good [-morning-]{+evening+}"'],
    ['{ expect webhook: call, status: 201, within: 2s }', '/calls was answered with 200'],
    ['{ expect webhook: inbound-text, within: 1ms }', 'a webhook for call to'],
    ['{ expect no leak: Bob }', 'Ann saw it as part of what was said: call (415) 555-0123'],
  ])('shows what was found instead for %s', async (step, found) => {
    const { answer, play } = await setStage();
    answer({ '/calls': '<Say>Good evening</Say><Say>call (415) 555-0123</Say><Pause length="30"/>' });
    const before = '  - { call: number, from: Ann }\n  - { expect heard: Ann, contains: call }\n  - ';
    const played = await play(`${before}${step}\n`, '{ Ann: , Bob: +14155550123 }');
    expect(outcomes(played)).toEqual(['passed', 'passed', 'failed']);
    expect(played.steps[2]?.unmet?.found.join('\n')).toContain(found);
  });

  it.each([
    ['{ reply: Hi, from: Ann }', 'nobody has texted it'],
    ['{ answer: Ann }', 'it has no call that is ringing'],
    ['{ phone: Ann, texts: 12345 }', 'undelivered'],
  ])(
    'fails if %s is not possible',
    async (step, problem) => {
      const { play } = await setStage();
      const played = await play(`  - ${step}\n`);
      expect(played.steps[0]?.problem).toContain(problem);
      expect(played.error?.kind).toBe('fault');
    },
    10_000,
  );

  it('ignores what arrived before it started, and assigns new numbers to phones without one', async () => {
    const { answer, play, sandbox } = await setStage();
    answer({ '/texts': '<Message>Call +14155550123</Message>' });
    const bob = '{ Ann: +13125550150, Bob: +14155550123, Eve: }';
    const leak = '  - { text: Hi, from: Ann, to: number }\n  - { expect text: Ann }\n';
    const first = await play(
      `${leak}  - { text: Hi, from: Eve, to: number }\n  - { expect text: Eve }\n`,
      bob,
    );
    expect(outcomes(first)).toEqual(PASSED(4));
    const second = await play('  - { expect no text: Ann, within: 1ms }\n  - { expect no leak: Bob }\n', bob);
    expect(outcomes(second)).toEqual(PASSED(2));
    expect(second.numbers.get('Eve')).not.toBe(first.numbers.get('Eve'));
    expect(sandbox.whoSaw('+14155550123')).toHaveLength(2);
    expect(outcomes(await play(`${leak}  - { expect no leak: Bob }\n`, bob)).at(-1)).toBe('failed');
  });

  it('can be aborted, and hangs up all calls', async () => {
    const { answer, play, ports, sandbox } = await setStage();
    answer({ '/calls': '<Pause length="60"/>' });
    const ending = new AbortController();
    Object.assign(ports, { signal: ending.signal, onStep: () => ending.abort() });
    const played = await play('  - { call: number, from: Ann }\n  - { expect text: Ann, within: 1h }\n');
    expect(outcomes(played)).toEqual(['passed', 'failed']);
    expect(played.error).toBeInstanceOf(RelayPhoneError);
    expect(played.error?.kind).toBe('interrupted');
    const [ann = ''] = played.numbers.values();
    expect(
      sandbox
        .phone(ann)
        .calls()
        .map(({ state }) => state),
    ).not.toContain('talking');
  });

  it('expects what the app asks for that the sandbox lacks, and says what it asked for instead', async () => {
    const { answer, play } = await setStage();
    answer({ '/calls': '<Connect/><Start/>' });
    const played = await play(`
  - { call: number, from: Ann }
  - { expect unsupported: <connect> }
  - { expect unsupported: Conversations, within: 1ms }
`);
    expect(outcomes(played)).toEqual(['passed', 'passed', 'failed']);
    expect(played.steps.at(-1)?.unmet).toEqual({
      expected: 'the app asks for Conversations, which the sandbox lacks',
      found: ['it asked for <Connect>', 'it asked for <Start>'],
    });
    expect(played.unsupported).toMatchObject([
      { name: '<Connect>', isExpected: true },
      { name: '<Start>', isExpected: false },
    ]);
  });

  it.each([true, false])(
    'fails if the app asks for something that no step expects, only if it is strict: %s',
    async (isStrict) => {
      const stage = await setStage();
      const ports = { ...stage.ports, isStrict };
      stage.app.answer(() => {
        // The app asks after it has answered.
        setTimeout(() => void stage.client.conversations.v1.conversations.create({}).catch(() => undefined));
        return twiml('<Response/>');
      });
      const played = await stage.playWith(ports)('  - { text: Hi, from: Ann, to: number }\n');
      expect(outcomes(played)).toEqual(['passed']);
      if (!isStrict) return expect(played.error).toBeUndefined();
      expect(played.error).toMatchObject({
        kind: 'fault',
        reason: expect.stringContaining('no step expects it: Conversations (conversations.twilio.com)'),
        tryNext: [expect.stringContaining('expect unsupported: Conversations')],
      });
    },
  );

  it('passes a strict play if a step expects everything that is missing, on a manual clock too', async () => {
    const stage = await setStage({ clock: 'manual' });
    stage.answer({ '/calls': '<Connect/>' });
    const play = stage.playWith({ ...stage.ports, isStrict: true });
    const played = await play(`
  - { call: number, from: Ann }
  - { expect unsupported: <Connect> }
  - { call: number, from: Bob }
`);
    expect([outcomes(played), played.error]).toEqual([PASSED(3), undefined]);
  });
});
