// A client of one origin that keeps its connections and streams both ways; what is sent and what comes stays as it is.
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import Pool from 'undici/lib/dispatcher/pool.js';
import { debug, isDebugging } from '../debug.js';
import { findSystemCode } from '../errors.js';

/** One request, written as it stands. */
export interface Passage {
  readonly method: string;
  /** The raw target. */
  readonly target: string;
  /** In flat pairs, `Host` among them; none that belongs to one connection. */
  readonly headers: readonly string[];
  readonly body: Buffer | Readable | null;
}

/** Takes the answer as it comes. Exactly one of `onEnd` and `onFailure` is called last. */
export interface Receiver {
  /** @param abort ends the request, and leads to `onFailure` */
  onStart(abort: () => void): void;
  /** @param headers in flat pairs @param resume has the body go on after `onChunk` said to wait */
  onHead(status: number, statusText: string, headers: string[], resume: () => void): void;
  /** @returns whether the next one may come at once */
  onChunk(chunk: Buffer): boolean;
  onEnd(): void;
  onFailure(error: Error): void;
}

/** See the head of this file. */
export interface Upstream {
  send(passage: Passage, receiver: Receiver): void;
  /** Cuts off what is under way. */
  close(): Promise<void>;
}

/** Milliseconds a connection is kept without use: less than servers do, so that none closes it as it is used again. */
const IDLE = 1000;
const CONNECT_PATIENCE = 5000;
const CONNECTIONS = 256;

/**
 * Makes one.
 *
 * @param origin such as `http://127.0.0.1:8000`
 * @param patience milliseconds until the head of an answer must have come; its body may take as long as it likes
 */
export function createUpstream(origin: string, patience: number): Upstream {
  const pool = new Pool(origin, {
    connections: CONNECTIONS,
    pipelining: 1,
    keepAliveTimeout: IDLE,
    headersTimeout: patience,
    bodyTimeout: 0,
    connectTimeout: Math.min(patience, CONNECT_PATIENCE),
    strictContentLength: true,
  });
  return {
    send: ({ method, target, headers, body }, receiver) =>
      void pool.dispatch(
        { method: method as Dispatcher.HttpMethod, path: target, headers: headers as string[], body },
        createHandler(
          isDebugging('http') ? debugReceiver(receiver, `${method} ${origin}${target}`) : receiver,
        ),
      ),
    close: () => pool.destroy(),
  };
}

/** Says that the request is sent, and what came of it. */
function debugReceiver(receiver: Receiver, request: string): Receiver {
  const start = performance.now();
  const spent = () => `${Math.round(performance.now() - start)} ms`;
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

function createHandler(receiver: Receiver): Dispatcher.DispatchHandler {
  return {
    onConnect: (abort) => receiver.onStart(() => abort()),
    onHeaders: (status, headers, resume, statusText) => {
      // What is said before the answer is for this connection alone.
      if (status >= 200) receiver.onHead(status, statusText, headers.map(readLatin1), resume);
      return true;
    },
    onData: (chunk) => receiver.onChunk(chunk),
    onComplete: () => receiver.onEnd(),
    onError: (error) => receiver.onFailure(error),
  };
}

function readLatin1(bytes: Buffer): string {
  return bytes.toString('latin1');
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'dropped the connection',
  EPIPE: 'dropped the connection',
  UND_ERR_SOCKET: 'dropped the connection',
  UND_ERR_ABORTED: 'was not waited for',
  UND_ERR_CONNECT_TIMEOUT: 'did not take the connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'did not answer in time',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'gave another length than it said',
  UND_ERR_HEADERS_OVERFLOW: 'answered with too many headers',
  UND_ERR_DESTROYED: 'was not waited for',
};

/** Why there was no whole answer, as the rest of "the app …". */
export function describeFailure(error: Error): string {
  const code = findSystemCode(error) ?? findSystemCode(error.cause) ?? '';
  if (error.name === 'HTTPParserError') return 'did not answer in HTTP';
  return REASONS[code] ?? `cannot be asked (${code || error.message})`;
}

/** Whether it was not there at all, so that it may have to be started. */
export function isDown(error: Error): boolean {
  return ['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT', 'EHOSTUNREACH', 'ENOTFOUND'].includes(
    findSystemCode(error) ?? '',
  );
}

/** Whether it was there and took too long. */
export function isTooSlow(error: Error): boolean {
  return findSystemCode(error) === 'UND_ERR_HEADERS_TIMEOUT';
}
