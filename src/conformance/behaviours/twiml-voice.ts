// Behaviours of TwiML that runs in a call from one own number to the other; the called number just listens.
import type { AppReply, TwilioBehaviour, WebhookExpectation } from '../behaviour.js';
import { post, until, webhooks } from './build.js';

const response = (verbs: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Response>${verbs}</Response>`;

/** Answers, because of its words, and listens. */
const LISTENS = response('<Say>Hi</Say><Pause length="20"/>');

/** What the app is asked for in the call, and what it gets. */
interface Script {
  /** The TwiML at each path; the call begins with `/start`. */
  readonly app: Readonly<Record<string, AppReply>>;
  /** How many webhooks each path gets. */
  readonly count: Readonly<Record<string, number>>;
  readonly webhooks?: readonly WebhookExpectation[];
  readonly order?: TwilioBehaviour['order'];
  readonly segments?: number;
  readonly calls?: number;
}

function script(id: string, row: string, title: string, asked: Script): TwilioBehaviour {
  const { app, count, segments = 0, calls = 1 } = asked;
  return {
    id: `twiml-voice/${id}`,
    group: 'twiml-voice',
    row,
    title,
    cost: { calls, segments },
    app: { '/b/voice': LISTENS, ...app },
    steps: [
      post(
        '/Calls.json',
        { From: '{a}', To: '{b}', TimeLimit: '30', Url: '{app}/start' },
        {
          creates: 'Calls',
          save: { sid: 'sid' },
          loose: ['status', 'start_time', 'end_time', 'duration', 'queue_time'],
        },
      ),
      webhooks({ '/start': 1, ...count }),
      until('/Calls/{sid}.json', 'status', ['completed', 'busy', 'failed', 'no-answer', 'canceled']),
      webhooks({ '/b/status': 1 }),
    ],
    ...(asked.webhooks && { webhooks: asked.webhooks }),
    ...(asked.order && { order: asked.order }),
  };
}

const END = response('<Hangup/>');
const told = (path: string, parameters: Record<string, string>): WebhookExpectation => ({
  path,
  index: 0,
  parameters,
});

/** See the first line. */
export const TWIML_VOICE_BEHAVIOURS: readonly TwilioBehaviour[] = [
  script('redirect', 'F651.28', '<Redirect> leads to another document', {
    app: { '/start': response('<Redirect>next</Redirect>'), '/next': END },
    count: { '/next': 1 },
    order: [['/start in-progress', '/next in-progress']],
  }),
  script('verbs-in-order', 'F651.20', '<Say> and <Pause> are played before the next verb runs', {
    app: { '/start': response('<Say>Hi</Say><Pause length="1"/><Redirect>next</Redirect>'), '/next': END },
    count: { '/next': 1 },
  }),
  script('gather-nothing', 'F651.22', '<Gather> without input continues with the next verb', {
    app: {
      '/start': response('<Gather timeout="1" action="keys"/><Redirect>next</Redirect>'),
      '/next': END,
    },
    count: { '/next': 1 },
  }),
  script('gather-empty', 'F651.21', '<Gather actionOnEmptyResult> calls its action without input', {
    app: {
      '/start': response('<Gather timeout="1" action="keys" actionOnEmptyResult="true"/>'),
      '/keys': END,
    },
    count: { '/keys': 1 },
    webhooks: [told('/keys', { Digits: '' })],
  }),
  script('record-silence', 'F253', '<Record> continues with the next verb if nothing was said', {
    app: {
      '/start': response('<Record timeout="1" maxLength="2" playBeep="false"/><Redirect>next</Redirect>'),
      '/next': END,
    },
    count: { '/next': 1 },
  }),
  script('dial-invalid', 'F651.23', '<Dial> reports an invalid number as failed', {
    app: { '/start': response('<Dial action="done"><Number>555</Number></Dial>'), '/done': END },
    count: { '/done': 1 },
    webhooks: [told('/done', { DialCallStatus: 'failed' })],
  }),
  script('dial-no-queue', 'F651.24', '<Dial><Queue> of a queue that does not exist continues', {
    app: { '/start': response('<Dial action="done"><Queue>nobody-is-here</Queue></Dial>'), '/done': END },
    count: { '/done': 1 },
  }),
  script('sms', 'F398', '<Sms> sends a text during a call', {
    app: { '/start': response('<Sms>Hi</Sms><Redirect>next</Redirect>'), '/next': END },
    count: { '/next': 1, '/b/sms': 1 },
    segments: 1,
    webhooks: [told('/b/sms', { Body: 'Hi', From: '<A>', To: '<B>' })],
  }),
  script('sms-action', 'F651.25', '<Sms> requests its action at once', {
    app: { '/start': response('<Sms action="next">Hi</Sms>'), '/next': END },
    count: { '/next': 1, '/b/sms': 1 },
    segments: 1,
  }),
  script('bad-verb', 'F651.26', 'an unknown verb is left out, and the next one runs', {
    app: { '/start': response('<Sing>la</Sing><Redirect>next</Redirect>'), '/next': END },
    count: { '/next': 1 },
  }),
  script('fallback', 'F215', 'a document that fails is replaced by that of the fallback URL', {
    app: {
      '/start': END,
      '/b/voice': { status: 500, body: 'no' },
      '/b/voice-fallback': LISTENS,
    },
    count: { '/b/voice-fallback': 1 },
    webhooks: [told('/b/voice-fallback', { ErrorCode: '11217' })],
  }),
];
