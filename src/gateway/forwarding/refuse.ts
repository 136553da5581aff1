// Turns a request away with an answer that tells nothing: the same bytes, whatever the reason.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** The answer, byte by byte. */
const NOT_FOUND = 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
/** Milliseconds a client has to read it, while it may still be sending. */
const LINGER_MS = 500;

/** Answers, and takes no more from this connection. */
export function refuseRequest(incoming: IncomingMessage, outgoing: ServerResponse): void {
  outgoing.sendDate = false;
  outgoing.writeHead(404, ['Content-Length', '0', 'Connection', 'close']).end();
  if (incoming.complete) return;
  const cut = setTimeout(() => incoming.socket.destroy(), LINGER_MS);
  incoming.once('close', () => clearTimeout(cut)).resume();
}

/** The same for a request that asks for another protocol. */
export function refuseUpgrade(socket: Duplex): void {
  socket.on('error', () => undefined);
  socket.end(NOT_FOUND);
}
