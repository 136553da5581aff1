// Passes one request on to the app and its answer back, as both come, and keeps a copy of the answer's beginning.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { describeFailure, isDown, isTooSlow, type Receiver, type Upstream } from '../../http/upstream.js';
import { buildResponseHeaders, findHeader } from '../headers.js';

const EMPTY = Buffer.alloc(0);

/** What came of it. */
export interface ForwardResult {
  /** What was answered, be it by the app or, when it failed, here; null when nobody was there to be answered. */
  readonly status: number | null;
  /** As the app sent them. */
  readonly headers: readonly string[];
  /** At most as much as is kept. */
  readonly body: Buffer;
  readonly isCut: boolean;
  /** Why there was no whole answer, as the rest of "the app …"; null when there was one. */
  readonly error: string | null;
  readonly isDown: boolean;
}

/** One request on its way. */
interface ForwardedRequest {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  /** Those that go to the app. */
  readonly headers: readonly string[];
  readonly body: Buffer | Readable | null;
  /** How many bytes of the answer are kept. */
  readonly keptBytes: number;
}

/** @param onEnd is told once, when the answer has gone or cannot go any more */
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
      // Server-sent events begin with a head alone. Not flushHeaders(): it writes Latin-1 as UTF-8.
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
      // A part of a chunk would keep the whole of it in memory.
      chunks.push(length + chunk.length > limit ? Buffer.from(chunk.subarray(0, limit - length)) : chunk);
      length += chunk.length;
    },
    read: () => ({ body: chunks[0] && chunks.length === 1 ? chunks[0] : Buffer.concat(chunks), isCut }),
  };
}
