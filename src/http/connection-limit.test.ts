// Tests which connections of a crowd a server closes, and that those with a complete request are answered.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { DEADLINE } from '../../test/support/deadline.js';
import { keepConnection, trustConnection } from './connection-limit.js';
import { type Listening, listen } from './listen.js';

const UNAVAILABLE = 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
const GET = 'GET /now HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
/** The answer to {@link GET}. */
const ANSWERED = /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nnow$/;

interface Scene {
  readonly server: Listening;
  /** The responses to `/later`, which the test ends. */
  readonly later: ServerResponse[];
  /** Resolves once `count` requests for `/later` have come. */
  waitForLater(count: number): Promise<void>;
}

/** A server with room for ten connections; it trusts those that ask for `/signed`. */
async function setUp(): Promise<Scene> {
  const later: ServerResponse[] = [];
  let check = () => {};
  const server = await listen(
    (incoming, outgoing) => {
      incoming.on('error', () => undefined).resume();
      if (incoming.url === '/signed') trustConnection(incoming.socket);
      if (incoming.url !== '/later') return void outgoing.end('now');
      later.push(outgoing);
      check();
    },
    { port: 0, maxConnections: 10, requestTimeoutMs: 100 * DEADLINE },
  );
  onTestFinished(() => server.close());
  return {
    server,
    later,
    waitForLater: (count) =>
      new Promise((resolve) => {
        check = () => {
          if (later.length >= count) resolve();
        };
        check();
      }),
  };
}

/** Opens connections that send these bytes, one after the other. */
async function open({ server }: Scene, count: number, bytes: string): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let index = 0; index < count; index += 1) {
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(bytes);
    sockets.push(socket);
  }
  return sockets;
}

async function ask(scene: Scene): Promise<string> {
  const [socket] = await open(scene, 1, GET);
  return socket ? text(socket) : '';
}

it.each([
  ['nothing', ''],
  ['half of the headers', 'POST / HTTP/1.1\r\nHost: x\r\nX-Lo'],
  ['half of a body', 'POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf'],
  ['half of a chunked body', 'POST /later HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nha'],
])('closes the oldest connection that sent %s with 503, and answers a new one', async (_what, bytes) => {
  const scene = await setUp();
  const crowd = await open(scene, 10, bytes);
  for (let round = 0; round < 5; round += 1) expect(await ask(scene)).toMatch(ANSWERED);
  const [first] = crowd;
  expect(first && (await text(first))).toBe(UNAVAILABLE);
  expect(crowd.at(-1)?.readableEnded).toBe(false);
});

it('never closes a connection whose request is complete, and answers 503 to a new one if all are such', async () => {
  const scene = await setUp();
  const asked = await open(scene, 10, 'GET /later HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  await scene.waitForLater(10);
  for (let round = 0; round < 5; round += 1) expect(await ask(scene)).toBe(UNAVAILABLE);
  for (const outgoing of scene.later) outgoing.end('late');
  for (const socket of asked) expect(await text(socket)).toMatch(/late$/);
  expect(await ask(scene)).toMatch(ANSWERED);
});

it('closes an idle connection that sent something signed only after all others', async () => {
  const scene = await setUp();
  const [signed] = await open(scene, 1, 'GET /signed HTTP/1.1\r\nHost: x\r\n\r\n');
  if (signed) await once(signed, 'data');
  await open(scene, 30, 'POST / HTTP/1.1\r\n');
  signed?.write(GET);
  expect(signed && (await text(signed))).toMatch(ANSWERED);
});

it('never closes a connection that speaks another protocol, such as a Media Stream', async () => {
  const scene = await setUp();
  scene.server.server.on('upgrade', (_incoming, socket) => {
    keepConnection(socket);
    socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    socket.pipe(socket);
  });
  const upgrade = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
  const streams = await open(scene, 10, upgrade);
  await Promise.all(streams.map((stream) => once(stream, 'data')));
  for (let round = 0; round < 5; round += 1) expect(await ask(scene)).toBe(UNAVAILABLE);
  for (const stream of streams) {
    stream.write('media');
    expect(String(await once(stream, 'data'))).toBe('media');
  }
});

it('closes an idle connection without bytes, because they would look like the answer to its next request', async () => {
  const scene = await setUp();
  const [idle] = await open(scene, 1, 'GET /now HTTP/1.1\r\nHost: x\r\n\r\n');
  if (idle) await once(idle, 'data');
  await open(scene, 30, '');
  expect(idle && (await text(idle))).toBe('');
});

it('ends the crowd when the server drains, and still answers a complete request', async () => {
  const scene = await setUp();
  const [asked] = await open(scene, 1, 'GET /later HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const [stranger] = await open(scene, 3, 'POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf');
  await scene.waitForLater(4);
  const drained = scene.server.drain();
  expect(stranger && (await text(stranger))).toBe(UNAVAILABLE);
  scene.later[0]?.end('late');
  expect(asked && (await text(asked))).toMatch(/late$/);
  await drained;
});
