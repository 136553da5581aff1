// Writes stories from recordings: each is readable, and contains no real number or secret.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readStory } from '../read-story.js';
import type { RecordedWebhook } from './recorded-webhook.js';
import { readTwimlContent } from './recorded-webhook.js';
import { writeStory } from './write-story.js';

const MASK = '+12023456789';
const PEOPLE = ['+13014567890', '+14155678901', '+447700900123', '64192', 'GOOGLE'];
const TOKEN = 'q7'.repeat(16);
const SID = `AC${'0a'.repeat(16)}`;
const WORDS = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    ...PEOPLE,
    MASK,
    TOKEN,
    SID,
    '(301) 456-7890',
    '301.456.7890',
    '7890',
    '482913',
    '$5',
    '$Ann',
    '\n',
    '"',
    ': ',
    '- ',
    '#',
  ),
);

const text = fc.array(WORDS, { maxLength: 6 }).map((words) => words.join(' '));
const webhook: fc.Arbitrary<RecordedWebhook> = fc
  .record({
    path: fc.constantFrom('/api/v1/inbound_sms', '/api/v1/inbound_call', '/voice'),
    status: fc.constantFrom(200, 400, null),
    twiml: fc.oneof(
      fc.constantFrom('', '<Response><Dial><Number>+13014567890</Number></Dial></Response>', '<Dial>'),
      text.map((words) => `<Response><Message>${words}</Message><Say>${words}</Say></Response>`),
    ),
    from: fc.constantFrom(...PEOPLE, MASK),
    to: fc.constantFrom(...PEOPLE, MASK),
    more: fc.oneof(
      text.map((Body) => ({ MessageSid: 'SM1', Body, NumMedia: '1' })),
      fc.constantFrom('delivered', 'sent').map((MessageStatus) => ({ MessageSid: 'SM1', MessageStatus })),
      fc
        .constantFrom('ringing', 'completed')
        .map((CallStatus) => ({ CallSid: 'CA1', Direction: 'inbound', CallStatus })),
      fc.constantFrom('1', '#9', 'x').map((Digits) => ({ CallSid: 'CA1', Direction: 'inbound', Digits })),
      text.map((SpeechResult) => ({ CallSid: 'CA1', Direction: 'inbound', SpeechResult })),
    ),
  })
  .map(({ path, status, twiml, from, to, more }) => ({
    path,
    status,
    twiml,
    lacks: twiml.includes('<Dial>') ? ['<Connect>'] : [],
    parameters: { From: from, To: to, ...more } as Record<string, string>,
  }));

describe('a story written from a recording', () => {
  it('is readable, and contains no number or secret of the recording', () => {
    fc.assert(
      fc.property(fc.array(webhook, { maxLength: 12 }), (webhooks) => {
        const story = writeStory({ webhooks, number: MASK, secrets: [TOKEN] });
        if (story === undefined) return;
        expect(readStory(story, 'story.yaml').steps.length).toBeGreaterThan(0);
        for (const secret of [
          MASK,
          ...PEOPLE.slice(0, 3),
          TOKEN,
          SID,
          '456-7890',
          '456.7890',
          '482913',
          '482 913',
        ])
          expect(story).not.toContain(secret);
      }),
      { numRuns: 500 },
    );
  });

  it('expects a reply only once, and what the sandbox lacks, and does not hang up a call that has ended', () => {
    const [, ann = ''] = PEOPLE;
    const told = (more: Record<string, string>, twiml = '', lacks: string[] = []): RecordedWebhook => ({
      path: '/sms',
      status: 200,
      twiml,
      lacks,
      parameters: { From: ann, To: MASK, ...more },
    });
    const webhooks = [
      told({ MessageSid: 'SM1', Body: 'Hi' }, '<Response><Message>Hello</Message></Response>'),
      {
        ...told({ MessageStatus: 'delivered' }),
        parameters: { From: MASK, To: ann, MessageStatus: 'delivered' },
      },
      told(
        { CallSid: 'CA1', Direction: 'inbound', CallStatus: 'ringing' },
        '<Response><Say>Bye</Say><Connect/></Response>',
        ['<Connect>'],
      ),
      told({ CallSid: 'CA1', Direction: 'inbound', CallStatus: 'completed' }),
    ];
    const story = readStory(writeStory({ webhooks, number: MASK, secrets: [] }) ?? '', 'story.yaml');
    expect(story.steps.map(({ kind }) => kind)).toEqual([
      'text',
      'expect webhook',
      'expect text',
      'call',
      'expect webhook',
      'expect heard',
      'expect unsupported',
    ]);
  });
});

describe('reading a TwiML document', () => {
  it.each([
    ['<Message to="+1">x</Message><Sms>a &amp; b&#33;</Sms>', { texts: ['a & b!'] }],
    ['<Message><Body><![CDATA[<3]]></Body><Media>http://x</Media></Message>', { texts: ['<3'] }],
    // Whoever presses a key never hears what is behind.
    ['<Gather><Say voice="a">One</Say></Gather><Say>Two</Say><Dial>+12</Dial>', { said: ['One'] }],
    ['<Gather/><Say>Two</Say>', {}],
    ['<Say>One</Say><Dial>+12</Dial><Say>Two</Say>', { said: ['One'], callees: ['+12'] }],
    ['<Redirect>/next</Redirect><Say>Two</Say>', {}],
    [
      '<Dial>+12</Dial><Dial><Number>+13</Number><Number>+14</Number></Dial>',
      { callees: ['+12', '+13', '+14'] },
    ],
    ['{"no": "TwiML"}', {}],
  ])('returns what %s says', (twiml, said) => {
    expect(readTwimlContent(twiml)).toEqual({ texts: [], said: [], callees: [], ...said });
  });
});

it.each(['<Say>', '<Say></Dial>', '<Message><Body>', '<Dial><Number>', '<Say><![CDATA['])(
  'reads 256 KB of %s as TwiML that says nothing',
  (piece) => {
    const twiml = piece.repeat(Math.ceil((256 * 1024) / piece.length));
    expect(readTwimlContent(twiml)).toEqual({ texts: [], said: [], callees: [] });
  },
);

it('reads texts, words and callees of TwiML, with entities, CDATA and comments', () => {
  const twiml = `<Response><!-- <Say>no</Say> --><Say voice="x">Tom &amp; <![CDATA[<Ann> &amp;]]></Say><Say/>
    <Message>Hi &#x1F4F2;<Media>https://example.com/a.png</Media></Message><Message to="+1">no</Message>
    <Message><Body>Body &lt;1&gt;</Body><Media>x</Media></Message><Sms>Old</Sms>
    <Dial> +12125550190 </Dial><Dial><Number url="/w">+13055550191</Number><Number>+1</Number></Dial></Response>`;
  expect(readTwimlContent(twiml)).toEqual({
    texts: ['Hi 📲', 'Body <1>', 'Old'],
    said: ['Tom & <Ann> &amp;'],
    callees: ['+12125550190', '+13055550191', '+1'],
  });
});
