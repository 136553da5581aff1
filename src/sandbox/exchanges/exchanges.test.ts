// Tests the exchanges of a sandbox: what is recorded and shown, how much is kept, and replays.
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { DEADLINE } from '../../../test/support/deadline.js';
import { createSandboxClient, waitForStatus } from '../../../test/support/sandbox-client.js';
import { startApp, twiml, type WebhookApp } from '../../../test/support/webhook-app.js';
import { createControlClient } from '../control/client.js';
import { createSandbox, type Sandbox } from '../create.js';
import { createExchangeLog, type RestExchange } from './exchange-log.js';
import { createExchangeView } from './view.js';

const [MASK, CONTACT, OWNER] = ['+12025550123', '+13015550195', '+12125550190'];

let sandbox: Sandbox;
let app: WebhookApp;
let client: ReturnType<typeof createSandboxClient>;

beforeEach(async () => {
  sandbox = await createSandbox();
  app = await startApp(sandbox.authToken);
  client = createSandboxClient(sandbox);
  onTestFinished(async () => {
    await sandbox.close();
    await app.close();
  });
  await client.incomingPhoneNumbers.create({ phoneNumber: MASK, smsUrl: `${app.origin}/sms?a=b%20c` });
});

/** Returns the exchange of the only webhook. */
function findWebhook() {
  const [webhook] = sandbox.exchanges({ direction: 'webhook' });
  if (!webhook) throw new Error('there is no webhook');
  return webhook;
}

describe('the exchanges', () => {
  it('show a webhook in the form that the gateway uses', async () => {
    app.answer(() => twiml('<Response><Message>Hello</Message></Response>'));
    const { traceId, messageSid } = await sandbox.phone(CONTACT).text(MASK, 'Hi');
    const began = sandbox.events({ kind: 'webhook.began', traceId })[0];
    const webhook = findWebhook();
    expect(webhook).toMatchObject({
      direction: 'webhook',
      traceId,
      eventId: began?.id,
      kind: 'inbound-text',
      attempt: 1,
      method: 'POST',
      target: '/sms?a=b%20c',
      status: 200,
      sids: { MessageSid: messageSid, AccountSid: sandbox.accountSid },
      from: CONTACT,
      to: MASK,
      verdict: { result: 'valid', reasons: [], token: null },
      error: null,
      refusal: null,
      app: app.origin,
      publicBase: app.origin,
      replayOf: null,
      findings: [],
    });
    expect(webhook.verdict.signedUrl).toBe(`${app.origin}/sms?a=b%20c`);
    expect(webhook.verdict.computedUrl).toBe(webhook.verdict.signedUrl);
    const whole = await sandbox.exchange(webhook.id);
    expect(whole?.request.parameters).toMatchObject({ Body: 'Hi', From: CONTACT });
    expect(whole?.answer.body).toBe('<Response><Message>Hello</Message></Response>');
  });

  it('show a REST request with the SIDs of its path, its form and the resource that it created', async () => {
    const { sid } = await client.messages.create({ from: MASK, to: OWNER, body: 'Hello' });
    await client.messages.create({ from: MASK, to: OWNER, body: 'A longer text' });
    await client.messages(sid).fetch();
    await waitForStatus(client, sid, 'delivered');
    const about = sandbox.exchanges({ sid, direction: 'rest' }).toReversed();
    expect(about.slice(0, 2)).toMatchObject([
      { kind: 'rest', method: 'POST', status: 201, from: MASK, to: OWNER, sids: { Sid: sid }, error: null },
      { kind: 'rest', method: 'GET', status: 200, sids: { AccountSid: sandbox.accountSid, MessageSid: sid } },
    ]);
    expect(about[0]).toMatchObject({ app: sandbox.origin, verdict: { result: 'unsigned', reasons: [] } });
    const created = sandbox.exchanges({ direction: 'rest', status: '201', limit: 2 });
    for (const { id } of created) {
      const { headers, body } = (await sandbox.exchange(id))?.request ?? { headers: [], body: '' };
      const length = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
      expect(length).toBe(String(body.length));
    }
    const event = sandbox.events({ kind: 'request.in' }).find(({ id }) => id === about[0]?.eventId);
    expect(event).toMatchObject({ exchangeId: about[0]?.id, traceId: about[0]?.traceId });
    expect(sandbox.exchanges({ failed: true })).toEqual([]);
  });

  it('are filtered, and listed by pages', async () => {
    await sandbox.phone(CONTACT).text(MASK, 'Hi');
    await client.balance.fetch();
    await client
      .messages('SM00000000000000000000000000000000')
      .fetch()
      .catch(() => undefined);
    const all = sandbox.exchanges();
    expect(all.map(({ id }) => id)).toEqual(all.map(({ id }) => id).toSorted((a, b) => b - a));
    const ids = (filter: Parameters<Sandbox['exchanges']>[0]) =>
      sandbox.exchanges(filter).map(({ id }) => id);
    const [, balance = 0] = ids({});
    expect(ids({ path: 'Balance' })).toEqual([balance]);
    expect(ids({ status: '4xx' })).toEqual([all[0]?.id]);
    expect(ids({ failed: true })).toEqual([all[0]?.id]);
    expect(ids({ number: CONTACT })).toEqual([findWebhook().id]);
    expect(ids({ trace: findWebhook().traceId ?? '' })).toEqual([findWebhook().id]);
    expect([...ids({ limit: 2 }), ...ids({ before: balance, limit: 100 })]).toEqual(all.map(({ id }) => id));
    const control = createControlClient(sandbox);
    expect(await control.exchanges({ status: '4xx', failed: true })).toEqual([all[0]]);
    expect(await control.exchanges({ before: balance })).toEqual(sandbox.exchanges({ before: balance }));
    expect(await control.exchange(balance)).toEqual(await sandbox.exchange(balance));
  });

  it.each(['drop', 'hang'] as const)('show a request that an injected fault lets %s', async (answer) => {
    const fault = sandbox.fail({ path: 'Messages', times: 1, answer });
    const ending = new AbortController();
    const sent = fetch(`${sandbox.origin}/2010-04-01/Accounts/${sandbox.accountSid}/Messages.json`, {
      method: 'POST',
      headers: { Authorization: `Basic ${btoa(`${sandbox.accountSid}:${sandbox.authToken}`)}` },
      body: new URLSearchParams({ From: MASK, To: OWNER, Body: 'Hello' }),
      signal: ending.signal,
    }).catch(() => undefined);
    await fault.reached;
    ending.abort();
    await sent;
    const [exchange] = sandbox.exchanges({ failed: true });
    const [hit] = sandbox.events({ kind: 'fault.hit' });
    expect(exchange).toMatchObject({
      status: null,
      error: `got no answer: the injected fault ${fault.id} lets it ${answer}`,
      eventId: hit?.id,
      traceId: hit?.traceId,
      from: MASK,
    });
  });

  it('show why an app failed', async () => {
    app.answer(() => 'drop');
    await sandbox.phone(CONTACT).text(MASK, 'Hi');
    const [webhook] = sandbox.exchanges({ direction: 'webhook', failed: true });
    expect(webhook).toMatchObject({ status: null, attempt: 1 });
    expect(webhook?.error).toMatch(/^gave no complete answer: .*\(\d{5}\)$/);
    app.answer(() => ({ status: 500, body: 'no' }));
    await sandbox.phone(CONTACT).text(MASK, 'Hi');
    expect(findWebhook()).toMatchObject({
      status: 500,
      error: 'gave an answer that fails: HTTP error response code 500 (11217)',
    });
  });

  it('show a compressed answer decoded', async () => {
    const { gzipSync } = await import('node:zlib');
    app.answer(() => ({
      type: 'text/xml',
      headers: { 'Content-Encoding': 'gzip' },
      body: gzipSync('<Response/>'),
    }));
    await sandbox.phone(CONTACT).text(MASK, 'Hi');
    const whole = await sandbox.exchange(findWebhook().id);
    expect(whole?.answer).toMatchObject({ body: '<Response/>', undecoded: null, isCut: false });
  });
});

describe('a long body', () => {
  const rest = (id: number, answerBody = ''): RestExchange => ({
    direction: 'rest',
    id,
    at: 0,
    durationMs: 1,
    trace: { traceId: 't', cause: null },
    method: 'GET',
    requestHeaders: [],
    requestBody: '',
    isRequestCut: false,
    status: 200,
    answerHeaders: [],
    answerBody,
    isAnswerCut: false,
    error: null,
    target: '/',
    remote: '',
  });
  const show = (log: ReturnType<typeof createExchangeLog>) =>
    createExchangeView({ log, secrets: ['secret-value'], origin: () => 'http://localhost', sign: () => '' });

  it('is shown up to 256 KB, with no part of a secret at the cut', async () => {
    const log = createExchangeLog(2000);
    const limit = 256 * 1024;
    log.add(rest(1, 'x'.repeat(limit)));
    log.add(rest(2, `${'x'.repeat(limit - 6)}secret-value`));
    const [one, two] = [await show(log).find(1), await show(log).find(2)];
    expect([one?.answer.body.length, one?.answer.isCut]).toEqual([limit, false]);
    expect([two?.answer.body.length, two?.answer.isCut]).toEqual([limit, true]);
    expect(two?.answer.body.slice(-7)).toBe('x(hidde');
  });
});

describe('replay', () => {
  it('sends a webhook again, signed for the app, without running the TwiML of the answer', async () => {
    app.answer(() => twiml('<Response><Message>Hello</Message></Response>'));
    const { traceId } = await sandbox.phone(CONTACT).text(MASK, 'Hi');
    await sandbox.whenQuiet(traceId);
    const recorded = findWebhook();
    const { exchange, difference } = await sandbox.replay(recorded.id);
    await sandbox.whenQuiet(exchange.traceId ?? '');
    expect(app.calls.map(({ signed, path, form }) => [signed, path, form.Body])).toEqual([
      [true, '/sms?a=b%20c', 'Hi'],
      [true, '/sms?a=b%20c', 'Hi'],
    ]);
    const tokens = app.calls.map(({ headers }) => headers['i-twilio-idempotency-token']);
    expect(tokens[0]).toBe(tokens[1]);
    expect(difference).toEqual({ status: null, headers: [], body: false });
    expect(exchange).toMatchObject({
      kind: 'inbound-text',
      status: 200,
      replayOf: recorded.id,
      remote: 'replay',
      verdict: { result: 'valid' },
    });
    expect(exchange.traceId).not.toBe(recorded.traceId);
    const events = sandbox.events({ traceId: exchange.traceId ?? '' });
    expect(events).toMatchObject([
      { kind: 'webhook.began', cause: null, replayOf: recorded.id, exchangeId: exchange.id },
      { kind: 'webhook.sent', cause: exchange.eventId, replayOf: recorded.id, verdict: 'accepted' },
    ]);
    expect(sandbox.phone(CONTACT).texts()).toHaveLength(1);
    expect(findWebhook().id).toBe(exchange.id);
  });

  it('signs an edited webhook anew, with another idempotency token', async () => {
    await sandbox.phone(CONTACT).text(MASK, 'Hi');
    const { id } = findWebhook();
    app.answer(({ form }) => twiml(`<Response><Message>${form.Body}</Message></Response>`));
    const { exchange, difference } = await sandbox.replay(id, {
      parameters: { Body: 'Hällo & more', NumMedia: null, Extra: '1' },
      path: '/other?x=1',
      headers: { 'X-Extra': 'yes', 'User-Agent': null },
    });
    const [first, second] = app.calls;
    expect(second).toMatchObject({ signed: true, path: '/other?x=1' });
    expect(second?.form).toMatchObject({ Body: 'Hällo & more', Extra: '1', From: CONTACT });
    expect(second?.form).not.toHaveProperty('NumMedia');
    expect(second?.headers).toMatchObject({ 'x-extra': 'yes' });
    expect(second?.headers).not.toHaveProperty('user-agent');
    const token = 'i-twilio-idempotency-token';
    expect(second?.headers[token]).not.toBe(first?.headers[token]);
    expect(difference.body).toBe(true);
    expect(exchange).toMatchObject({ target: '/other?x=1', verdict: { result: 'valid' } });
  });

  it.each([
    ['none', 'unsigned'],
    ['broken', 'invalid'],
  ] as const)('leaves an app to refuse the signature %s', async (signature, result) => {
    app.answer(({ signed }) => (signed ? twiml('<Response/>') : { status: 403, body: 'no' }));
    await sandbox.phone(CONTACT).text(MASK, 'Hi');
    const { exchange, difference } = await sandbox.replay(findWebhook().id, { signature });
    expect(app.calls.map(({ signed }) => signed)).toEqual([true, false]);
    expect(difference.status).toEqual([200, 403]);
    expect(exchange).toMatchObject({ status: 403, verdict: { result } });
  });

  it('signs another body: a form by its parameters, anything else by its digest', async () => {
    await sandbox.phone(CONTACT).text(MASK, 'Hi');
    const { id } = findWebhook();
    await sandbox.replay(id, { body: 'From=%2B15005550006&Body=x' });
    expect(app.calls.at(-1)).toMatchObject({ signed: true, form: { Body: 'x' } });
    const { exchange } = await sandbox.replay(id, {
      body: '{"a":1}',
      headers: { 'Content-Type': 'application/json' },
    });
    expect(app.calls.at(-1)?.path).toMatch(/^\/sms\?a=b%20c&bodySHA256=[0-9a-f]{64}$/);
    const { default: twilio } = await import('twilio');
    const called = app.calls.at(-1);
    const signature = String(called?.headers['x-twilio-signature']);
    const [url, body] = [app.origin + called?.path, called?.body ?? ''];
    expect(twilio.validateRequestWithBody(sandbox.authToken, signature, url, body)).toBe(true);
    expect(exchange.verdict.result).toBe('valid');
  });

  it('records an app that does not answer', async () => {
    await sandbox.phone(CONTACT).text(MASK, 'Hi');
    app.answer(() => 'drop');
    const { exchange, difference } = await sandbox.replay(findWebhook().id);
    expect(exchange).toMatchObject({ status: null, error: expect.stringContaining('no complete answer') });
    expect(difference.status).toEqual([200, null]);
  });

  it('ends when the sandbox is reset', async () => {
    await sandbox.phone(CONTACT).text(MASK, 'Hi');
    app.answer(() => 'hang');
    const replayed = sandbox.replay(findWebhook().id);
    const refused = expect(replayed).rejects.toMatchObject({ kind: 'usage' });
    await vi.waitFor(() => expect(app.calls).toHaveLength(2), DEADLINE);
    sandbox.reset();
    await refused;
  });

  it.each([
    [{ path: 'sms' }, 'a path starts with /'],
    [{ path: '/a b' }, 'neither spaces'],
    [{ headers: { 'Content-Length': '3' } }, 'cannot be edited'],
    [{ headers: { 'a b': 'x' } }, 'not a valid header'],
    [{ headers: { 'X-A': 'x\ny' } }, 'not a valid header'],
    [{ parameters: { A: '1' }, body: 'x' }, 'not both'],
  ])('refuses %j', async (edits, reason) => {
    await sandbox.phone(CONTACT).text(MASK, 'Hi');
    await expect(sandbox.replay(findWebhook().id, edits)).rejects.toMatchObject({
      kind: 'usage',
      reason: expect.stringContaining(reason),
    });
    expect(app.calls).toHaveLength(1);
  });
});
