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

/**
 * Forwards the request and connects both sides; each ends when the other does.
 *
 * @param onFailure is called if the origin cannot be reached; `socket` is still open then
 */
export function passUpgrade(asked: UpgradeRequest, socket: Duplex, onFailure: (error: Error) => void): void {
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
  outgoing.on('error', (error) => {
    if (isAnswered) socket.destroy();
    else onFailure(error);
  });
  outgoing.on('upgrade', (answer, app, head) => {
    isAnswered = true;
    socket.write(formatHead(answer, answer.rawHeaders));
    join(socket, app, asked.firstBytes, head);
  });
  outgoing.on('response', (answer) => {
    isAnswered = true;
    // Later requests on this connection would bypass us.
    socket.write(formatHead(answer, [...withoutFraming(answer.rawHeaders), 'Connection', 'close']));
    answer.pipe(socket);
    answer.on('error', () => socket.destroy());
  });
  outgoing.end();
}

function join(socket: Duplex, app: Duplex, firstBytes: Buffer, head: Buffer): void {
  if (head.length > 0) socket.write(head);
  if (firstBytes.length > 0) app.write(firstBytes);
  for (const [one, other] of [
    [socket, app],
    [app, socket],
  ] as const) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
    one.pipe(other);
  }
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
