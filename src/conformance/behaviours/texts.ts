// Behaviours of texts from one own number to the other: statuses, status callbacks, the webhook of the recipient.
import type { Step, TwilioBehaviour, Values } from '../behaviour.js';
import { get, getRefused, post, postRefused, remove, until, webhooks } from './build.js';

const MESSAGES = '/Messages.json';
const CALLBACKS = { StatusCallback: '{app}/status' };
/** Twilio may have sent it before it answers. */
const SENT = { loose: ['status', 'date_sent'] };

const send = (form: Values = {}, more: Parameters<typeof post>[2] = {}): Step =>
  post(
    MESSAGES,
    { From: '{a}', To: '{b}', Body: 'Hello {tag}', ...form },
    {
      creates: 'Messages',
      save: { sid: 'sid' },
      ...SENT,
      ...more,
    },
  );

/**
 * Follows the text to its final status, which says whether carriers blocked it, and then to the number that gets it: a late
 * webhook would be taken for one of the next behaviour.
 */
const delivered: readonly Step[] = [
  until('/Messages/{sid}.json', 'status', ['delivered', 'undelivered', 'failed']),
  webhooks({ '/b/sms': 1 }),
];

const base = { group: 'texts', cost: { segments: 1 } } as const;

const segments = (id: string, row: string, title: string, Body: string, count: number): TwilioBehaviour => ({
  ...base,
  id: `texts/${id}`,
  row,
  title: `a text of ${title} has ${count} ${count === 1 ? 'segment' : 'segments'}`,
  cost: { segments: count },
  steps: [send({ Body }, { body: { num_segments: String(count) } }), ...delivered],
});

/** See the first line. */
export const TEXT_BEHAVIOURS: readonly TwilioBehaviour[] = [
  {
    ...base,
    id: 'texts/sent',
    row: 'F037',
    title: 'a text is queued, and then delivered',
    steps: [
      send({}, { body: { direction: 'outbound-api', num_media: '0', error_code: null } }),
      ...delivered,
    ],
  },
  {
    ...base,
    id: 'texts/status-callbacks',
    row: 'F109',
    title: 'a status callback is sent for each change after the first, signed, with all parameters',
    steps: [send(CALLBACKS), ...delivered, webhooks({ '/status': 2 })],
    webhooks: [
      { path: '/status', index: 0, parameters: { MessageStatus: 'sent' } },
      { path: '/status', index: 1, parameters: { MessageStatus: 'delivered' } },
    ],
    order: [['/status sent', '/status delivered']],
  },
  {
    ...base,
    id: 'texts/inbound-webhook',
    row: 'F064',
    title: 'the number that gets a text sends a signed webhook with all parameters',
    steps: [send(), ...delivered],
    webhooks: [
      {
        path: '/b/sms',
        index: 0,
        parameters: { Body: 'Hello <tag>', From: '<A>', To: '<B>', NumMedia: '0' },
      },
    ],
  },
  {
    ...base,
    id: 'texts/inbound-message',
    row: 'F651.16',
    title: 'a received text is a message of its own',
    steps: [
      send(),
      ...delivered,
      until(MESSAGES, 'messages.0.direction', ['inbound'], {
        query: { From: '{a}', To: '{b}', PageSize: '1' },
        loose: ['next_page_uri', 'messages.0.date_sent'],
      }),
    ],
  },
  {
    ...base,
    id: 'texts/redact-and-delete',
    row: 'F032',
    title: 'a text can be redacted and deleted once it has ended',
    steps: [
      send(),
      ...delivered,
      post('/Messages/{sid}.json', { Body: '' }, { status: 200, body: { body: '' } }),
      remove('/Messages/{sid}.json'),
      getRefused('/Messages/{sid}.json', 404, 20404),
    ],
  },
  {
    ...base,
    id: 'texts/rewrite',
    row: 'F651.15',
    title: 'a text that was sent cannot get another body',
    steps: [send(), ...delivered, postRefused('/Messages/{sid}.json', { Body: 'Other' }, 400, 20422)],
  },
  {
    ...base,
    id: 'texts/feedback',
    row: 'F373',
    title: 'a text takes feedback, confirmed unless it says otherwise',
    steps: [
      send({ ProvideFeedback: 'true' }),
      ...delivered,
      post('/Messages/{sid}/Feedback.json', {}, { status: 200, body: { outcome: 'confirmed' } }),
    ],
  },
  {
    ...base,
    id: 'texts/no-media',
    row: 'F651.17',
    title: 'a text without pictures has an empty list of media',
    steps: [send(), ...delivered, get('/Messages/{sid}/Media.json')],
  },
  {
    ...base,
    id: 'texts/app-callback',
    row: 'F651.18',
    title: "a status callback goes to the TwiML app's URL",
    steps: [
      post(
        '/Applications.json',
        { FriendlyName: '{tag}', MessageStatusCallback: '{app}/of-app' },
        {
          creates: 'Applications',
          save: { application: 'sid' },
        },
      ),
      send({ ApplicationSid: '{application}' }),
      ...delivered,
      webhooks({ '/of-app': 2 }),
    ],
    order: [['/of-app sent', '/of-app delivered']],
  },
  segments('160', 'F090.2', '160 letters', `{tag}${'x'.repeat(147)}`, 1),
  segments('161', 'F090.3', '161 letters', `{tag}${'x'.repeat(148)}`, 2),
  segments('emoji', 'F090.14', '35 emoji and a letter', `{tag}${'📲'.repeat(29)}`, 2),
];
