// Random answers of an app to webhooks of calls: valid and invalid TwiML, audio, text, redirects, and failures.
import fc from 'fast-check';
import type { AppAnswer } from '../webhook-app.js';
import { OWNED, PHONES } from './stage.js';

/** One answer of an app. */
export type AnyAnswer = AppAnswer | 'drop' | 'hang';

/** The paths of the app. */
export const PATHS = ['/0', '/1', '/2', '/3', '/4', '/5'] as const;
/** The same paths as TwiML has them, with a short webhook timeout. */
export const PAGES = PATHS.map((path) => `${path}#tt=150`);

const oneOf = (words: string) => fc.constantFrom(...words.split(' '));

const page = fc.constantFrom(...PAGES);
const url = fc.oneof(
  { weight: 9, arbitrary: page },
  { weight: 1, arbitrary: fc.constantFrom('ftp://a', 'http://[', '', '#', '/5?a=b&amp;c=%') },
);
const count = fc.oneof(
  fc.nat({ max: 30 }).map(String),
  oneOf('-1 0 1 1e9 99999999999999999999 x 3600 0.5 &#48;'),
);
const flag = oneOf('true false TRUE perhaps');
const method = oneOf('GET POST post PUT');
const keys = oneOf('1 # * 12# 1234567890*# w wW1 x &#233;');
const number = fc.oneof(fc.constantFrom(...OWNED, ...PHONES), oneOf('555 +1 tel:1 &#128242; +12223334444'));
const events = oneOf('initiated ringing,answered completed nonsense');

const attribute = fc.oneof(
  fc.tuple(oneOf('action url waitUrl statusCallback recordingStatusCallback'), url),
  fc.tuple(oneOf('transcribeCallback partialResultCallback'), url),
  fc.tuple(oneOf('timeout timeLimit length loop numDigits maxLength'), count),
  fc.tuple(oneOf('answerOnBridge hangupOnStar sequential transcribe playBeep actionOnEmptyResult'), flag),
  fc.tuple(oneOf('method waitUrlMethod'), method),
  fc.tuple(oneOf('finishOnKey digits sendDigits'), keys),
  fc.tuple(oneOf('callerId'), number),
  fc.tuple(oneOf('input'), oneOf('dtmf speech nothing')),
  fc.tuple(oneOf('record'), oneOf('true record-from-ringing-dual never')),
  fc.tuple(oneOf('statusCallbackEvent recordingStatusCallbackEvent'), events),
  fc.tuple(oneOf('reason nonsense xml:lang'), oneOf('busy rejected x')),
);
const attributes = fc
  .uniqueArray(attribute, { maxLength: 6, selector: ([name]) => name })
  .map((pairs) => pairs.map(([name, value]) => ` ${name}="${value}"`).join(''));

const name = oneOf(
  'Say Play Pause Gather Record Dial Dial Dial Number Number Queue Queue Enqueue Enqueue Leave Redirect Reject Hangup Client Message x',
);
const words = fc.oneof(
  number,
  url,
  oneOf('support sales Hello &lt;b&gt; <![CDATA[<Say>]]> <!--x-->'),
  fc.string({ unit: 'binary-ascii', maxLength: 20 }).map((text) => text.replace(/[<&]/g, '')),
);

const { odd } = fc.letrec<{ odd: string; content: string }>((tie) => ({
  odd: fc
    .tuple(name, attributes, fc.oneof({ depthSize: 'small' }, words, tie('content')))
    .map(([tag, marks, inside]) => `<${tag}${marks}>${inside}</${tag}>`),
  content: fc.array(tie('odd'), { maxLength: 3 }).map((elements) => elements.join('')),
}));

/** A plausible element: `inside`, and some of the attributes that the element has. */
const usual = (tag: string, inside: fc.Arbitrary<string>, has: Record<string, fc.Arbitrary<string>> = {}) =>
  fc.tuple(fc.record(has, { requiredKeys: [] }), inside).map(([some, text]) => {
    const marks = Object.entries(some).map(([key, value]) => ` ${key}="${value}"`);
    return `<${tag}${marks.join('')}>${text}</${tag}>`;
  });

const nothing = fc.constant('');
const seconds = oneOf('1 5 20 60');
const [owned, phone] = [fc.constantFrom(...OWNED), fc.constantFrom(...PHONES)];
const queue = oneOf('support sales');
const prompt = fc.oneof(
  usual('Say', oneOf('Hello Goodbye'), { loop: oneOf('2 0') }),
  usual('Play', page, { digits: keys }),
  usual('Pause', nothing, { length: seconds }),
);
const dialled = fc.oneof(
  fc.oneof(phone, phone, owned),
  fc
    .array(usual('Number', fc.oneof(phone, owned), { url: page, sendDigits: keys }), {
      minLength: 1,
      maxLength: 3,
    })
    .map((numbers) => numbers.join('')),
  usual('Queue', queue, { url: page }),
);
const verb = fc.oneof(
  prompt,
  usual('Gather', fc.oneof(nothing, prompt), {
    action: page,
    input: oneOf('speech dtmf'),
    numDigits: oneOf('1 3'),
    timeout: seconds,
  }),
  usual('Record', nothing, { action: page, maxLength: seconds, transcribeCallback: page, transcribe: flag }),
  ...['first', 'second', 'third'].map(() =>
    usual('Dial', dialled, {
      action: page,
      answerOnBridge: flag,
      callerId: owned,
      record: fc.constant('record-from-answer'),
      recordingStatusCallback: page,
      sequential: flag,
      hangupOnStar: flag,
      timeout: seconds,
      timeLimit: seconds,
    }),
  ),
  usual('Enqueue', queue, { action: page, waitUrl: page }),
  usual('Redirect', page),
  usual('Reject', nothing),
  usual('Hangup', nothing),
  usual('Leave', nothing),
);
const element = fc.oneof({ weight: 5, arbitrary: verb }, { weight: 1, arbitrary: odd });

const document = fc
  .array(element, { minLength: 1, maxLength: 4 })
  .map((elements): AnyAnswer => ({ type: 'text/xml', body: `<Response>${elements.join('')}</Response>` }));

const mishap = fc.oneof(
  fc.constantFrom<AnyAnswer>(
    { status: 500 },
    { status: 204 },
    { status: 302, headers: { Location: '/3#tt=150' } },
    { type: 'text/plain', body: 'Hello' },
    { type: 'audio/mpeg', body: 'sound' },
    { type: 'application/json', body: '{}' },
    { type: 'text/xml', body: '<Response><Say>' },
    { type: 'text/xml', body: '' },
    'drop',
  ),
  fc.string({ unit: 'binary' }).map((body): AnyAnswer => ({ type: 'text/xml', body })),
);

const answer = fc.oneof(
  { weight: 16, arbitrary: document },
  { weight: 3, arbitrary: mishap },
  { weight: 1, arbitrary: fc.constant<AnyAnswer>('hang') },
);

/** An app: its answer to each of its paths. */
export const apps = fc.record(Object.fromEntries(PATHS.map((path) => [path, answer])));

/** TwiML in a REST request, which has no URL for relative URLs. */
export const twiml = fc
  .array(element, { maxLength: 3 })
  .map((list) => `<Response>${list.join('')}</Response>`);
