// Servers: clients that never end their request, and draining.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { listen } from './listen.js';

it.each([
  ['its headers', 'POST / HTTP/1.1\r\nHost: x\r\n'],
  ['its body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf'],
])('answers 408 and disconnects a client that never ends %s', async (_what, half) => {
  const server = await listen((request) => request.resume(), { port: 0, requestTimeoutMs: 100 });
  onTestFinished(() => server.close());
  const socket = connect(server.port, '127.0.0.1');
  socket.write(half);
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 /);
});

it('keeps connections open for longer than clients do, and says so', async () => {
  const server = await listen((_request, response) => response.end(), { port: 0 });
  onTestFinished(() => server.close());
  const { headers } = await fetch(server.origin);
  expect(headers.get('keep-alive')).toBe('timeout=120');
});

it('drain answers requests in flight, refuses new ones, and frees the port', async () => {
  const requests = new PassThrough({ objectMode: true });
  const server = await listen((_request, response) => void requests.write(response), { port: 0 });
  const answer = fetch(server.origin).then((got) => got.text());
  const [response] = (await once(requests, 'data')) as [ServerResponse];
  const drained = server.drain();
  await expect(fetch(server.origin)).rejects.toThrow();
  response.end('done');
  expect(await answer).toBe('done');
  await drained;
  await (await listen(() => undefined, { port: server.port })).close();
});

it.each(['close', 'drain'] as const)('%s ends a connection that became a WebSocket', async (how) => {
  const server = await listen(() => undefined, { port: 0, requestTimeoutMs: 100 });
  server.server.on('upgrade', (_incoming, socket) =>
    socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
  );
  const socket = connect(server.port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  await once(socket, 'data');
  const ended = once(socket, 'close');
  await server[how]();
  await ended;
});
