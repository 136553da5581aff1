// What is let through reaches the app as it came, and its answer comes back as it was.
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, createServer } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { ask, BASE, FORM, SMS, setUpGateway, startApp, webhook } from '../../../test/support/gateway.js';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** An app that keeps what it sees, and answers with it. */
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

const OURS = new Set(['host', 'x-forwarded-proto', 'x-forwarded-host', 'connection', 'content-length']);

function pairsOf(headers: readonly string[]): string[] {
  return headers
    .flatMap((name, at) => (at % 2 === 0 ? [[name.toLowerCase(), headers[at + 1]] as const] : []))
    .filter(([name]) => !OURS.has(name) && name !== 'transfer-encoding')
    .map((pair) => pair.join(': '));
}

it('method, target, headers and body are byte for byte what came', async () => {
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

it('the app is told the public base, whatever the caller and a tunnel say, and nothing of the connection', async () => {
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
    ],
  ]);
});

it('a webhook goes through with its signature, and is recorded with its answer', async () => {
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

it('what comes again is known to, by its token, or by what it is about and its state', async () => {
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

it('a long answer streams, as does a long request', async () => {
  const app = await startApp((incoming, outgoing) => {
    outgoing.writeHead(200, { 'Content-Type': 'text/event-stream' });
    incoming.on('data', (chunk: Buffer) => outgoing.write(`data: ${chunk}\n\n`));
    incoming.on('end', () => outgoing.end());
  });
  const scene = await setUpGateway(app.origin, { exposeAll: true });
  const outgoing = request({ port: scene.server.port, host: '127.0.0.1', method: 'POST', path: '/events' });
  outgoing.write('one');
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  for (const word of ['one', 'two', 'three']) {
    if (word !== 'one') outgoing.write(word);
    expect(String((await once(incoming, 'data'))[0])).toBe(`data: ${word}\n\n`);
  }
  outgoing.end();
  await once(incoming.resume(), 'end');
});

it('only the beginning of a long answer is kept, and that is said', async () => {
  const app = await startApp((_incoming, outgoing) => void outgoing.end(Buffer.alloc(1_000_000, 'x')));
  const scene = await setUpGateway(app.origin);
  expect((await scene.ask(webhook())).body.length).toBe(1_000_000);
  await scene.waitFor('exchange');
  const exchange = scene.gateway.find(1);
  expect([exchange?.answerBody.length, exchange?.isAnswerCut]).toEqual([256 * 1024, true]);
});

it('a caller that hangs up ends the request to the app', async () => {
  let isCut = false;
  const app = await startApp((incoming) => {
    incoming.on('close', () => {
      isCut = true;
    });
    incoming.resume();
  });
  const scene = await setUpGateway(app.origin);
  const { method, target, headers, body } = webhook();
  const options = { port: scene.server.port, host: '127.0.0.1', method, path: target };
  const outgoing = request({ ...options, headers: headers as Record<string, string> });
  outgoing.on('error', () => undefined).end(body);
  await sleep(100);
  outgoing.destroy();
  const [event] = await scene.waitFor('exchange');
  expect(event).toMatchObject({ exchange: { status: null, error: expect.stringContaining('hung up') } });
  while (!isCut) await sleep(5);
});

it.each([
  ['garbage', 'hello\r\n\r\n', 502, 'did not answer in HTTP'],
  ['half a head', 'HTTP/1.1 200', 502, 'dropped the connection'],
  ['nothing', '', 502, 'dropped the connection'],
])('an app that answers %s gives 502', async (_what, bytes, status, why) => {
  const app = createServer((socket) => void socket.once('data', () => socket.end(bytes)));
  await new Promise<void>((resolve) => void app.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void app.close());
  const { port } = app.address() as { port: number };
  const scene = await setUpGateway(`http://127.0.0.1:${port}`);
  expect((await scene.ask(webhook())).status).toBe(status);
  const [event] = await scene.waitFor('exchange');
  expect(event).toMatchObject({ exchange: { status, error: expect.stringContaining(why) } });
});

it('an app that breaks off in its answer breaks off for the caller', async () => {
  const app = await startApp((incoming, outgoing) => {
    outgoing.writeHead(200, { 'Content-Length': '100' });
    outgoing.write('half', () => incoming.socket.destroy());
  });
  const scene = await setUpGateway(app.origin);
  await expect(scene.ask(webhook())).rejects.toThrow();
  const [event] = await scene.waitFor('exchange');
  expect(event).toMatchObject({ exchange: { status: 200, error: 'dropped the connection' } });
});

it('an app that is not there gives 502, and is told of once until it is back', async () => {
  const app = await startApp((_incoming, outgoing) => void outgoing.end());
  await app.close();
  const scene = await setUpGateway(app.origin);
  for (const _ of [1, 2]) expect((await scene.ask(webhook())).status).toBe(502);
  expect(scene.told.filter(({ kind }) => kind === 'app-down')).toEqual([
    { kind: 'app-down', app: app.origin, why: 'refused the connection' },
  ]);
  const back = createServer(
    (socket) => void socket.once('data', () => socket.end('HTTP/1.1 204 No Content\r\n\r\n')),
  );
  await new Promise<void>((resolve) => void back.listen(app.port, '127.0.0.1', resolve));
  onTestFinished(() => void back.close());
  expect((await ask(scene.server.origin, webhook())).status).toBe(204);
  await scene.waitFor('app-up');
});

it('an app that takes too long gives 504', async () => {
  const app = await startApp((incoming) => void incoming.resume());
  const scene = await setUpGateway(app.origin, { patience: 500 });
  expect((await scene.ask(webhook())).status).toBe(504);
  const [event] = await scene.waitFor('exchange');
  expect(event).toMatchObject({ exchange: { status: 504, error: 'did not answer in time' } });
});

it('a WebSocket goes through, whatever is said on it', async () => {
  const app = await startApp((_incoming, outgoing) => void outgoing.end('no upgrade'));
  app.server.on('upgrade', (incoming, socket) => {
    const { host, upgrade } = incoming.headers;
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: ${upgrade}\r\nConnection: Upgrade\r\nX-Host: ${host}\r\n\r\n`,
    );
    socket.pipe(socket);
  });
  const scene = await setUpGateway(app.origin, { exposeAll: true });
  const socket = connect(scene.server.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write('GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  const head = String((await once(socket, 'data'))[0]);
  expect(head).toMatch(/^HTTP\/1\.1 101 [\s\S]*X-Host: relay\.example\.test/);
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
  socket.write(bytes);
  expect((await once(socket, 'data'))[0]).toEqual(bytes);
  app.server.closeAllConnections();
});
