// A streaming HTTP client for one origin. It keeps its connections, and changes nothing in requests and answers.
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import buildConnector from 'undici/lib/core/connect.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import { debug, isDebugging } from '../debug.js';
import { findSystemCode } from '../errors.js';
import { isLoopback, readHost } from '../origin.js';
import { monotonicNow } from '../real-time.js';
import { listAddresses } from './client.js';
import { findFailureReason } from './failure.js';
import { explainDrop } from './scheme.js';

/** A request, sent exactly as given. */
export interface Passage {
  readonly method: string;
  /** The raw request target. */
  readonly target: string;
  /** Flat pairs of names and values, with `Host` and without hop-by-hop headers. */
  readonly headers: readonly string[];
  readonly body: Buffer | Readable | null;
}

/** Receives the answer as it arrives. Exactly one of `onEnd` and `onFailure` is called, as the last. */
export interface Receiver {
  /** @param abort ends the request, and leads to `onFailure` */
  onStart(abort: () => void): void;
  /** @param headers flat pairs @param resume continues the body after `onChunk` returned false */
  onHead(status: number, statusText: string, headers: string[], resume: () => void): void;
  /** @returns false to pause the body */
  onChunk(chunk: Buffer): boolean;
  onEnd(): void;
  onFailure(error: Error): void;
}

/** A client of one origin. */
export interface Upstream {
  send(passage: Passage, receiver: Receiver): void;
  /** Ends all requests in flight. */
  close(): Promise<void>;
}

/** The options of {@link createUpstream}. */
export interface UpstreamOptions {
  /** Milliseconds for the headers of an answer; its body may take any time. */
  readonly timeoutMs: number;
  /** How many connections are opened at the most; further requests wait. */
  readonly connections: number;
}

/** Milliseconds that an idle connection is kept: less than servers keep it, so that none closes while it is reused. */
const IDLE_MS = 1000;
const CONNECT_TIMEOUT_MS = 5000;

/**
 * Creates the client; nothing is connected yet. An app on this machine is found at either loopback address.
 *
 * @param origin such as `http://127.0.0.1:8000`
 */
export function createUpstream(origin: string, { timeoutMs, connections }: UpstreamOptions): Upstream {
  const url = new URL(origin);
  const host = readHost(url);
  const connector = buildConnector({
    timeout: Math.min(timeoutMs, CONNECT_TIMEOUT_MS),
    rejectUnauthorized: !isLoopback(host),
  });
  const [first, other] = listAddresses(host);
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    keepAliveTimeout: IDLE_MS,
    headersTimeout: timeoutMs,
    bodyTimeout: 0,
    // The server's name is that of the URL: the Host header has the public host of the app.
    connect: ({ servername: _ofHostHeader, ...target }, onConnect) =>
      connector({ ...target, hostname: first }, (...result) => {
        const isRefused = other !== undefined && findSystemCode(result[0]) === 'ECONNREFUSED';
        if (isRefused) connector({ ...target, hostname: other }, onConnect);
        else onConnect(...result);
      }),
    strictContentLength: true,
  });
  return {
    send: ({ method, target, headers, body }, receiver) =>
      void pool.dispatch(
        { method: method as Dispatcher.HttpMethod, path: target, headers: headers as string[], body },
        createHandler(
          isDebugging('http') ? debugReceiver(receiver, `${method} ${origin}${target}`) : receiver,
          url,
        ),
      ),
    close: () => pool.destroy(),
  };
}

/** Logs the request, and its answer or failure. */
function debugReceiver(receiver: Receiver, request: string): Receiver {
  const start = monotonicNow();
  const spent = () => `${Math.round(monotonicNow() - start)} ms`;
  debug('http', () => `send ${request}`);
  return {
    onStart: (abort) => receiver.onStart(abort),
    onHead: (status, ...head) => {
      debug('http', () => `got ${status} for ${request} in ${spent()}`);
      receiver.onHead(status, ...head);
    },
    onChunk: (chunk) => receiver.onChunk(chunk),
    onEnd: () => receiver.onEnd(),
    onFailure: (error) => {
      debug('http', () => `got no whole answer for ${request} in ${spent()}: ${error.message}`);
      receiver.onFailure(error);
    },
  };
}

function createHandler(receiver: Receiver, url: URL): Dispatcher.DispatchHandler {
  return {
    onConnect: (abort) => receiver.onStart(() => abort()),
    onHeaders: (status, headers, resume, statusText) => {
      // Informational 1xx answers are for this connection only.
      if (status >= 200) receiver.onHead(status, statusText, headers.map(readLatin1), resume);
      return true;
    },
    onData: (chunk) => receiver.onChunk(chunk),
    onComplete: () => receiver.onEnd(),
    onError: (error) => void explainDrop(url, error).then((explained) => receiver.onFailure(explained)),
  };
}

function readLatin1(bytes: Buffer): string {
  return bytes.toString('latin1');
}

const REASONS: Readonly<Record<string, string>> = {
  UND_ERR_SOCKET: 'dropped the connection',
  UND_ERR_ABORTED: 'was ended before it answered',
  UND_ERR_CONNECT_TIMEOUT: 'did not accept the connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'did not answer in time',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'sent a body of another length than its Content-Length',
  UND_ERR_HEADERS_OVERFLOW: 'answered with too many headers',
  UND_ERR_DESTROYED: 'was ended before it answered',
};

/** Returns why no whole answer arrived, as the rest of "the app …". */
export function describeFailure(error: Error): string {
  const code = findSystemCode(error) ?? findSystemCode(error.cause) ?? '';
  if (error.name === 'HTTPParserError') return 'did not answer with valid HTTP';
  return REASONS[code] ?? findFailureReason(error) ?? `cannot be reached (${code || error.message})`;
}

/** True if the origin could not be reached, so that the app may have to be started. */
export function isDown(error: Error): boolean {
  return ['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT', 'EHOSTUNREACH', 'ENOTFOUND'].includes(
    findSystemCode(error) ?? '',
  );
}

/** True if the origin accepted the request, and took too long to answer. */
export function isTooSlow(error: Error): boolean {
  return findSystemCode(error) === 'UND_ERR_HEADERS_TIMEOUT';
}
