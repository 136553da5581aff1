// Behaviours of calls from one own number to the other: statuses, callbacks, the webhook of the number that is called.
import type { Step, TwilioBehaviour, Values } from '../behaviour.js';
import { get, getRefused, post, remove, until, webhooks } from './build.js';

const response = (verbs: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Response>${verbs}</Response>`;

/** Answers, because of its words, and listens. */
const LISTENS = response('<Say>Hi</Say><Pause length="20"/>');

/** Every call ends after half a minute, whatever happens. */
const call = (form: Values = {}, more: Parameters<typeof post>[2] = {}): Step =>
  post(
    '/Calls.json',
    { From: '{a}', To: '{b}', TimeLimit: '30', Twiml: response('<Hangup/>'), ...form },
    {
      creates: 'Calls',
      save: { sid: 'sid' },
      loose: ['status', 'start_time', 'end_time', 'duration', 'queue_time'],
      ...more,
    },
  );

const ALL_EVENTS = {
  StatusCallback: '{app}/status',
  StatusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
};

/** Waits for both sides to end: a late status callback would be taken for one of the next behaviour. */
const ended = (status: string): Step[] => [
  until('/Calls/{sid}.json', 'status', [status, 'completed', 'busy', 'failed', 'no-answer', 'canceled']),
  webhooks({ '/b/status': 1 }),
];

const base = { group: 'voice', cost: { calls: 1 } } as const;

/** See the first line. */
export const VOICE_BEHAVIOURS: readonly TwilioBehaviour[] = [
  {
    ...base,
    id: 'voice/placed',
    row: 'F227',
    title: 'a call is queued, rings, is answered and ends, with a status callback at each step',
    app: { '/b/voice': LISTENS },
    steps: [call(ALL_EVENTS), webhooks({ '/status': 4, '/b/voice': 1 }), ...ended('completed')],
    order: [
      ['/status initiated', '/status ringing'],
      ['/status ringing', '/status in-progress'],
      ['/status in-progress', '/status completed'],
    ],
  },
  {
    ...base,
    id: 'voice/inbound-webhook',
    row: 'F220',
    title: 'the number that is called sends a signed webhook with every parameter',
    app: { '/b/voice': LISTENS },
    steps: [call(), webhooks({ '/b/voice': 1 }), ...ended('completed')],
    webhooks: [{ path: '/b/voice', index: 0, parameters: { From: '<A>', To: '<B>', Direction: 'inbound' } }],
  },
  {
    ...base,
    id: 'voice/inbound-status',
    row: 'F651.27',
    title: 'the number that is called reports the end of the call',
    app: { '/b/voice': LISTENS },
    steps: [call(), webhooks({ '/b/voice': 1, '/b/status': 1 }), ...ended('completed')],
    webhooks: [{ path: '/b/status', index: 0, parameters: { CallStatus: 'completed' } }],
    order: [['/b/voice ringing', '/b/status completed']],
  },
  {
    ...base,
    id: 'voice/rejected',
    row: 'F256.1',
    title: '<Reject> ends the call unanswered',
    app: { '/b/voice': response('<Reject/>') },
    steps: [call(), webhooks({ '/b/voice': 1 }), ...ended('no-answer')],
  },
  {
    ...base,
    id: 'voice/busy',
    row: 'F256.2',
    title: '<Reject reason="busy"> ends the call as busy',
    app: { '/b/voice': response('<Reject reason="busy"/>') },
    steps: [call(), webhooks({ '/b/voice': 1 }), ...ended('busy')],
  },
  {
    ...base,
    id: 'voice/url',
    row: 'F651.29',
    title: 'the URL of the call is asked for TwiML after the answer',
    app: { '/b/voice': LISTENS, '/answered': response('<Hangup/>') },
    steps: [
      call({ Twiml: [], Url: '{app}/answered' }),
      webhooks({ '/b/voice': 1, '/answered': 1 }),
      ...ended('completed'),
    ],
    webhooks: [
      { path: '/answered', index: 0, parameters: { Direction: 'outbound-api', CallStatus: 'in-progress' } },
    ],
    order: [['/b/voice ringing', '/answered in-progress']],
  },
  {
    ...base,
    id: 'voice/get-url',
    row: 'F651.3',
    title: 'the URL of the call is asked with GET',
    app: { '/b/voice': LISTENS, '/answered': response('<Hangup/>') },
    steps: [
      call({ Twiml: [], Url: '{app}/answered', Method: 'GET' }),
      webhooks({ '/b/voice': 1, '/answered': 1 }),
      ...ended('completed'),
    ],
  },
  {
    ...base,
    id: 'voice/ended',
    row: 'F651.4',
    title: 'a call in progress can be ended',
    app: { '/b/voice': LISTENS, '/answered': LISTENS },
    steps: [
      call({ Twiml: [], Url: '{app}/answered' }),
      webhooks({ '/b/voice': 1, '/answered': 1 }),
      post(
        '/Calls/{sid}.json',
        { Status: 'completed' },
        { status: 200, loose: ['status', 'end_time', 'duration'] },
      ),
      ...ended('completed'),
    ],
  },
  {
    ...base,
    id: 'voice/redirected',
    row: 'F651.5',
    title: 'a call in progress can be redirected to another document',
    app: {
      '/b/voice': LISTENS,
      '/answered': LISTENS,
      '/other': response('<Hangup/>'),
    },
    steps: [
      call({ Twiml: [], Url: '{app}/answered' }),
      webhooks({ '/b/voice': 1, '/answered': 1 }),
      post(
        '/Calls/{sid}.json',
        { Url: '{app}/other' },
        { status: 200, loose: ['status', 'end_time', 'duration'] },
      ),
      webhooks({ '/other': 1 }),
      ...ended('completed'),
    ],
    order: [['/answered in-progress', '/other in-progress']],
  },
  {
    ...base,
    id: 'voice/deleted',
    row: 'F651.6',
    title: 'a call can be deleted once it has ended',
    app: { '/b/voice': LISTENS },
    steps: [
      call(),
      webhooks({ '/b/voice': 1 }),
      ...ended('completed'),
      remove('/Calls/{sid}.json'),
      getRefused('/Calls/{sid}.json', 404, 20404),
    ],
  },
  {
    ...base,
    id: 'voice/recordings',
    row: 'F651.7',
    title: 'a call that was not recorded has no recordings',
    app: { '/b/voice': LISTENS },
    steps: [call(), webhooks({ '/b/voice': 1 }), ...ended('completed'), get('/Calls/{sid}/Recordings.json')],
  },
];
