// Behaviours of requests for texts that Twilio refuses, and of lists of texts. A refused text costs nothing.
import type { TwilioBehaviour, Values } from '../behaviour.js';
import { get, getRefused, postRefused, type SingleRequest, singleRequests } from './build.js';

const MESSAGES = '/Messages.json';
const NOBODY = '0'.repeat(32);
const PICTURE = 'https://example.com/a.jpg';

/** A text from one own number to the other, with other parameters. One without a value is left out. */
function refused(
  changed: Record<string, string | readonly string[] | undefined>,
  code: number,
  status = 400,
) {
  const all = { From: '{a}', To: '{b}', Body: 'Hello {tag}', ...changed };
  const form = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Values;
  return postRefused(MESSAGES, form, status, code, { creates: 'Messages' });
}

const callback = (id: string, row: string, url: string): SingleRequest => [
  id,
  row,
  `a text with the status callback ${url.slice(0, 40)} is refused with 21609`,
  refused({ StatusCallback: url }, 21609),
];

const invalid = (id: string, row: string, name: string, value: string, code = 20422): SingleRequest => [
  id,
  row,
  `a text with ${name}=${value} is refused with ${code}`,
  refused({ [name]: value }, code),
];

const REFUSED: readonly SingleRequest[] = [
  ['no-recipient', 'F039', 'a text without recipient is refused with 21604', refused({ To: '' }, 21604)],
  ['no-sender', 'F040', 'a text without sender is refused with 21603', refused({ From: '' }, 21603)],
  [
    'no-service',
    'F041',
    'a text of a Messaging Service that does not exist is refused with 21701',
    refused({ From: undefined, MessagingServiceSid: `MG${NOBODY}` }, 21701, 404),
  ],
  ['empty-body', 'F042', 'a text with an empty body is refused with 21602', refused({ Body: '' }, 21602)],
  [
    'no-body',
    'F043',
    'a text with neither body nor media is refused with 21619',
    refused({ Body: undefined }, 21619),
  ],
  ['bad-sender', 'F044', 'a text from Relay! is refused with 21212', refused({ From: 'Relay!' }, 21212)],
  [
    'short-code',
    'F344',
    'a text from a short code of somebody else is refused with 21660',
    refused({ From: '12345' }, 21660),
  ],
  [
    'alphanumeric',
    'F346',
    'a text from an alphanumeric sender to the US is refused with 21657',
    refused({ From: 'Relay' }, 21657),
  ],
  [
    'foreign-number',
    'F045',
    'a text from a number outside of Twilio is refused with 21659',
    refused({ From: '+12025551234' }, 21659),
  ],
  [
    'invalid-recipient',
    'F047',
    'a text to an invalid number is refused with 21211',
    refused({ To: '+12223334444' }, 21211),
  ],
  ['word-recipient', 'F048', 'a text to a word is refused with 21211', refused({ To: 'my phone' }, 21211)],
  ['to-itself', 'F050', 'a text to its own sender is refused with 21266', refused({ To: '{a}' }, 21266)],
  [
    'bad-media',
    'F055',
    'a picture without a scheme is refused with 21620',
    refused({ MediaUrl: 'example.com/a.jpg' }, 21620),
  ],
  [
    'eleven-media',
    'F056',
    'eleven pictures are refused with 21623',
    refused({ MediaUrl: Array.from({ length: 11 }, () => PICTURE) }, 21623),
  ],
  [
    'validity-0',
    'F057',
    'a text with a validity period of 0 is refused with 21624',
    refused({ ValidityPeriod: '0' }, 21624),
  ],
  [
    'no-application',
    'F058',
    'a text of a TwiML app that does not exist is refused',
    refused({ ApplicationSid: `AP${NOBODY}` }, 20422),
  ],
  callback('callback-word', 'F052', 'example.com/status'),
  callback('callback-underscore', 'F053', 'https://a_b.example.com/'),
  callback('callback-long', 'F054', `https://example.com/${'x'.repeat(3981)}`),
  callback('callback-localhost', 'F060.1', 'http://localhost:8000/'),
  callback('callback-loopback', 'F060.2', 'http://127.0.0.1/'),
  callback('callback-private', 'F060.3', 'http://192.168.1.2/'),
  callback('callback-ipv6', 'F060.4', 'http://[::1]/'),
  callback('callback-printer', 'F060.5', 'http://printer/'),
  invalid('address-retention', 'F501.1', 'AddressRetention', 'hide', 30030),
  invalid('content-retention', 'F501.2', 'ContentRetention', 'keep', 30029),
  invalid('content-sid', 'F501.3', 'ContentSid', `HX${NOBODY}`, 21655),
  invalid('attempt', 'F502.1', 'Attempt', '0'),
  invalid('force-delivery', 'F502.2', 'ForceDelivery', 'perhaps'),
  invalid('provide-feedback', 'F502.3', 'ProvideFeedback', '1'),
  invalid('risk-check', 'F502.4', 'RiskCheck', 'on'),
  invalid('traffic-type', 'F502.5', 'TrafficType', 'paid'),
];

const badDate = (id: string, row: string, path: string, query: Values): SingleRequest => [
  id,
  row,
  `a list with the date ${Object.entries(query).flat().join('=')} is refused with 20001`,
  getRefused(path, 400, 20001, { query }),
];

const dated = (id: string, row: string, date: string): SingleRequest => [
  id,
  row,
  `texts are listed by the date ${date}`,
  get(MESSAGES, {}, { query: { From: '{a}', To: '{a}', DateSent: date } }),
];

/** See the first line. */
export const MESSAGE_BEHAVIOURS: readonly TwilioBehaviour[] = [
  ...singleRequests('messages', REFUSED, { cost: { segments: 1 } }),
  ...singleRequests(
    'messages',
    [
      [
        'too-long',
        'F051',
        'a text of 1601 characters is refused with 21617',
        refused({ Body: 'x'.repeat(1601) }, 21617),
      ],
    ],
    { cost: { segments: 11 } },
  ),
  ...singleRequests('messages', [
    badDate('date-word', 'F036.1', MESSAGES, { DateSent: 'yesterday' }),
    badDate('date-february', 'F036.2', MESSAGES, { DateSent: '2026-02-30' }),
    badDate('date-month', 'F036.3', MESSAGES, { 'DateSent>': '2026-13-01' }),
    badDate('date-hour', 'F036.4', MESSAGES, { 'DateSent<': '2026-11-21T25:00:00Z' }),
    badDate('date-dots', 'F036.5', MESSAGES, { DateSent: '21.11.2026' }),
    badDate('date-of-calls', 'F036.6', '/Calls.json', { StartTime: 'soon' }),
    badDate('end-of-calls', 'F036.7', '/Calls.json', { 'EndTime<': '1' }),
    badDate('date-of-recordings', 'F036.8', '/Recordings.json', { 'DateCreated>': '-1' }),
    dated('by-year', 'F352.1', '2020'),
    dated('by-month', 'F352.2', '2020-11'),
    dated('by-day', 'F352.3', '2020-11-21'),
  ]),
];
