// Forwards one request to the app and streams the answer back, with a copy of the answer's beginning.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { findHeader } from '../../exchanges/headers.js';
import { describeFailure, isDown, isTooSlow, type Receiver, type Upstream } from '../../http/upstream.js';
import { buildResponseHeaders } from '../headers.js';

const EMPTY = Buffer.alloc(0);

/** The result of a forwarded request. */
export interface ForwardResult {
  /** The status sent to the client: the app's, or 502 or 504 if the app failed; null if the client hung up first. */
  readonly status: number | null;
  /** The app's headers, as flat pairs. */
  readonly headers: readonly string[];
  /** The beginning of the answer's body. */
  readonly body: Buffer;
  /** True if the body was longer. */
  readonly isCut: boolean;
  /** Why there was no complete answer, as the rest of "the app …"; null if there was one. */
  readonly error: string | null;
  /** True if the app could not be reached. */
  readonly isDown: boolean;
}

interface ForwardedRequest {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  /** The headers for the app, as flat pairs. */
  readonly headers: readonly string[];
  readonly body: Buffer | Readable | null;
  /** How many bytes of the answer's body are kept. */
  readonly keptBytes: number;
}

/** Forwards a request. @param onEnd is called once, when the answer was sent or cannot be */
export function forwardRequest(
  upstream: Upstream,
  trip: ForwardedRequest,
  onEnd: (outcome: ForwardResult) => void,
): void {
  const { incoming, outgoing, headers, body, keptBytes: keeps } = trip;
  const copy = createAnswerCopy(keeps);
  let abort: (() => void) | undefined;
  let head: { readonly status: number; readonly headers: readonly string[] } | undefined;
  let isGone = false;
  let isOver = false;

  function end(error: string | null, status: number | null, down = false): void {
    isOver = true;
    onEnd({ status, headers: head?.headers ?? [], ...copy.read(), error, isDown: down });
  }

  outgoing.on('close', () => {
    if (isOver) return;
    isGone = true;
    abort?.();
  });

  const receiver: Receiver = {
    onStart: (cancel) => {
      abort = cancel;
      if (isGone) cancel();
    },
    onHead: (status, statusText, answered, resume) => {
      head = { status, headers: answered };
      outgoing.writeHead(status, statusText, buildResponseHeaders(answered));
      outgoing.on('drain', resume);
      // Sends the headers now, which server-sent events need. Not flushHeaders(): it writes Latin-1 as UTF-8.
      if (findHeader(answered, 'content-length') === undefined) outgoing.write(EMPTY);
    },
    onChunk: (chunk) => {
      copy.add(chunk);
      return outgoing.write(chunk);
    },
    onEnd: () => {
      outgoing.end();
      end(null, head?.status ?? null);
    },
    onFailure: (error) => {
      if (isOver) return;
      const reason = isGone ? 'was not waited for: the caller hung up' : describeFailure(error);
      if (outgoing.headersSent || isGone) {
        outgoing.destroy();
        end(reason, head?.status ?? null);
        return;
      }
      const status = isTooSlow(error) ? 504 : 502;
      answerFailure(outgoing, status, reason);
      end(reason, status, isDown(error));
    },
  };
  upstream.send({ method: incoming.method ?? 'GET', target: incoming.url ?? '/', headers, body }, receiver);
}

function answerFailure(outgoing: ServerResponse, status: number, reason: string): void {
  const text = `relay-phone: the app ${reason}.\n`;
  const headers = { 'Content-Type': 'text/plain', 'Content-Length': Buffer.byteLength(text) };
  outgoing.writeHead(status, headers).end(text);
}

interface AnswerCopy {
  add(chunk: Buffer): void;
  read(): Pick<ForwardResult, 'body' | 'isCut'>;
}

function createAnswerCopy(limit: number): AnswerCopy {
  const chunks: Buffer[] = [];
  let [length, isCut] = [0, false];
  return {
    add: (chunk) => {
      if (length + chunk.length > limit) isCut = true;
      if (length >= limit) return;
      // A copy, because a slice keeps the whole chunk in memory.
      chunks.push(length + chunk.length > limit ? Buffer.from(chunk.subarray(0, limit - length)) : chunk);
      length += chunk.length;
    },
    read: () => ({ body: chunks[0] && chunks.length === 1 ? chunks[0] : Buffer.concat(chunks), isCut }),
  };
}
