// Forwards a request for another protocol, such as WebSocket, to an origin, and then every byte in both directions.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { debug } from '../debug.js';
import { createAppAgent, openRequest } from './client.js';

/** A request with an `Upgrade` header. */
export interface UpgradeRequest {
  readonly origin: string;
  readonly method: string;
  readonly target: string;
  /** Flat pairs of names and values, with `Connection` and `Upgrade`. */
  readonly headers: readonly string[];
  /** Bytes that followed the headers already. */
  readonly firstBytes: Buffer;
}

/** Receives the outcome of a request with an `Upgrade` header: exactly one of the two is called, once. */
export interface UpgradeReceiver {
  /** @param status 101 if the origin changed the protocol @param headers flat pairs */
  onAnswer?(status: number, headers: readonly string[]): void;
  /** The origin cannot be reached, or did not answer; `socket` is still open, unless the client closed it. */
  onFailure(error: Error): void;
}

/** Forwards the request and connects both sides; each ends when the other does. */
export function passUpgrade(asked: UpgradeRequest, socket: Duplex, receiver: UpgradeReceiver): void {
  const url = new URL(asked.origin);
  debug('http', () => `send ${asked.method} ${asked.origin}${asked.target} for another protocol`);
  const outgoing = openRequest(url, {
    method: asked.method,
    path: asked.target,
    headers: asked.headers,
    agent: createAppAgent(url),
  });
  let isAnswered = false;
  socket.on('error', () => outgoing.destroy());
  socket.on('close', () => outgoing.destroy());
  const unwatch = onHangUp(socket, () => outgoing.destroy());
  outgoing.on('error', (error) => {
    if (isAnswered) socket.destroy();
    else receiver.onFailure(error);
    isAnswered = true;
  });
  outgoing.on('upgrade', (answer, app, head) => {
    isAnswered = true;
    unwatch();
    receiver.onAnswer?.(answer.statusCode ?? 0, answer.rawHeaders);
    socket.write(formatHead(answer, answer.rawHeaders));
    join(socket, app, asked.firstBytes, head);
  });
  outgoing.on('response', (answer) => {
    isAnswered = true;
    unwatch();
    receiver.onAnswer?.(answer.statusCode ?? 0, answer.rawHeaders);
    // Later requests on this connection would bypass us.
    socket.write(formatHead(answer, [...withoutFraming(answer.rawHeaders), 'Connection', 'close']));
    answer.pipe(socket);
    answer.on('error', () => socket.destroy());
  });
  outgoing.end();
}

/** Calls `listener` when the client hangs up. What it sends stays unread. @returns stops that */
function onHangUp(socket: Duplex, listener: () => void): () => void {
  const look = () => {
    // The end is only noticed by reading.
    if (socket.readableLength === 0) socket.read();
  };
  socket.on('readable', look).once('end', listener);
  return () => void socket.off('readable', look).off('end', listener);
}

function join(socket: Duplex, app: Duplex, firstBytes: Buffer, head: Buffer): void {
  if (head.length > 0) socket.write(head);
  if (firstBytes.length > 0) app.write(firstBytes);
  for (const [one, other] of [
    [socket, app],
    [app, socket],
  ] as const) {
    one.on('error', () => other.destroy());
    one.on('close', () => destroySoon(other));
    one.pipe(other);
  }
}

/** Destroys a stream once what was written to it is sent. */
function destroySoon(stream: Duplex): void {
  if (stream.writableEnded && !stream.writableFinished) stream.once('finish', () => stream.destroy());
  else stream.destroy();
}

function withoutFraming(headers: readonly string[]): string[] {
  return headers.filter((_, at) => {
    const name = headers[at - (at % 2)]?.toLowerCase() ?? '';
    return !['connection', 'keep-alive', 'transfer-encoding'].includes(name);
  });
}

function formatHead({ statusCode, statusMessage }: IncomingMessage, headers: readonly string[]): Buffer {
  const lines = headers.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${headers[at + 1]}`] : []));
  return Buffer.from(`HTTP/1.1 ${statusCode} ${statusMessage}\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}
