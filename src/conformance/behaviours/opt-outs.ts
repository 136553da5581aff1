// Behaviours of STOP and START between the two numbers. Each ends with the recipient opted in again.
import type { Step, TwilioBehaviour } from '../behaviour.js';
import { post, postRefused, until, webhooks } from './build.js';

/** The second number texts a word to the first; carriers may block it. */
const say = (Body: string): readonly Step[] => [
  post(
    '/Messages.json',
    { From: '{b}', To: '{a}', Body },
    {
      creates: 'Messages',
      optsOut: true,
      save: { sid: 'sid' },
      loose: ['status', 'date_sent'],
    },
  ),
  until('/Messages/{sid}.json', 'status', ['delivered', 'undelivered', 'failed']),
];

const refused = postRefused('/Messages.json', { From: '{a}', To: '{b}', Body: 'Hello {tag}' }, 400, 21610, {
  creates: 'Messages',
});
const accepted = post(
  '/Messages.json',
  { From: '{a}', To: '{b}', Body: 'Hello {tag}' },
  {
    creates: 'Messages',
    loose: ['status', 'date_sent'],
  },
);

const stopAndStart = (id: string, row: string, word: string, again: string): TwilioBehaviour => ({
  id: `opt-outs/${id}`,
  group: 'opt-outs',
  row,
  title: `${word} blocks all texts from that number to that phone, until ${again}`,
  // Two words, two replies of Twilio, and a text; START and its reply, if it ends too early.
  cost: { segments: 7 },
  steps: [
    ...say(word),
    webhooks({ '/a/sms': 1 }),
    refused,
    ...say(again),
    // Twilio replies to both words.
    webhooks({ '/a/sms': 2, '/b/sms': 2 }),
    accepted,
    webhooks({ '/b/sms': 3 }),
  ],
  webhooks: [
    { path: '/a/sms', index: 0, parameters: { Body: word } },
    { path: '/a/sms', index: 1, parameters: { Body: again } },
  ],
});

/** See the first line. */
export const OPT_OUT_BEHAVIOURS: readonly TwilioBehaviour[] = [
  stopAndStart('stop', 'F079.1', 'STOP', 'START'),
  stopAndStart('lower-case', 'F079.2', 'stop', 'start'),
  stopAndStart('unsubscribe', 'F079.5', 'UNSUBSCRIBE', 'UNSTOP'),
  {
    id: 'opt-outs/not-stop',
    group: 'opt-outs',
    row: 'F081.1',
    title: '"STOP please" does not opt out',
    // If Twilio takes it for an opt-out, it replies, and START and its reply undo that.
    cost: { segments: 4 },
    steps: [...say('STOP please'), webhooks({ '/a/sms': 1 }), accepted, webhooks({ '/b/sms': 1 })],
  },
];
