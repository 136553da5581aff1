// Sends one HTTP request over node:http(s), and reads the whole answer.
import type { Agent, IncomingHttpHeaders } from 'node:http';
import { debugRequest } from '../debug.js';
import { readCredentials } from '../origin.js';
import { clearTimeout, setTimeout } from '../real-time.js';
import { openRequest } from './client.js';
import { explainFailure, LATE, ProxyFailure } from './failure.js';
import { explainDrop, findSchemeError } from './scheme.js';

/** One request. */
export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds for the whole answer to arrive. */
  readonly timeoutMs: number;
  /** How much of the body is read, in bytes; the rest is left out. Default all. */
  readonly maxBodyBytes?: number;
  /** Of `findAgent`, for an app or a host elsewhere. Default: straight to the address of the URL. */
  readonly agent?: Agent | undefined;
  /** Ends the request with NoAnswer. */
  readonly signal?: AbortSignal | undefined;
}

/** The answer to one request, read to its end. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Thrown if no complete answer arrived. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** True if the server may have received the request, and so may have acted on it. */
  readonly mayHaveArrived: boolean;
  /** The proxy that did not connect; undefined if another reason prevented the answer. */
  readonly proxyFailure: ProxyFailure | undefined;

  constructor(reason: string, mayHaveArrived: boolean, cause?: unknown) {
    super(reason, { cause });
    this.mayHaveArrived = mayHaveArrived;
    this.proxyFailure = cause instanceof ProxyFailure ? cause : undefined;
  }
}

/**
 * Sends a request and returns the whole answer, whatever its status.
 *
 * @throws NoAnswer if the connection fails, or the answer is not complete within the timeout.
 */
export function sendRequest(sent: HttpRequest): Promise<HttpAnswer> {
  const describeRequest = () => `${sent.method} ${sent.url}`;
  return debugRequest('http', describeRequest, () => exchange(sent));
}

async function exchange(sent: HttpRequest): Promise<HttpAnswer> {
  const answer = await receiveAnswer(sent);
  const error = await findSchemeError(sent.url, answer);
  if (error) throw new NoAnswer(explainFailure(error, sent.url.host), false, error);
  return answer;
}

function receiveAnswer(sent: HttpRequest): Promise<HttpAnswer> {
  const { url, method, body, agent, maxBodyBytes = Number.POSITIVE_INFINITY } = sent;
  return new Promise((resolve, reject) => {
    let connected = false;
    const request = openRequest(url, {
      method,
      headers: withLength(sent),
      ...(agent && { agent }),
      ...(url.username !== '' && { auth: readCredentials(url) }),
    });
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      const end = () => {
        settle();
        const text = Buffer.concat(chunks).subarray(0, maxBodyBytes).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      };
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length < maxBodyBytes) return;
        end();
        request.destroy();
      });
      response.on('error', fail);
      response.on('end', end);
    });
    const timer = setTimeout(() => {
      const late = Object.assign(new Error(`no answer within ${sent.timeoutMs / 1000} s`), { code: LATE });
      request.destroy(late);
      // A request that still waits for its proxy has no socket, so it emits no error.
      fail(late);
    }, sent.timeoutMs);
    const giveUp = () => {
      const ended = new Error('no answer: the request was ended');
      request.destroy(ended);
      fail(ended);
    };
    sent.signal?.addEventListener('abort', giveUp, { once: true });
    function settle(): void {
      clearTimeout(timer);
      sent.signal?.removeEventListener('abort', giveUp);
    }
    function fail(failure: Error): void {
      settle();
      void explainDrop(url, failure).then((error) =>
        reject(new NoAnswer(explainFailure(error, url.host), connected, error)),
      );
    }
    request.on('socket', (socket) => {
      if (socket.connecting)
        socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => (connected = true));
      else connected = true;
    });
    request.on('error', fail);
    request.end(body);
  });
}

function withLength(sent: HttpRequest): Record<string, string> {
  const length = sent.body === undefined ? {} : { 'Content-Length': `${Buffer.byteLength(sent.body)}` };
  return { ...sent.headers, ...length };
}
