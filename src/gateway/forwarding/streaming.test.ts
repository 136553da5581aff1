// Tests that the gateway streams in both directions, and what happens if the client or the app breaks off.
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { ask, setUpGateway, startApp, webhook } from '../../../test/support/gateway.js';

it('streams long requests and long answers', async () => {
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

it('records the beginning of a long answer and marks it as cut', async () => {
  const app = await startApp((_incoming, outgoing) => void outgoing.end(Buffer.alloc(1_000_000, 'x')));
  const scene = await setUpGateway(app.origin);
  expect((await scene.ask(webhook())).body.length).toBe(1_000_000);
  await scene.waitFor('exchange');
  const exchange = scene.gateway.find(1);
  expect([exchange?.answerBody.length, exchange?.isAnswerCut]).toEqual([256 * 1024, true]);
});

it('ends the request to the app if the client hangs up', async () => {
  let isCut = false;
  let hasCome = false;
  const app = await startApp((incoming) => {
    hasCome = true;
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
  await expect.poll(() => hasCome).toBe(true);
  outgoing.destroy();
  const [event] = await scene.waitFor('exchange');
  expect(event).toMatchObject({ exchange: { status: null, error: expect.stringContaining('hung up') } });
  await expect.poll(() => isCut).toBe(true);
});

it.each([
  ['garbage', 'hello\r\n\r\n', 502, 'did not answer with valid HTTP'],
  ['half a head', 'HTTP/1.1 200', 502, 'dropped the connection'],
  ['nothing', '', 502, 'dropped the connection'],
])('answers 502 if the app answers %s', async (_what, bytes, status, why) => {
  const app = createServer((socket) => void socket.once('data', () => socket.end(bytes)));
  await new Promise<void>((resolve) => void app.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void app.close());
  const { port } = app.address() as { port: number };
  const scene = await setUpGateway(`http://127.0.0.1:${port}`);
  expect((await scene.ask(webhook())).status).toBe(status);
  const [event] = await scene.waitFor('exchange');
  expect(event).toMatchObject({ exchange: { status, error: expect.stringContaining(why) } });
});

it('breaks off its answer if the app does', async () => {
  const app = await startApp((incoming, outgoing) => {
    outgoing.writeHead(200, { 'Content-Length': '100' });
    outgoing.write('half', () => incoming.socket.destroy());
  });
  const scene = await setUpGateway(app.origin);
  await expect(scene.ask(webhook())).rejects.toThrow();
  const [event] = await scene.waitFor('exchange');
  expect(event).toMatchObject({ exchange: { status: 200, error: 'dropped the connection' } });
});

it('answers 502 if the app cannot be reached, and emits that once until the app is back', async () => {
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

it('answers 504 if the app takes too long', async () => {
  const app = await startApp((incoming) => void incoming.resume());
  const scene = await setUpGateway(app.origin, { appTimeoutMs: 500 });
  expect((await scene.ask(webhook())).status).toBe(504);
  const [event] = await scene.waitFor('exchange');
  expect(event).toMatchObject({ exchange: { status: 504, error: 'did not answer in time' } });
});

it('forwards a WebSocket with arbitrary bytes', async () => {
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
