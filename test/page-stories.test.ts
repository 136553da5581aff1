// Traces that the page saves as stories: `play` plays each of them, and it passes with the same app.
import { beforeEach, describe, expect, it } from 'vitest';
import { createTraceStories } from '../src/cli/core/trace-story.js';
import { playStory } from '../src/scenarios/play.js';
import type { StoryPorts } from '../src/scenarios/ports.js';
import { readStory } from '../src/scenarios/read-story.js';
import { DEADLINE } from './support/deadline.js';
import { type Stage, setStage } from './support/story.js';
import { type AppAnswer, twiml } from './support/webhook-app.js';

const MASK = '+12025550100';
const [ANN, OWNER] = ['+12125550190', '+13015550195'];
const PICTURE = 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=';

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
  await buyNumber('/sms', '/voice');
});

async function buyNumber(texts: string, calls: string): Promise<void> {
  const [smsUrl, voiceUrl] = [texts, calls].map((path) => stage.app.origin + path);
  await stage.client.incomingPhoneNumbers.create({
    phoneNumber: MASK,
    ...(smsUrl && { smsUrl }),
    ...(voiceUrl && { voiceUrl }),
  });
}

/** Waits for the end of a trace, and saves it. */
async function save(traceId: string) {
  await stage.sandbox.whenQuiet(traceId, { timeout: DEADLINE });
  return createTraceStories(stage.sandbox, [stage.sandbox.authToken])(traceId);
}

async function saveStory(traceId: string): Promise<string> {
  const written = await save(traceId);
  if ('reason' in written) throw new Error(written.reason);
  return written.story;
}

/** Plays a story, and returns its steps in words. @throws if one of them fails */
async function play(story: string, ports: StoryPorts = stage.ports): Promise<readonly string[]> {
  // Steps wait for five seconds: on this clock they wait for a minute, in which a slow machine gets there, too.
  const now = () => ports.now() / 12;
  const { steps, error } = await playStory(readStory(story, 'story.yaml'), { ...ports, now });
  if (error) throw new Error(`${error.message}\n${story}`);
  return steps.map(({ words }) => words);
}

const text = async (body: string, from = ANN, mediaUrls: readonly string[] = []) => {
  const { traceId } = await stage.sandbox.text({ from, to: MASK, body, mediaUrls });
  return traceId;
};

describe('the story of a trace is played, and passes', () => {
  it('for a text that the app answers', async () => {
    stage.answer({ '/sms': '<Message>You said hi, for $5</Message>' });
    expect(await play(await saveStory(await text('hi')))).toEqual([
      'contact texts number: hi',
      'the webhook for inbound-text is answered with 200',
      'contact gets a text from number that is "You said hi, for $$5"',
    ]);
  });

  it('for a call with keys and words, in which nobody waits for what the caller did not hear', async () => {
    stage.answer({
      '/voice': `<Gather numDigits="1" timeout="600" action="${stage.app.origin}/menu"><Say>Press 1</Say></Gather><Say>Bye</Say>`,
      '/menu': `<Gather input="speech" timeout="600" action="${stage.app.origin}/name"><Say>Your name?</Say></Gather>`,
      '/name': `<Say>One moment</Say><Dial callerId="${MASK}">${OWNER}</Dial><Say>Bye</Say>`,
    });
    const call = stage.sandbox.phone(ANN).call(MASK);
    const heard = () =>
      stage.sandbox
        .phone(ANN)
        .calls()[0]
        ?.heard.map(({ content }) => content);
    await expect.poll(heard).toContain('Press 1');
    call.press('1');
    await expect.poll(heard).toContain('Your name?');
    call.say('Ann Example');
    await expect.poll(() => stage.sandbox.phone(OWNER).calls()[0]?.state).toBe('talking');
    call.hangUp();
    const words = await play(await saveStory(call.traceId));
    expect(words).toContain('contact presses 1');
    expect(words).toContain('contact says: Ann Example');
    expect(words).toContain('contact2 has a call from number');
    expect(words.at(-1)).toBe('contact hangs up');
    expect(words.join()).not.toContain('Bye');
  });

  it.each(['busy', 'rejects', 'no-answer'] as const)('for a call to a phone that %s', async (calls) => {
    stage.answer({ '/voice': `<Dial timeout="1">${OWNER}</Dial><Say>Nobody is there</Say>` });
    stage.sandbox.phone(OWNER).behave({ calls });
    const { traceId } = stage.sandbox.phone(ANN).call(MASK);
    const story = await saveStory(traceId);
    stage.sandbox.phone(OWNER).behave({ calls: 'answers' });
    expect(await play(story)).toContain('contact hears something that contains "Nobody is there"');
  });

  it('for a text with a picture, which is forwarded with it', async () => {
    forward();
    const words = await play(await saveStory(await text('Look', ANN, [PICTURE])));
    expect(words[0]).toBe('contact texts number: Look (with 1 media)');
    // The text may come before the app answers the webhook, or after it.
    expect(words.slice(1).toSorted()).toEqual([
      'contact2 gets a text from number that is "📲 Look" with 1 media',
      'the webhook for inbound-text is answered with 200',
    ]);
  });

  it.each([
    [500, '', 'the webhook for inbound-text is answered with 500, and fails with 11217'],
    [
      200,
      '<Response><Message>Hi</Response>',
      'the webhook for inbound-text is answered with 200, and fails with 12100',
    ],
  ])('for a text whose webhook fails with %s %s', async (status, body, words) => {
    stage.app.answer(() => ({ status, type: 'text/xml', body }));
    expect(await play(await saveStory(await text('Hello')))).toContain(words);
  });

  it('for a text whose webhook has no answer', async () => {
    stage.app.answer(() => 'drop');
    const words = await play(await saveStory(await text('Hello')));
    expect(words).toEqual([
      'contact texts number: Hello',
      expect.stringMatching(/^the webhook for inbound-text is answered, and fails with 11\d{3}$/),
    ]);
  });

  it('for a text to a number without a webhook', async () => {
    const [number] = await stage.client.incomingPhoneNumbers.list();
    await number?.update({ smsUrl: '' });
    expect(await play(await saveStory(await text('Anybody?')))).toEqual(['contact texts number: Anybody?']);
  });

  it('for an app that has the paths of Firefox Relay but not its user API: its number is not a mask', async () => {
    const [number] = await stage.client.incomingPhoneNumbers.list();
    await number?.update({ smsUrl: `${stage.app.origin}/api/v1/inbound_sms` });
    forward();
    expect((await play(await saveStory(await text('Hello')))).toSorted()).toEqual([
      'contact texts number: Hello',
      'contact2 gets a text from number that is "📲 Hello"',
      'the webhook for inbound-text is answered with 200',
    ]);
  });

  it('for a mask of Firefox Relay: its owner is the phone that the app knows', async () => {
    const [number] = await stage.client.incomingPhoneNumbers.list();
    await number?.update({ smsUrl: `${stage.app.origin}/api/v1/inbound_sms` });
    forward({ '/api/v1/realphone/': { status: 401, body: '{"detail":"Invalid token."}' } });
    const story = await saveStory(await text('Hello'));
    expect(story).toContain('mask: owner');
    const asked: string[] = [];
    const app: StoryPorts['app'] = {
      ...stage.ports.app,
      findOwner: async () => OWNER,
      takeMask: async (owner) => {
        asked.push(owner);
        return MASK;
      },
    };
    expect((await play(story, { ...stage.ports, app })).toSorted()).toEqual([
      'contact texts mask: Hello',
      'owner gets a text from mask that is "📲 Hello"',
      'the webhook for inbound-text is answered with 200',
    ]);
    expect(asked).toEqual([OWNER]);
  });

  it('for a phone that opts out, and for its next text, to which the app may not reply', async () => {
    const optOut = await saveStory(await text('STOP'));
    stage.answer({ '/sms': '<Message>Hi</Message>' });
    const refused = await saveStory(await text('Hello'));
    stage.sandbox.optIn({ sender: MASK, phone: ANN });
    expect((await play(optOut))[0]).toBe('contact texts number: STOP');
    expect(stage.sandbox.optOuts()).toEqual([{ sender: MASK, phone: ANN }]);
    expect(await play(refused)).not.toContainEqual(expect.stringContaining('gets a text'));
  });

  it('for a text that the app schedules, on a manual clock that is advanced', async () => {
    stage = await setStage({ clock: 'manual' });
    await buyNumber('/sms', '/voice');
    const { client, sandbox } = stage;
    const service = await client.messaging.v1.services.create({
      friendlyName: 'Scheduled',
      useInboundWebhookOnNumber: true,
    });
    const [number] = await client.incomingPhoneNumbers.list();
    await client.messaging.v1
      .services(service.sid)
      .phoneNumbers.create({ phoneNumberSid: number?.sid ?? '' });
    stage.app.answer(async () => {
      await client.messages.create({
        messagingServiceSid: service.sid,
        to: OWNER,
        body: 'It is time',
        scheduleType: 'fixed',
        sendAt: new Date(sandbox.clock.now() + 3_600_000),
      });
      return twiml('<Response/>');
    });
    const traceId = await text('Remind them');
    while (sandbox.phone(OWNER).texts().length === 0) await sandbox.clock.advance('30m');
    const story = await createTraceStories(sandbox, [])(traceId);
    expect('story' in story && (await play(story.story))).toEqual([
      'contact texts number: Remind them',
      'the webhook for inbound-text is answered with 200',
      expect.stringMatching(/^\d+ s pass$/),
      'contact2 gets a text from number that is "It is time"',
    ]);
  });

  it('for a phone that is unreachable, and for a number that is not registered', async () => {
    forward();
    stage.sandbox.phone(OWNER).behave({ texts: { undelivered: 30003 } });
    const unreachable = await saveStory(await text('One'));
    stage.sandbox.phone(OWNER).behave({ texts: 'delivered' });
    expect(await play(unreachable)).toContain('contact2 gets no text from number');
    stage.sandbox.compliance(MASK, { a2p: 'unregistered' });
    const unregistered = await saveStory(await text('Two'));
    stage.sandbox.compliance(MASK, { a2p: 'registered' });
    expect((await play(unregistered))[0]).toBe('from now on number is a2p unregistered');
  });
});

describe('a trace that cannot be a story says why', () => {
  it.each([
    ['text', () => stage.client.messages.create({ from: MASK, to: ANN, body: 'Hi' })],
    ['call', () => stage.client.calls.create({ from: MASK, to: ANN, twiml: '<Response/>' })],
  ])('for a %s of the app', async (_, act) => {
    await act();
    expect(await save(stage.sandbox.traces()[0]?.traceId ?? '')).toEqual({
      reason:
        'this trace begins with a request of the app, and a story begins with a phone that texts or calls',
    });
  });

  it('for a replay', async () => {
    await stage.sandbox.whenQuiet(await text('Hi'), { timeout: DEADLINE });
    const [exchange] = stage.sandbox.exchanges({ direction: 'webhook' });
    const { exchange: replay } = await stage.sandbox.replay(exchange?.id ?? 0);
    expect(await save(replay.traceId ?? '')).toEqual({
      reason: 'this trace is a replay, and a story begins with a phone that texts or calls',
    });
  });

  it('for one that is not kept', async () => {
    expect(await createTraceStories(stage.sandbox, [])('none-1')).toEqual({
      reason: 'none of its events is kept any more',
    });
  });
});

/** Forwards each text to the owner, as Relay does, with its files. @param others answers to other paths */
function forward(others: Readonly<Record<string, AppAnswer>> = {}): void {
  stage.app.answer(async ({ path, form }) => {
    if (others[path]) return others[path];
    const mediaUrl = form.MediaUrl0 === undefined ? [] : [form.MediaUrl0];
    await stage.client.messages.create({ from: MASK, to: OWNER, body: `📲 ${form.Body}`, mediaUrl });
    return twiml('<Response/>');
  });
}
