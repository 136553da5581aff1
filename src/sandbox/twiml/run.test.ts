// Answers texts with TwiML, right and wrong, and sees what is sent and what becomes an alert.
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

describe('Message', () => {
  it.each([
    ['a text', '<Message>Hi &amp; bye</Message>', 'Hi & bye'],
    ['a text between lines', '\n  <Message>\n    Hi\n  </Message>\n', 'Hi'],
    ['a Body', '<Message><Body>Hi</Body></Message>', 'Hi'],
    ['CDATA', '<Message><![CDATA[<Hi>]]></Message>', '<Hi>'],
  ])('with %s answers the phone', async (_name, inside, body) => {
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

  it('can show pictures, also ones beside the document', async () => {
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

  it('goes to and from other numbers, several in order', async () => {
    const inside = `<Message to="${FRIEND}" from="${OTHER}">1</Message><Message to="(212) 555-0191">2</Message>`;
    expect(facts((await text(response(inside))).replies)).toEqual([
      [OTHER, FRIEND, '1'],
      [NUMBER, FRIEND, '2'],
    ]);
  });

  it('is called back about at its statusCallback, which may be relative', async () => {
    const { replies } = await text(response('<Message statusCallback="status">Hi</Message>'));
    await waitForStatus(client, replies[0]?.sid ?? '', 'delivered');
    await expect
      .poll(() => app.formsAt('/dir/status').map(({ MessageStatus }) => MessageStatus))
      .toEqual(['sent', 'delivered']);
  });

  it('goes on with what its action answers', async () => {
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
    ['says nothing', '<Message/>', '14103 error'],
    ['says too much', `<Message>${'x'.repeat(1601)}</Message>`, '14103 error'],
    ['goes nowhere', '<Message to="friend">Hi</Message>', '21211 error'],
    ["comes from somebody else's number", '<Message from="+12025550102">Hi</Message>', '21660 error'],
    ['shows no URL', '<Message><Media>http://</Media></Message>', '21620 error'],
  ])('that %s is an alert, and the next one is sent', async (_name, inside, alert) => {
    const { replies, webhook } = await text(response(`${inside}<Message>Next</Message>`));
    expect(replies.map(({ body }) => body)).toEqual(['Next']);
    expect(webhook?.errorCode).toBeNull();
    expect(await alerts()).toEqual([alert]);
  });

  it('is sent ten times for one text, and no more', async () => {
    const { replies } = await text(response('<Message>Hi</Message>'.repeat(12)));
    expect(replies).toHaveLength(10);
    expect(await alerts()).toEqual(['14109 warning', '14109 warning']);
  });
});

describe('Redirect', () => {
  it('goes on with another document, and what stands behind it is never reached', async () => {
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

  it('that leads in circles comes to an end', async () => {
    await text(response('<Redirect>/dir/sms</Redirect>'));
    expect(app.calls).toHaveLength(20);
    expect(await alerts()).toEqual(['14106 error']);
  });

  it('that leads to an error is an alert, and what was sent before stays sent', async () => {
    const { replies, webhook } = await text({
      '/dir/sms': response('<Message>1</Message><Redirect>/gone</Redirect>'),
      '/gone': { status: 410 },
    });
    expect([replies.length, webhook?.status, await alerts()]).toEqual([1, 200, ['11217 error']]);
  });
});

describe('an answer', () => {
  it.each<[string, AppAnswer, string[]]>([
    ['text/plain', { type: 'text/plain; charset=utf-8', body: 'Hi\n' }, ['Hi']],
    ['text/html', { type: 'text/html', body: '<Response><Message>Hi</Message></Response>' }, ['Hi']],
    [
      'application/xml',
      { type: 'Application/XML', body: '<Response><Message>Hi</Message></Response>' },
      ['Hi'],
    ],
    ['no words', response(''), []],
    ['204', { status: 204 }, []],
  ])('with %s is taken', async (_name, answer, bodies) => {
    const { replies, webhook } = await text(answer);
    expect(replies.map(({ body }) => body)).toEqual(bodies);
    expect([webhook?.errorCode, await alerts()]).toEqual([null, []]);
  });

  it.each<[string, AppAnswer, number]>([
    ['JSON', { type: 'application/json', body: '{}' }, 12300],
    ['no type', { body: '<Response/>' }, 12300],
    ['a sound', { type: 'audio/mpeg', body: 'x' }, 12300],
    ['what is no XML', { type: 'text/xml', body: 'Hello' }, 12100],
    ['XML that does not end', { type: 'text/xml', body: '<Response><Message>Hi</Response>' }, 12100],
    ['a late declaration', { type: 'text/xml', body: '\n<?xml version="1.0"?><Response/>' }, 12101],
    ['another root', { type: 'text/xml', body: '<Error/>' }, 12102],
    ['a root in small letters', { type: 'text/xml', body: '<response/>' }, 12102],
  ])('with %s fails: the fallback is asked, and an alert says why', async (_name, answer, code) => {
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
  });

  it.each([
    ['of another kind', '<Say>Hi</Say>', '14110 warning'],
    ['nobody knows', '<message>Hi</message>', '12200 warning'],
    ['with an attribute nobody knows', '<Message TO="+12125550191">Hi</Message>', '12200 warning'],
    ['with a noun nobody knows', '<Message>Hi<Number/></Message>', '12200 warning'],
    ['that is only text', 'Hi', '12200 warning'],
    ['with a method nobody knows', '<Message method="PUT">Hi</Message>', '12200 warning'],
    ['that leads nowhere', '<Redirect/>', '12200 warning'],
    ['called like what every object has', '<constructor/>', '12200 warning'],
  ])('with a verb %s is a warning, and the rest is done', async (_name, inside, alert) => {
    const { replies, webhook } = await text(response(`${inside}<Message>Next</Message>`));
    expect(replies.at(-1)?.body).toBe('Next');
    expect([webhook?.errorCode, await alerts()]).toEqual([null, [alert]]);
  });

  it('with nothing at all is a warning', async () => {
    const { webhook } = await text({ type: 'text/xml', body: ' ' });
    expect([webhook?.errorCode, await alerts()]).toEqual([null, ['11770 warning']]);
  });
});
