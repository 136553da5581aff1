// Tests that the gateway forwards requests and answers byte for byte.
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BASE, FORM, SMS, setUpGateway, startApp, webhook } from '../../../test/support/gateway.js';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** Starts an app that records each request and answers with its body. */
async function startEcho() {
  const seen: Seen[] = [];
  const app = await startApp(async (incoming, outgoing) => {
    const body = await buffer(incoming);
    const { method, url, rawHeaders } = incoming;
    seen.push({ method, url, rawHeaders, body });
    outgoing.writeHead(201, 'Echoed', ['X-Echo', 'caf\u00e9', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']);
    outgoing.end(body);
  });
  return { origin: app.origin, seen };
}

const OURS = new Set([
  'host',
  'x-forwarded-proto',
  'x-forwarded-host',
  'cdn-loop',
  'connection',
  'content-length',
]);

function pairsOf(headers: readonly string[]): string[] {
  return headers
    .flatMap((name, at) => (at % 2 === 0 ? [[name.toLowerCase(), headers[at + 1]] as const] : []))
    .filter(([name]) => !OURS.has(name) && name !== 'transfer-encoding')
    .map((pair) => pair.join(': '));
}

it('forwards method, target, headers and body byte for byte', async () => {
  const { origin, seen } = await startEcho();
  const scene = await setUpGateway(origin, { exposeAll: true });
  const words = fc.stringMatching(/^[\x21-\x7e\xa0-\xff]([\x20-\x7e\xa0-\xff]{0,18}[\x21-\x7e\xa0-\xff])?$/);
  const requests = fc.record({
    method: fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE', 'REPORT'),
    target: fc.stringMatching(/^\/[\x21-\x7e]{0,40}$/).filter((one) => !one.includes('#')),
    headers: fc.array(
      fc
        .tuple(fc.stringMatching(/^X-[A-Za-z0-9]{1,10}$/), words)
        .filter(([name]) => !/forwarded/i.test(name)),
      { maxLength: 6 },
    ),
    body: fc.uint8Array({ minLength: 1, maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
    isChunked: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(requests, async ({ method, target, headers, body, isChunked }) => {
      const framing = isChunked ? ['Transfer-Encoding', 'chunked'] : ['Content-Length', String(body.length)];
      const flat = ['Host', 'somewhere', ...headers.flat(), ...framing];
      const answer = await scene.ask({ method, target, headers: flat, body });
      const one = seen.at(-1);
      expect([one?.method, one?.url]).toEqual([method, target]);
      expect(pairsOf(one?.rawHeaders ?? [])).toEqual(pairsOf(flat));
      expect(one?.body.equals(body)).toBe(true);
      expect([answer.status, answer.headers['x-echo'], answer.headers['set-cookie']]).toEqual([
        201,
        'caf\u00e9',
        ['a=1', 'b=2'],
      ]);
      expect(answer.body.equals(body)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

it('sends the public base to the app as host and scheme, without forged or hop-by-hop headers', async () => {
  const { origin, seen } = await startEcho();
  let base = BASE;
  const scene = await setUpGateway(origin, { publicBase: () => base, exposeAll: true });
  const headers = {
    Host: 'forged.example',
    'X-Forwarded-Host': 'forged.example',
    'X-Forwarded-Proto': 'http',
    Connection: 'close, X-Mine',
    'X-Mine': '1',
    TE: 'trailers',
    'Proxy-Authorization': 'Basic x',
  };
  await scene.ask({ target: '/a', headers });
  base = 'http://127.0.0.1:4567';
  await scene.ask({ target: '/b', headers });
  expect(seen.map(({ rawHeaders }) => rawHeaders)).toEqual([
    [
      'host',
      'relay.example.test',
      'connection',
      'keep-alive',
      'X-Forwarded-Proto',
      'https',
      'X-Forwarded-Host',
      'relay.example.test',
      'CDN-Loop',
      expect.stringMatching(/^relay-phone; gateway=[0-9a-f]{24}$/),
    ],
    [
      'host',
      '127.0.0.1:4567',
      'connection',
      'keep-alive',
      'X-Forwarded-Proto',
      'http',
      'X-Forwarded-Host',
      '127.0.0.1:4567',
      'CDN-Loop',
      expect.any(String),
    ],
  ]);
});

it('forwards a signed webhook and records it with its answer', async () => {
  const { origin, seen } = await startEcho();
  const scene = await setUpGateway(origin);
  const asked = webhook({ target: `${SMS}?a=it's&b=%7e` });
  expect((await scene.ask(asked)).status).toBe(201);
  await scene.waitFor('exchange');
  expect(seen[0]?.url).toBe(`${SMS}?a=it's&b=%7e`);
  const [summary] = scene.gateway.list({});
  expect(summary).toMatchObject({
    kind: 'inbound_sms',
    attempt: 1,
    status: 201,
    from: FORM.From,
    to: FORM.To,
    sids: { MessageSid: FORM.MessageSid },
    verdict: { result: 'valid', reasons: [] },
    remote: '203.0.113.9',
    error: null,
    refusal: null,
  });
  const whole = scene.gateway.find(summary?.id ?? 0);
  expect(whole?.requestBody.toString()).toBe(asked.body);
  expect(whole?.answerBody.toString()).toBe(asked.body);
  expect(whole?.answerHead).toContain('X-Echo');
});

it('counts attempts of a webhook by its idempotency token, or else by its SID and state', async () => {
  const { origin } = await startEcho();
  const scene = await setUpGateway(origin);
  const status = (MessageStatus: string) =>
    webhook({ target: '/api/v1/sms_status', form: { ...FORM, MessageStatus } });
  const withToken = (token: string) => {
    const asked = webhook();
    return { ...asked, headers: { ...(asked.headers as object), 'I-Twilio-Idempotency-Token': token } };
  };
  for (const one of [
    status('sent'),
    status('delivered'),
    status('sent'),
    withToken('a'),
    withToken('b'),
    withToken('a'),
  ]) {
    await scene.ask(one);
  }
  await scene.waitFor('exchange', 6);
  expect(scene.gateway.list({}).map(({ attempt }) => attempt)).toEqual([2, 1, 1, 2, 1, 1]);
});
