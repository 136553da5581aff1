// Opens every server socket of the product: on loopback by default, on the next free port if one is taken.
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { debug, isDebugging } from '../debug.js';
import { findSystemCode } from '../errors.js';
import { formatOrigin } from '../origin.js';
import { clearInterval, clearTimeout, monotonicNow, setInterval, setTimeout } from '../real-time.js';
import { type LimitedConnections, limitConnections } from './connection-limit.js';

/** A server that is accepting connections. */
export interface Listening {
  readonly port: number;
  /** An origin that reaches it from this machine, such as `http://127.0.0.1:4020`. */
  readonly origin: string;
  readonly server: Server;
  /** Stops accepting, ends open connections, and resolves when the port is free again. */
  close(): Promise<void>;
  /**
   * Stops accepting, lets requests in flight end, and resolves when the port is free again.
   *
   * @param timeoutMs milliseconds after which those that are left are cut. Default: as long as a client may take to send one
   */
  drain(timeoutMs?: number): Promise<void>;
}

/** The options of {@link listen}. */
export interface ListenOptions {
  /** The wanted port; 0 takes any free one. */
  readonly port: number;
  /** How many ports above `port` may be tried if it is taken. Default 0. */
  readonly spare?: number;
  /** The address to bind. Default `127.0.0.1`. */
  readonly host?: string;
  /** Milliseconds for a client to send a whole request; then it gets 408 and is disconnected. Default 60 000. */
  readonly requestTimeoutMs?: number;
  /** How many connections may be open; see {@link limitConnections}. Default any number. */
  readonly maxConnections?: number;
}

const REQUEST_TIMEOUT_MS = 60_000;

/**
 * How long a connection without a request stays open. Longer than with most clients, Go's 90 s among them: to one that
 * uses a connection while its server closes it, the server seems to have failed (`ECONNRESET`).
 */
const KEEP_ALIVE_MS = 120_000;

/**
 * Serves `handler` over HTTP.
 *
 * @throws the system's error of the last attempt (`EADDRINUSE`, `EACCES`) if no port is free.
 */
export async function listen(handler: RequestListener, options: ListenOptions): Promise<Listening> {
  const host = options.host ?? '127.0.0.1';
  const last = options.port + (options.port === 0 ? 0 : (options.spare ?? 0));
  for (let port = options.port; ; port += 1) {
    try {
      return await listenOn(handler, host, port, options);
    } catch (error) {
      if (findSystemCode(error) !== 'EADDRINUSE' || port >= last) throw error;
    }
  }
}

async function listenOn(
  handler: RequestListener,
  host: string,
  port: number,
  { requestTimeoutMs = REQUEST_TIMEOUT_MS, maxConnections }: ListenOptions,
): Promise<Listening> {
  const limits = {
    headersTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // How often Node.js looks for clients that took too long.
    connectionsCheckingInterval: requestTimeoutMs / 10,
  };
  const server = createServer(limits, handler);
  if (isDebugging('http')) server.prependListener('request', debugAnswer);
  const limited = maxConnections === undefined ? undefined : limitConnections(server, maxConnections);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, resolve);
  });
  // No more files may be open; without a listener the process would end.
  server.on('error', (error) => debug('http', () => `cannot accept a connection: ${error.message}`));
  const bound = (server.address() as AddressInfo).port;
  const sockets = trackSockets(server);
  return {
    port: bound,
    origin: formatOrigin(host, bound),
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        endAll(sockets);
      }),
    drain: (timeoutMs = requestTimeoutMs) => drain(server, timeoutMs, limited, () => endAll(sockets)),
  };
}

function debugAnswer({ method, url, headers }: IncomingMessage, response: ServerResponse): void {
  const start = monotonicNow();
  const request = `${method} ${headers.host ?? ''}${url}`;
  response.once('close', () => {
    const outcome = response.writableFinished ? `answered ${response.statusCode} to` : 'did not finish';
    debug('http', () => `${outcome} ${request} in ${Math.round(monotonicNow() - start)} ms`);
  });
}

/** Node.js forgets a connection that became a WebSocket, but its server does not end before. */
function trackSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

function endAll(sockets: ReadonlySet<Socket>): void {
  for (const socket of sockets) socket.destroy();
}

/** How long a webhook may take to arrive that was on its way when draining began. */
const DRAIN_GRACE_MS = 500;

/** Closes each connection once its request has ended, and all after `timeoutMs`; those that wait for a request soon. */
function drain(
  server: Server,
  timeoutMs: number,
  limited: LimitedConnections | undefined,
  cutAll: () => void,
): Promise<void> {
  const idle = setInterval(() => server.closeIdleConnections(), 20);
  const waiting = setTimeout(() => limited?.closeWaiting(), DRAIN_GRACE_MS);
  const cut = setTimeout(cutAll, timeoutMs);
  return new Promise((resolve) => {
    server.close(() => {
      clearInterval(idle);
      clearTimeout(waiting);
      clearTimeout(cut);
      resolve();
    });
  });
}
