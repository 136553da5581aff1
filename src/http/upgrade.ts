// Passes a request for another protocol, such as WebSocket, on to an origin, and then every byte both ways.
import { type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';
import { debug } from '../debug.js';

/** The request. */
export interface UpgradeRequest {
  readonly origin: string;
  readonly method: string;
  readonly target: string;
  /** In flat pairs, with `Connection` and `Upgrade`. */
  readonly headers: readonly string[];
  /** What came behind its head already. */
  readonly begun: Buffer;
}

/** Ends both sides when one ends. @param onFailure is told when there is nobody to answer; `socket` is still open then */
export function passUpgrade(asked: UpgradeRequest, socket: Duplex, onFailure: (error: Error) => void): void {
  const { hostname, port } = new URL(asked.origin);
  debug('http', () => `send ${asked.method} ${asked.origin}${asked.target} for another protocol`);
  const outgoing = request({
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port,
    method: asked.method,
    path: asked.target,
    headers: asked.headers,
    agent: false,
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
    join(socket, app, asked.begun, head);
  });
  outgoing.on('response', (answer) => {
    isAnswered = true;
    // What comes next on this connection would pass us by.
    socket.write(formatHead(answer, [...withoutFraming(answer.rawHeaders), 'Connection', 'close']));
    answer.pipe(socket);
    answer.on('error', () => socket.destroy());
  });
  outgoing.end();
}

function join(socket: Duplex, app: Duplex, begun: Buffer, head: Buffer): void {
  if (head.length > 0) socket.write(head);
  if (begun.length > 0) app.write(begun);
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
