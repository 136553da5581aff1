// Messaging TwiML, valid and invalid: the replies that it sends, and the alerts.
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient, waitForStatus } from '../../../test/support/sandbox-client.js';
import { type AppAnswer, startApp, twiml, type WebhookApp } from '../../../test/support/webhook-app.js';
import { createSandbox, type Sandbox } from '../create.js';

const NUMBER = '+12025550100';
const OTHER = '+12025550101';
const PHONE = '+12125550190';
const FRIEND = '+12125550191';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;
let app: WebhookApp;

beforeEach(async () => {
  sandbox = await createSandbox();
  client = createSandboxClient(sandbox);
  app = await startApp(sandbox.authToken);
  await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER, smsUrl: `${app.origin}/dir/sms` });
  await client.incomingPhoneNumbers.create({ phoneNumber: OTHER });
});
afterEach(async () => {
  await sandbox.close();
  await app.close();
});

/** Texts the number, whose app answers each path with one of these. */
async function text(answers: Readonly<Record<string, AppAnswer>> | AppAnswer) {
  const byPath = answers as Readonly<Record<string, AppAnswer>>;
  app.answer(({ path }) => byPath[path] ?? (answers as AppAnswer));
  return sandbox.phone(PHONE).text(NUMBER, 'Hello');
}

const response = (inside: string) =>
  twiml(`<?xml version="1.0" encoding="UTF-8"?>\n<Response>${inside}</Response>`);
const alerts = async () =>
  (await client.monitor.v1.alerts.list()).map(({ errorCode, logLevel }) => `${errorCode} ${logLevel}`);
const facts = (
  replies: readonly { from: string; to: string; body: string; mediaUrls: readonly string[] }[],
) => replies.map(({ from, to, body, mediaUrls }) => [from, to, body, ...mediaUrls]);

describe('what is missing for a text', () => {
  it('is named: <Sms> is a verb of Twilio, and the sandbox lacks it [S F560]', async () => {
    const { replies, traceId } = await text(response('<Sms>Hi</Sms><Message>Hello</Message>'));
    expect(replies.map(({ body }) => body)).toEqual(['Hello']);
    expect(sandbox.events({ kind: 'unsupported' })).toMatchObject([
      { what: 'verb', name: '<Sms>', host: null, traceId, cause: expect.any(Number) },
    ]);
    expect(sandbox.trace(traceId)?.sentence).toContain('; not in the sandbox: <Sms>');
    expect(await alerts()).toEqual([]);
  });

  it.each([
    ['<Say>Hi</Say>', '14110 warning'],
    ['<Reply>Hi</Reply>', '12200 warning'],
    ['<Message><Text>Hi</Text></Message>', '12200 warning'],
    ['<Message sender="1">Hi</Message>', '12200 warning'],
    ['<Message><Media type="image/png">/a.png</Media></Message>', '12200 warning'],
    ['<Sms sender="1">Hi</Sms>', '12200 warning'],
  ])('is not what Twilio does not have either: %s has the alert %s [S F561]', async (inside, alert) => {
    await text(response(inside));
    expect(await alerts()).toContain(alert);
    expect(sandbox.events({ kind: 'unsupported' })).toHaveLength(inside.startsWith('<Sms') ? 1 : 0);
  });
});

describe('<Message>', () => {
  it.each([
    ['a text', '<Message>Hi &amp; bye</Message>', 'Hi & bye'],
    ['a text between lines', '\n  <Message>\n    Hi\n  </Message>\n', 'Hi'],
    ['a Body', '<Message><Body>Hi</Body></Message>', 'Hi'],
    ['CDATA', '<Message><![CDATA[<Hi>]]></Message>', '<Hi>'],
  ])('with %s replies to the phone [S F114]', async (_name, inside, body) => {
    const { replies } = await text(response(inside));
    expect(facts(replies)).toEqual([[NUMBER, PHONE, body]]);
    const sent = await waitForStatus(client, replies[0]?.sid ?? '', 'delivered');
    expect(sent).toMatchObject({
      direction: 'outbound-reply',
      from: NUMBER,
      to: PHONE,
      body,
      price: '-0.00830',
    });
    expect(sandbox.phone(PHONE).texts()).toMatchObject([{ sid: sent.sid, body }]);
    expect(await alerts()).toEqual([]);
  });

  it('can have media, with URLs relative to the document [S F115]', async () => {
    const inside = `<Message><Body>See</Body><Media>../a.jpg</Media><Media>${app.origin}/b.gif</Media></Message>`;
    const { replies } = await text({
      '/dir/sms': response(inside),
      '/a.jpg': { type: 'image/jpeg', body: 'a' },
      '/b.gif': { type: 'image/gif', body: 'b' },
    });
    const mediaUrls = [`${app.origin}/a.jpg`, `${app.origin}/b.gif`];
    expect(replies).toMatchObject([{ sid: expect.stringMatching(/^MM/), body: 'See', mediaUrls }]);
    await waitForStatus(client, replies[0]?.sid ?? '', 'delivered');
    expect(sandbox.phone(PHONE).texts()).toMatchObject([{ mediaUrls }]);
    expect(await client.messages(replies[0]?.sid ?? '').media.list()).toHaveLength(2);
  });

  it('can name other numbers; several are sent in order [S F116]', async () => {
    const inside = `<Message to="${FRIEND}" from="${OTHER}">1</Message><Message to="(212) 555-0191">2</Message>`;
    expect(facts((await text(response(inside))).replies)).toEqual([
      [OTHER, FRIEND, '1'],
      [NUMBER, FRIEND, '2'],
    ]);
  });

  it('is reported to its statusCallback, which may be relative [U F117]', async () => {
    const { replies } = await text(response('<Message statusCallback="status">Hi</Message>'));
    await waitForStatus(client, replies[0]?.sid ?? '', 'delivered');
    await expect
      .poll(() => app.formsAt('/dir/status').map(({ MessageStatus }) => MessageStatus))
      .toEqual(['sent', 'delivered']);
  });

  it('continues with the document of its action [S F118]', async () => {
    const { replies } = await text({
      '/dir/sms': response('<Message action="/next">1</Message><Message>never</Message>'),
      '/next': response('<Message>2</Message>'),
    });
    expect(replies.map(({ body }) => body)).toEqual(['1', '2']);
    expect(app.formsAt('/next')).toMatchObject([
      { MessageStatus: 'queued', MessageSid: replies[0]?.sid, From: PHONE, Body: 'Hello' },
    ]);
    expect(app.calls.every(({ signed }) => signed)).toBe(true);
  });

  it.each([
    ['is empty', '<Message/>', '14103 error'],
    ['is too long', `<Message>${'x'.repeat(1601)}</Message>`, '14103 error'],
    ['has an invalid number', '<Message to="friend">Hi</Message>', '14101 error'],
    ["comes from somebody else's number", '<Message from="+12025550102">Hi</Message>', '14102 error'],
    ['has media without a URL', '<Message><Media>http://</Media></Message>', '21620 error'],
  ])('that %s becomes an alert, and the next one is sent [U F119]', async (_name, inside, alert) => {
    const { replies, webhook } = await text(response(`${inside}<Message>Next</Message>`));
    expect(replies.map(({ body }) => body)).toEqual(['Next']);
    expect(webhook?.errorCode).toBeNull();
    expect(await alerts()).toEqual([alert]);
  });

  it('is sent at most ten times for one text [U F120]', async () => {
    const { replies } = await text(response('<Message>Hi</Message>'.repeat(12)));
    expect(replies).toHaveLength(10);
    expect(await alerts()).toEqual(['14109 warning', '14109 warning']);
  });
});

describe('<Redirect>', () => {
  it('continues with another document; verbs after it are ignored [S F121]', async () => {
    app.answer(({ method }) =>
      method === 'POST'
        ? response('<Message>1</Message><Redirect method="get">other?a=b</Redirect><Message>never</Message>')
        : response('<Message>2</Message>'),
    );
    const { replies } = await sandbox.phone(PHONE).text(NUMBER, 'Hello');
    expect(replies.map(({ body }) => body)).toEqual(['1', '2']);
    expect(app.calls[1]).toMatchObject({
      path: expect.stringMatching(/^\/dir\/other\?a=b&.*Body=Hello/),
      signed: true,
    });
  });

  it('that leads in a circle is stopped [U F122]', async () => {
    await text(response('<Redirect>/dir/sms</Redirect>'));
    expect(app.calls).toHaveLength(20);
    expect(await alerts()).toEqual(['14106 error']);
  });

  it('that leads to an error becomes an alert; replies before it stay sent [S F123]', async () => {
    const { replies, webhook } = await text({
      '/dir/sms': response('<Message>1</Message><Redirect>/gone</Redirect>'),
      '/gone': { status: 410 },
    });
    expect([replies.length, webhook?.status, await alerts()]).toEqual([1, 200, ['11217 error']]);
  });
});

describe('the answer to an inbound text', () => {
  it.each<[string, AppAnswer, string[]]>([
    ['text/plain', { type: 'text/plain; charset=utf-8', body: 'Hi\n' }, ['Hi']],
    ['text/html', { type: 'text/html', body: '<Response><Message>Hi</Message></Response>' }, ['Hi']],
    [
      'application/xml',
      { type: 'Application/XML', body: '<Response><Message>Hi</Message></Response>' },
      ['Hi'],
    ],
    ['no words', response(''), []],
  ])('with %s is accepted [S F124]', async (_name, answer, bodies) => {
    const { replies, webhook } = await text(answer);
    expect(replies.map(({ body }) => body)).toEqual(bodies);
    expect([webhook?.errorCode, await alerts()]).toEqual([null, []]);
  });

  it('with 204 is accepted [U F125]', async () => {
    const { replies, webhook } = await text({ status: 204 });
    expect([replies, webhook?.errorCode, await alerts()]).toEqual([[], null, []]);
  });

  it.each<[AppAnswer, number, string]>([
    [{ type: 'application/json', body: '{}' }, 12300, 'S'],
    [{ body: '<Response/>' }, 12300, 'U'],
    [{ type: 'audio/mpeg', body: 'x' }, 12300, 'S'],
    [{ type: 'text/xml', body: 'Hello' }, 12100, 'S'],
    [{ type: 'text/xml', body: '<Response><Message>Hi</Response>' }, 12100, 'S'],
    [{ type: 'text/xml', body: '\n<?xml version="1.0"?><Response/>' }, 12100, 'S'],
    [{ type: 'text/xml', body: '<Error/>' }, 12102, 'S'],
    [{ type: 'text/xml', body: '<response/>' }, 12102, 'U'],
    [{ type: 'text/xml', body: ' <?xml version="1.0"?><Response/>' }, 12100, 'S'],
    [{ type: 'text/xml', body: '\r\n\r\n<?xml version="1.0" encoding="UTF-8"?><Response/>' }, 12100, 'S'],
    [{ type: 'text/xml', body: '<?xml version="2.0"?><Response/>' }, 12101, 'U'],
    [{ type: 'text/xml', body: '<Response version="2099-01-01"/>' }, 12101, 'S'],
    [{ type: 'text/xml; charset=nonsense', body: '<Response/>' }, 12100, 'U'],
    [{ type: 'text/xml', body: '<?xml version="1.0" encoding="nonsense"?><Response/>' }, 12100, 'U'],
  ])(
    '%j fails with %i: the fallback is requested, and an alert has the reason [%s F126]',
    async (answer, code) => {
      const [number] = await client.incomingPhoneNumbers.list({ phoneNumber: NUMBER });
      const smsFallbackUrl = `${app.origin}/fallback`;
      await client.incomingPhoneNumbers(number?.sid ?? '').update({ smsFallbackUrl });
      const { webhook, replies } = await text({
        '/dir/sms': answer,
        '/fallback': response('<Message>Sorry</Message>'),
      });
      expect(app.formsAt('/fallback')).toMatchObject([
        { ErrorCode: String(code), ErrorUrl: `${app.origin}/dir/sms` },
      ]);
      expect([webhook?.errorCode, replies.length, await alerts()]).toEqual([null, 1, [`${code} error`]]);
    },
  );

  it.each([
    ['<Say>Hi</Say>', '14110 warning', 'S'],
    ['<message>Hi</message>', '12200 warning', 'S'],
    ['<Message TO="+12125550191">Hi</Message>', '12200 warning', 'S'],
    ['<Message>Hi<Number/></Message>', '12200 warning', 'S'],
    ['Hi', '12200 warning', 'U'],
    ['<Message method="PUT">Hi</Message>', '14104 warning', 'S'],
    ['<Redirect/>', '12200 warning', 'U'],
    ['<constructor/>', '12200 warning', 'S'],
  ])('with %s beside its verbs causes a %s, and the verbs are run [%s F127]', async (inside, alert) => {
    const { replies, webhook } = await text(response(`${inside}<Message>Next</Message>`));
    expect(replies.at(-1)?.body).toBe('Next');
    expect([webhook?.errorCode, await alerts()]).toEqual([null, [alert]]);
  });

  it('adds an event for each verb that was not run, with its cause', async () => {
    const { traceId } = await text(response('<Say>Hi</Say><Message to="+1">Hi</Message>'));
    const events = sandbox.events({ traceId });
    const idOf = (kind: string) => events.find((event) => event.kind === kind)?.id;
    const url = `${app.origin}/dir/sms`;
    expect(events.filter(({ kind }) => kind === 'twiml.alert')).toMatchObject([
      { cause: idOf('webhook.sent'), url, logLevel: 'warning', errorCode: 14110 },
      { cause: idOf('twiml.run'), url, logLevel: 'error', errorCode: 14101 },
    ]);
  });

  it.each([
    ['by its Content-Type', 'text/xml; charset=ISO-8859-1', '', 'latin1'],
    ['by its Content-Type in quotes', 'application/xml; charset="iso-8859-1"', '', 'latin1'],
    ['by its XML declaration', 'text/xml', '<?xml version="1.0" encoding="ISO-8859-1"?>', 'latin1'],
    [
      'by its Content-Type before its declaration',
      'text/xml; charset=ISO-8859-1',
      '<?xml version="1.0" encoding="UTF-8"?>',
      'latin1',
    ],
    ['as UTF-8 without a charset', 'text/xml', '', 'utf8'],
    [
      'as UTF-16 with a byte order mark',
      'text/xml',
      '\uFEFF<?xml version="1.0" encoding="UTF-16"?>',
      'utf16le',
    ],
  ] as const)('is decoded %s [U F391]', async (_name, type, declaration, encoding) => {
    const body = Buffer.from(`${declaration}<Response><Message>Grüße</Message></Response>`, encoding);
    const { replies, webhook } = await text({ type, body });
    expect([webhook?.failure, replies.map((reply) => reply.body)]).toEqual([null, ['Grüße']]);
  });

  it.each([
    ['windows-1252', 'text/xml; charset=windows-1252', [0x80, 0x93, 0x9f], '€“Ÿ'],
    ['cp1252', 'text/xml; charset=CP1252', [0x85, 0xe9], '…é'],
    ['ISO-8859-15', 'text/xml; charset=iso-8859-15', [0xa4], '€'],
    ['Shift_JIS', 'text/xml; charset=Shift_JIS', [0x93, 0xfa], '日'],
    ['a charset of another parameter', 'text/xml; x=1; charset = koi8-r', [0xf0], 'П'],
  ] as const)('has the characters of %s [U F641]', async (_name, type, bytes, character) => {
    const [start, end] = ['<Response><Message>', '</Message></Response>'].map((tag) => Buffer.from(tag));
    const body = Buffer.concat([start as Buffer, Buffer.from(bytes), end as Buffer]);
    expect((await text({ type, body })).replies.map((reply) => reply.body)).toEqual([character]);
  });

  const UTF_16 = '<?xml version="1.0" encoding="UTF-16"?><Response><Message>Grüße</Message></Response>';
  it.each([
    ['big-endian with a mark', 'text/xml; charset=utf-16', `\uFEFF${UTF_16}`, true],
    ['big-endian with a mark, whatever the header says', 'text/xml; charset=utf-8', `\uFEFF${UTF_16}`, true],
    ['little-endian with a mark', 'text/xml; charset=utf-16', `\uFEFF${UTF_16}`, false],
    ['big-endian without a mark', 'text/xml', UTF_16, true],
    ['little-endian without a mark', 'text/xml', UTF_16, false],
    ['little-endian without a mark, with a header', 'text/xml; charset=UTF-16', UTF_16, false],
  ] as const)('in UTF-16 is read %s [U F642]', async (_name, type, document, isBigEndian) => {
    const body = Buffer.from(document, 'utf16le');
    const { replies } = await text({ type, body: isBigEndian ? body.swap16() : body });
    expect(replies.map((reply) => reply.body)).toEqual(['Grüße']);
  });

  it.each([
    ['UTF-8', 'text/xml', 'latin1', '', 'it has bytes that are not utf-8'],
    ['ASCII', 'text/xml; charset=us-ascii', 'utf8', '', 'it has bytes that are not us-ascii'],
    ['UTF-16 of .NET', 'text/xml', 'utf8', '<?xml version="1.0" encoding="utf-16"?>', 'it is not utf-16'],
  ] as const)(
    'that is not the %s it should be fails with 12100 [S F643]',
    async (_name, type, encoding, before, fault) => {
      const document = `${before}<Response><Message>Grüße</Message></Response>`;
      const { webhook } = await text({ type, body: Buffer.from(document, encoding) });
      expect(webhook).toMatchObject({ errorCode: 12100, failure: `Document parse failure: ${fault}` });
    },
  );

  it.each([
    [{ 'content-encoding': 'br' }, 'its Content-Encoding is br, and Twilio asks for gzip only'],
    [{ 'content-encoding': 'gzip, br' }, 'its Content-Encoding is gzip, br, and Twilio asks for gzip only'],
    [{}, 'it is gzip, without a Content-Encoding that says so'],
  ])('compressed as %j says fails with 12100, and says why [U F693]', async (headers, fault) => {
    const { webhook } = await text({ type: 'text/xml', body: gzipSync('<Response/>'), headers });
    expect(webhook).toMatchObject({ errorCode: 12100, failure: `Document parse failure: ${fault}` });
  });

  it.each([
    ['a second byte order mark', '\uFEFF\uFEFF'],
    ['a no-break space', '\u00a0'],
    ['a zero-width space', '\u200b'],
  ])('with %s before it fails with 12100 [S F640]', async (_name, before) => {
    const { webhook } = await text({ type: 'text/xml', body: `${before}<Response/>` });
    expect(webhook).toMatchObject({ errorCode: 12100 });
  });

  it('that is malformed fails with the line and column of the fault [S F392]', async () => {
    const { webhook, alerts: found } = await text({
      type: 'text/xml',
      body: '<Response>\n  <Message>Hi</message>\n</Response>',
    });
    expect(webhook?.failure).toBe(
      'Document parse failure: line 2, column 14: </message> does not close <Message> of line 2',
    );
    expect(found).toMatchObject([{ errorCode: 12100, line: 2, column: 14 }]);
    const [alert] = await client.monitor.v1.alerts.list();
    expect(new URLSearchParams(alert?.alertText).get('lineNumber')).toBe('2');
    expect(new URLSearchParams(alert?.alertText).get('columnNumber')).toBe('14');
  });

  it('has its warnings, with line and column, in the result of the text [S F393]', async () => {
    const { alerts: found, messageSid } = await text({
      type: 'text/xml',
      body: '<Response>\n  <Message colour="red">Hi</Message>\n  <Say>No</Say></Response>',
    });
    const url = `${app.origin}/dir/sms`;
    const warning = { logLevel: 'warning', resourceSid: messageSid, url };
    expect(found).toMatchObject([
      {
        ...warning,
        errorCode: 12200,
        message: 'Schema validation: <Message> has no attribute colour',
        line: 2,
        column: 3,
      },
      { ...warning, errorCode: 14110, line: 3, column: 3 },
    ]);
    expect(sandbox.alerts()).toEqual(found);
    expect(sandbox.events({ kind: 'twiml.alert' })).toMatchObject([
      { line: 2, column: 3 },
      { line: 3, column: 3 },
    ]);
    const [, schema] = await client.monitor.v1.alerts.list();
    expect(Object.fromEntries(new URLSearchParams(schema?.alertText))).toMatchObject({
      Msg: 'XML Validation warning',
      parserMessage: 'Schema validation: <Message> has no attribute colour',
      lineNumber: '2',
      columnNumber: '3',
    });
  });

  it('without a body causes a warning [S F128]', async () => {
    const { webhook } = await text({ type: 'text/xml', body: ' ' });
    expect([webhook?.errorCode, await alerts()]).toEqual([null, ['11770 warning']]);
  });
});
