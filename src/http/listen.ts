// Opens every server socket of the product: loopback unless told otherwise, and the next free port when one is taken.
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { debug, isDebugging } from '../debug.js';
import { findSystemCode } from '../errors.js';

/** A server that is accepting connections. */
export interface Listening {
  readonly port: number;
  /** The origin to reach it under, such as `http://127.0.0.1:4020`. */
  readonly origin: string;
  readonly server: Server;
  /** Stops accepting, ends open connections, and resolves when the port is free again. */
  close(): Promise<void>;
  /** Stops accepting, lets the requests that are under way end, and resolves when the port is free again. */
  drain(): Promise<void>;
}

/** How {@link listen} chooses its address. */
export interface ListenOptions {
  /** The port asked for; 0 takes any free one. */
  readonly port: number;
  /** How many ports above `port` may be tried when it is taken. Default 0. */
  readonly spare?: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Milliseconds a client may take to send a whole request; then it gets 408 and is cut off. Default 60 000. */
  readonly patience?: number;
}

const PATIENCE = 60_000;

/**
 * Serves `handler` over HTTP.
 *
 * @throws the system error of the last attempt (`EADDRINUSE`, `EACCES`) when no port could be had.
 */
export async function listen(handler: RequestListener, options: ListenOptions): Promise<Listening> {
  const host = options.host ?? '127.0.0.1';
  const last = options.port + (options.port === 0 ? 0 : (options.spare ?? 0));
  for (let port = options.port; ; port += 1) {
    try {
      return await listenOn(handler, host, port, options.patience ?? PATIENCE);
    } catch (error) {
      if (findSystemCode(error) !== 'EADDRINUSE' || port >= last) throw error;
    }
  }
}

async function listenOn(
  handler: RequestListener,
  host: string,
  port: number,
  patience: number,
): Promise<Listening> {
  const limits = {
    headersTimeout: patience,
    requestTimeout: patience,
    // How late a client may be found out.
    connectionsCheckingInterval: patience / 10,
  };
  const server = createServer(limits, handler);
  if (isDebugging('http')) server.prependListener('request', debugAnswer);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    port: bound,
    origin: `http://${host}:${bound}`,
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    drain: () => drain(server, patience),
  };
}

function debugAnswer({ method, url, headers }: IncomingMessage, response: ServerResponse): void {
  const start = performance.now();
  const request = `${method} ${headers.host ?? ''}${url}`;
  response.once('close', () => {
    const outcome = response.writableFinished ? `answered ${response.statusCode} to` : 'did not finish';
    debug('http', () => `${outcome} ${request} in ${Math.round(performance.now() - start)} ms`);
  });
}

/** A connection becomes idle when its request has ended; one that does not within `patience` is cut off. */
function drain(server: Server, patience: number): Promise<void> {
  const idle = setInterval(() => server.closeIdleConnections(), 20);
  const cut = setTimeout(() => server.closeAllConnections(), patience);
  return new Promise((resolve) => {
    server.close(() => {
      clearInterval(idle);
      clearTimeout(cut);
      resolve();
    });
  });
}
