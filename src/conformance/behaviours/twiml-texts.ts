// Behaviours of TwiML that answers a text: replies, redirects, actions, and answers that fail.
import type { AppReply, TwilioBehaviour } from '../behaviour.js';
import { post, until, webhooks } from './build.js';

const response = (verbs: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Response>${verbs}</Response>`;

/** Texts the second number, whose app answers, and follows the text: carriers may block it. */
const text = [
  post(
    '/Messages.json',
    { From: '{a}', To: '{b}', Body: 'Hello {tag}' },
    {
      creates: 'Messages',
      save: { sid: 'sid' },
      loose: ['status', 'date_sent'],
    },
  ),
  until('/Messages/{sid}.json', 'status', ['delivered', 'undelivered', 'failed']),
] as const;

/** A reply from the app, which the first number receives. */
function reply(id: string, row: string, title: string, answer: AppReply, body: string): TwilioBehaviour {
  return {
    id: `twiml-texts/${id}`,
    group: 'twiml-texts',
    row,
    title,
    cost: { segments: 2 },
    app: { '/b/sms': answer },
    steps: [...text, webhooks({ '/b/sms': 1, '/a/sms': 1 })],
    webhooks: [{ path: '/a/sms', index: 0, parameters: { Body: body, From: '<B>', To: '<A>' } }],
    order: [['/b/sms received', '/a/sms received']],
  };
}

/** An answer that fails, so that the fallback URL is requested with the reason. */
function failing(id: string, row: string, title: string, answer: AppReply, code: string): TwilioBehaviour {
  return {
    id: `twiml-texts/${id}`,
    group: 'twiml-texts',
    row,
    title: `${title} fails with ${code}, and the fallback is requested`,
    cost: { segments: 1 },
    app: { '/b/sms': answer },
    steps: [...text, webhooks({ '/b/sms': 1, '/b/sms-fallback': 1 })],
    webhooks: [{ path: '/b/sms-fallback', index: 0, parameters: { ErrorCode: code } }],
    order: [['/b/sms received', '/b/sms-fallback received']],
  };
}

const xml = (body: string): AppReply => ({ type: 'text/xml', body });

/** See the first line. */
export const TWIML_TEXT_BEHAVIOURS: readonly TwilioBehaviour[] = [
  reply('message', 'F114.1', '<Message> with a text replies', response('<Message>Hi</Message>'), 'Hi'),
  reply(
    'lines',
    'F114.2',
    '<Message> with a text between lines replies',
    response('<Message>\n  Hi\n</Message>'),
    'Hi',
  ),
  reply(
    'body',
    'F114.3',
    '<Message> with a Body replies',
    response('<Message><Body>Hi</Body></Message>'),
    'Hi',
  ),
  reply(
    'cdata',
    'F114.4',
    '<Message> with CDATA replies',
    response('<Message><![CDATA[Hi & all]]></Message>'),
    'Hi & all',
  ),
  reply(
    'plain',
    'F124.1',
    'an answer of text/plain is sent as a reply',
    { type: 'text/plain', body: 'Hi' },
    'Hi',
  ),
  reply(
    'application-xml',
    'F124.3',
    'TwiML of application/xml is accepted',
    { type: 'application/xml', body: response('<Message>Hi</Message>') },
    'Hi',
  ),
  {
    id: 'twiml-texts/redirect',
    group: 'twiml-texts',
    row: 'F121',
    title: '<Redirect> continues with another document; verbs after it are ignored',
    cost: { segments: 2 },
    app: {
      '/b/sms': response('<Redirect>next</Redirect><Message>no</Message>'),
      '/b/next': response('<Message>Hi</Message>'),
    },
    steps: [...text, webhooks({ '/b/sms': 1, '/b/next': 1, '/a/sms': 1 })],
    webhooks: [{ path: '/a/sms', index: 0, parameters: { Body: 'Hi' } }],
    order: [['/b/sms received', '/b/next received']],
  },
  {
    id: 'twiml-texts/action',
    group: 'twiml-texts',
    row: 'F118',
    title: '<Message> continues with the document of its action',
    cost: { segments: 2 },
    app: { '/b/sms': response('<Message action="next">Hi</Message>') },
    steps: [...text, webhooks({ '/b/sms': 1, '/b/next': 1, '/a/sms': 1 })],
  },
  {
    id: 'twiml-texts/status-callback',
    group: 'twiml-texts',
    row: 'F117',
    title: '<Message> is reported to its statusCallback',
    cost: { segments: 2 },
    app: { '/b/sms': response('<Message statusCallback="told">Hi</Message>') },
    steps: [...text, webhooks({ '/b/sms': 1, '/b/told': 2, '/a/sms': 1 })],
    order: [['/b/told sent', '/b/told delivered']],
  },
  failing(
    'json',
    'F651.30',
    'an answer of application/json',
    { type: 'application/json', body: '{}' },
    '12300',
  ),
  failing('audio', 'F651.31', 'an answer of audio/mpeg', { type: 'audio/mpeg', body: 'x' }, '12300'),
  failing('no-xml', 'F651.32', 'text/xml without XML', xml('Hello'), '12100'),
  failing('unclosed', 'F651.33', 'XML that is not closed', xml('<Response><Message>Hi</Response>'), '12100'),
  failing(
    'line-first',
    'F651.34',
    'a line before the XML declaration',
    xml('\n<?xml version="1.0"?><Response/>'),
    '12100',
  ),
  failing('root', 'F651.35', 'another root element', xml('<Error/>'), '12102'),
  failing('lower-case', 'F651.36', 'a root element in lower case', xml('<response/>'), '12102'),
];
