// Limits the open connections of a public server: to let in a new one, the oldest that still waits for its request is closed.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { debug } from '../debug.js';

/** Many times what Twilio opens. Each connection takes a file, and 50 KB of memory at the most beside its body. */
const MAX_CONNECTIONS = 2048;

/** What a connection that is closed gets, unless it already has an answer. Twilio then uses the fallback URL. */
const UNAVAILABLE = 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

let limit: number | undefined;

/** Returns how many connections a public server accepts: half of the files that this process may open, 2048 at most. */
export function findConnectionLimit(): number {
  limit ??= readConnectionLimit();
  return limit;
}

function readConnectionLimit(): number {
  const report = process.report as typeof process.report & { excludeNetwork?: boolean };
  // Otherwise the report looks up the names of all addresses.
  report.excludeNetwork = true;
  const { userLimits } = report.getReport() as ReportWithLimits;
  const files = Number(userLimits?.open_files?.soft ?? Number.NaN);
  // Windows has no such limit, and others may say "unlimited".
  return Number.isFinite(files) ? Math.min(MAX_CONNECTIONS, Math.floor(files / 2)) : MAX_CONNECTIONS;
}

interface ReportWithLimits {
  readonly userLimits?: { readonly open_files?: { readonly soft: number | string } };
}

const trusted = new WeakSet<Duplex>();
const kept = new WeakSet<Duplex>();
const dropped = new WeakSet<Duplex>();

/** Marks a connection that has sent something signed: others are closed before it. */
export function trustConnection(socket: Duplex): void {
  trusted.add(socket);
}

/** Marks a connection that is in use for another protocol, such as a Media Stream: it is never closed for another. */
export function keepConnection(socket: Duplex): void {
  kept.add(socket);
}

/** True if the server closed this connection to make room for another. */
export function wasDropped(socket: Duplex): boolean {
  return dropped.has(socket);
}

interface OpenConnection {
  readonly socket: Socket;
  /** The last request that came over it. */
  incoming: IncomingMessage | undefined;
  outgoing: ServerResponse | undefined;
}

/** The connections of a server with a limit. */
export interface LimitedConnections {
  /** Closes all that wait for a request, or for the rest of one. */
  closeWaiting(): void;
}

/**
 * Limits a server's connections. A connection whose request is complete is never closed before it is answered. If all are
 * such, the new one gets 503.
 *
 * @param max how many connections may be open
 */
export function limitConnections(server: Server, max: number): LimitedConnections {
  /** Oldest first. */
  const open = new Map<Socket, OpenConnection>();

  function findVictim(): OpenConnection | undefined {
    let lastResort: OpenConnection | undefined;
    for (const connection of open.values()) {
      if (!isWaiting(connection) || kept.has(connection.socket)) continue;
      if (!trusted.has(connection.socket)) return connection;
      lastResort ??= connection;
    }
    return lastResort;
  }

  server.on('connection', (socket: Socket) => {
    const newcomer: OpenConnection = { socket, incoming: undefined, outgoing: undefined };
    const victim = open.size < max ? undefined : (findVictim() ?? newcomer);
    if (victim) drop(victim);
    if (victim) open.delete(victim.socket);
    if (victim === newcomer) return;
    open.set(socket, newcomer);
    socket.once('close', () => open.delete(socket));
  });
  server.prependListener('request', (incoming, outgoing) => {
    const connection = open.get(incoming.socket);
    if (!connection) return;
    connection.incoming = incoming;
    connection.outgoing = outgoing;
  });
  return {
    closeWaiting: () => {
      for (const connection of open.values()) if (isWaiting(connection)) drop(connection);
    },
  };
}

/** True if the connection has sent no request yet, only a part of one, or none since the last was answered. */
function isWaiting({ incoming, outgoing }: OpenConnection): boolean {
  return !incoming?.complete || outgoing?.writableFinished === true;
}

function drop({ socket, outgoing }: OpenConnection): void {
  debug('http', () => `closed a connection of ${socket.remoteAddress}, which waited for a request`);
  dropped.add(socket);
  if (!outgoing?.headersSent) socket.write(UNAVAILABLE);
  socket.destroySoon();
}
