// Tests the limits for bodies of strangers: length, pieces, time, and the memory that all of them share.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { DEADLINE } from '../../test/support/deadline.js';
import { type BodyReaderOptions, createBodyReader } from './body-reader.js';
import { type Listening, listen } from './listen.js';

/** A server that answers each body with its length, or with the fault. */
async function setUp(options: BodyReaderOptions = {}): Promise<Listening> {
  const reader = createBodyReader({ timeoutMs: DEADLINE, ...options });
  const server = await listen(
    (incoming, outgoing) => {
      const answer = (what: string) => outgoing.writeHead(200, { Connection: 'close' }).end(what);
      reader.read(incoming, (body) => void answer(`${body.length} ${body.toString().slice(0, 3)}`), answer);
    },
    { port: 0 },
  );
  onTestFinished(() => server.close());
  return server;
}

async function send({ port }: Listening, bytes: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(bytes);
  return socket;
}

/** @returns the body of the answer */
async function answerTo(socket: Socket): Promise<string> {
  return (await text(socket)).split('\r\n\r\n')[1]?.split('\r\n')[1] ?? '';
}

function withLength(length: number, body: string): string {
  return `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n${body}`;
}

function chunked(pieces: readonly string[]): string {
  const chunks = pieces.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join('');
  return `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`;
}

it('joins the pieces of a body, whatever their sizes', async () => {
  const server = await setUp();
  const pieces = ['a', 'bc', 'd'.repeat(9000), 'e', 'f'.repeat(70_000)];
  expect(await answerTo(await send(server, chunked(pieces)))).toBe(`${pieces.join('').length} abc`);
  expect(await answerTo(await send(server, withLength(0, '')))).toBe('0 ');
});

it.each([
  ['announced', withLength(101, 'x')],
  ['chunked', chunked(['x'.repeat(101)])],
])('gives up a body that is too long: %s', async (_what, bytes) => {
  expect(await answerTo(await send(await setUp({ maxBytes: 100 }), bytes))).toBe('too-long');
});

it('gives up a body in very many pieces, however short it is, and disconnects', async () => {
  const socket = await send(await setUp(), chunked(Array.from({ length: 5000 }, () => 'x')));
  expect(await answerTo(socket)).toBe('too-long');
});

it('gives up a body that takes too long', async () => {
  const socket = await send(await setUp({ timeoutMs: 50 }), withLength(9, 'half'));
  expect(await answerTo(socket)).toBe('too-slow');
});

it('gives up the oldest long body when the memory is full, and no short or complete one', async () => {
  const server = await setUp({ maxTotalBytes: 400_000 });
  const short = await send(server, withLength(9, 'abc'));
  const long: Socket[] = [];
  for (let index = 0; index < 6; index += 1) {
    long.push(await send(server, withLength(100_000, 'x'.repeat(90_000))));
    // Complete ones take no part.
    expect(await answerTo(await send(server, withLength(200_000, 'x'.repeat(200_000))))).toMatch(
      /^(200000 xxx|no-room)$/,
    );
  }
  expect(long[0] && (await answerTo(long[0]))).toBe('no-room');
  short.write('abcdef');
  expect(await answerTo(short)).toBe('9 abc');
});
