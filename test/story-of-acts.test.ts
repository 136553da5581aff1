// Any sequence of texts and calls: the stories of their traces are played against the same app, and pass.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTraceStories } from '../src/cli/core/trace-story.js';
import { playStory } from '../src/scenarios/play.js';
import { readStory } from '../src/scenarios/read-story.js';
import { DEADLINE } from './support/deadline.js';
import { countRuns } from './support/runs.js';
import { type Stage, setStage } from './support/story.js';
import { type AppAnswer, twiml } from './support/webhook-app.js';

const MASK = '+12025550100';
const [ANN, OWNER] = ['+12125550190', '+13015550195'];
const PIXEL = Buffer.from('R0lGODlhAQABAAAAACwAAAAAAQABAAA=', 'base64');
const PICTURE = `data:image/gif;base64,${PIXEL.toString('base64')}`;

/** What the app answers to texts; `forward` sends each to the owner, by a request. */
const TEXT_ANSWERS: Readonly<Record<string, AppAnswer | 'drop' | 'forward'>> = {
  nothing: twiml('<Response/>'),
  reply: twiml('<Response><Message>That costs $5, $number</Message></Response>'),
  replies: twiml(
    '<Response><Message>One</Message><Message>One</Message><Message>2 £ 📲</Message></Response>',
  ),
  toOther: twiml(`<Response><Message to="${OWNER}">Somebody asks: call +12125550190</Message></Response>`),
  media: twiml(`<Response><Message><Body>Look</Body><Media>/a.gif</Media></Message></Response>`),
  refused: { status: 403, body: 'No' },
  broken: twiml('<Response><Message>Hi</Response>'),
  warned: twiml('<Response><Message colour="red">Hi</Message></Response>'),
  dropped: 'drop',
  forward: 'forward',
};

const GATHER = `<Gather input="dtmf speech" numDigits="2" timeout="2" action="/menu"><Say>Which one?</Say></Gather><Say>Bye</Say>`;
const DIAL = `<Say>One moment</Say><Dial timeout="1" callerId="${MASK}">${OWNER}</Dial><Say>That is all</Say>`;

/** What the app answers to calls, and to what was pressed or said in them. */
const CALL_ANSWERS: Readonly<Record<string, string>> = {
  nothing: '',
  say: '<Say>Hello, it is 5 past 10</Say>',
  gather: GATHER,
  dial: DIAL,
  reject: '<Reject/>',
  unknownVerb: '<Say>Hi</Say><Dance/>',
};

const oneOf = <Key extends string>(record: Readonly<Record<Key, unknown>>) =>
  fc.constantFrom(...(Object.keys(record) as Key[]));

const body = fc.oneof(
  fc.constantFrom(
    'STOP',
    'START',
    'HELP',
    'stop please',
    '$5',
    '$Ann: 07:30',
    '- a\n- b',
    '# no comment',
    "'",
  ),
  fc.constantFrom('+1 (301) 555-0195', 'Code 123456', '12345678901', '0190 hello', 'yes', 'null', '1e3', ''),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
);
const text = fc
  .record({
    act: fc.constant('text' as const),
    from: fc.constantFrom(ANN, OWNER),
    body,
    mediaUrls: fc.constantFrom([], [], [PICTURE]),
    answer: oneOf(TEXT_ANSWERS),
    texts: fc.constantFrom(
      'delivered' as const,
      'silent' as const,
      { undelivered: 30003 },
      { failed: 30008 },
    ),
  })
  .filter((one) => one.body !== '' || one.mediaUrls.length > 0);
const call = fc.record({
  act: fc.constant('call' as const),
  callerId: fc.constantFrom('shown' as const, 'shown' as const, 'withheld' as const),
  answers: fc.array(oneOf(CALL_ANSWERS), { minLength: 1, maxLength: 3 }),
  inputs: fc.array(fc.constantFrom('1', '42', '*', '#', '1#', 'Ann Example', 'twenty $'), { maxLength: 3 }),
  calls: fc.constantFrom('answers' as const, 'busy' as const, 'rejects' as const, 'no-answer' as const),
});

type ValueOf<Source> = Source extends fc.Arbitrary<infer Value> ? Value : never;
type CallAct = ValueOf<typeof call>;
type Act = ValueOf<typeof text> | CallAct;

/** Starts a sandbox and an app. */
async function openStage(): Promise<Stage> {
  const stage = await setStage();
  await stage.client.incomingPhoneNumbers.create({
    phoneNumber: MASK,
    smsUrl: `${stage.app.origin}/sms`,
    voiceUrl: `${stage.app.origin}/voice`,
  });
  return stage;
}

/** Makes the app answer as an act asks for, from the first answer on. */
function answerAs({ app, client }: Stage, act: Act): void {
  const answers = act.act === 'call' ? [...act.answers] : [];
  const forward = async (body: string) => {
    await client.messages.create({ from: MASK, to: OWNER, body }).catch(() => undefined);
    return twiml('<Response/>');
  };
  app.answer(({ path, form }) => {
    if (path === '/a.gif') return { type: 'image/gif', body: PIXEL };
    if (act.act === 'call')
      return twiml(`<Response>${CALL_ANSWERS[answers.shift() ?? 'nothing']}</Response>`);
    const answer = TEXT_ANSWERS[act.answer] ?? {};
    return answer === 'forward' ? forward(`📲 ${form.Body}`) : answer;
  });
}

/** Does it, waits for its end, and returns the story of its trace. */
async function record(stage: Stage, act: Act): Promise<string> {
  const { sandbox } = stage;
  answerAs(stage, act);
  let traceId: string;
  if (act.act === 'text') {
    sandbox.phone(OWNER).behave({ texts: act.texts });
    ({ traceId } = await sandbox.text({ ...act, to: MASK }));
  } else traceId = await makeCall(stage, act);
  await sandbox.whenQuiet(traceId, { timeout: DEADLINE });
  sandbox.phone(OWNER).behave({ texts: 'delivered', calls: 'answers' });
  sandbox.phone(ANN).behave({ callerId: 'shown' });
  const written = await createTraceStories(sandbox, [sandbox.authToken])(traceId);
  if ('reason' in written) throw new Error(written.reason);
  return written.story;
}

/** Calls, presses and says each input when the app waits for one, and hangs up once nothing else ends the call. */
async function makeCall({ sandbox }: Stage, { callerId, calls, inputs }: CallAct): Promise<string> {
  sandbox.phone(OWNER).behave({ calls });
  sandbox.phone(ANN).behave({ callerId });
  const placed = sandbox.phone(ANN).call(MASK);
  const isOver = () => !['calling', 'ringing', 'talking'].includes(placed.log().state);
  const isBridged = () =>
    sandbox
      .phone(OWNER)
      .liveCalls()
      .some((one) => one.log().state === 'talking');
  for (const input of inputs) {
    await expect.poll(() => isOver() || isBridged() || placed.log().waitsFor !== null).toBe(true);
    if (isOver() || isBridged()) break;
    if (/^[\d*#]+$/.test(input)) placed.press(input);
    else placed.say(input);
  }
  await expect.poll(() => isOver() || isBridged()).toBe(true);
  if (!isOver()) placed.hangUp();
  return placed.traceId;
}

it('the stories of any sequence of acts are played in another sandbox with the same app, and pass', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(text, call), { minLength: 1, maxLength: 4 }), async (acts) => {
      const [recorded, played] = [await openStage(), await openStage()];
      for (const act of acts) {
        const story = await record(recorded, act);
        answerAs(played, act);
        const { error } = await playStory(readStory(story, 'story.yaml'), played.ports);
        if (error) throw new Error(`${error.message}\n${story}`);
      }
    }),
    { numRuns: countRuns(100) },
  );
});
