// Sends one HTTP request over node:http(s), and reads the whole answer.
import http, { type IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import { debugRequest } from '../debug.js';
import { findSystemCode } from '../errors.js';

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
  readonly agent?: http.Agent | undefined;
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

  constructor(reason: string, mayHaveArrived: boolean, cause?: unknown) {
    super(reason, { cause });
    this.mayHaveArrived = mayHaveArrived;
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

function exchange(sent: HttpRequest): Promise<HttpAnswer> {
  const client = sent.url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    let connected = false;
    const request = client.request(
      sent.url,
      { method: sent.method, headers: withLength(sent), agent: sent.agent },
      (response) => {
        const { maxBodyBytes = Number.POSITIVE_INFINITY } = sent;
        const chunks: Buffer[] = [];
        let length = 0;
        const end = () => {
          settle();
          const body = Buffer.concat(chunks).subarray(0, maxBodyBytes).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
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
      },
    );
    const timer = setTimeout(() => {
      const late = new Error(`no answer within ${sent.timeoutMs / 1000} s`);
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
    function fail(error: Error): void {
      settle();
      reject(new NoAnswer(describe(error, sent), connected, error));
    }
    request.on('socket', (socket) => {
      if (socket.connecting)
        socket.once(isSecure(sent) ? 'secureConnect' : 'connect', () => (connected = true));
      else connected = true;
    });
    request.on('error', fail);
    request.end(sent.body);
  });
}

function isSecure(sent: HttpRequest): boolean {
  return sent.url.protocol === 'https:';
}

function withLength(sent: HttpRequest): Record<string, string> {
  const length = sent.body === undefined ? {} : { 'Content-Length': `${Buffer.byteLength(sent.body)}` };
  return { ...sent.headers, ...length };
}

const UNTRUSTED = 'showed a certificate this machine does not trust (a proxy? set NODE_EXTRA_CA_CERTS)';

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'dropped the connection',
  EPIPE: 'dropped the connection',
  ENOTFOUND: 'is not known to the name server (is there an internet connection?)',
  EAI_AGAIN: 'could not be looked up (is there an internet connection?)',
  ETIMEDOUT: 'did not answer',
  ENETUNREACH: 'cannot be reached (is there an internet connection?)',
  EHOSTUNREACH: 'cannot be reached (is there an internet connection?)',
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  ERR_TLS_CERT_ALTNAME_INVALID: 'showed the certificate of another host (a login page of this network?)',
  CERT_NOT_YET_VALID: 'showed a certificate that is not valid yet (is the clock right?)',
  CERT_HAS_EXPIRED: 'showed an expired certificate (is the clock right?)',
};

function describe(error: Error, { url, agent }: HttpRequest): string {
  return explainFailure(error, findProxy(error, agent) ?? url.host);
}

/** Returns why a connection failed, as a clause that begins with `host`. */
export function explainFailure(error: Error, host: string): string {
  const code = findSystemCode(error);
  const isSilence = error.message.startsWith('no answer');
  return `${host} ${(code && REASONS[code]) ?? `${isSilence ? 'gave' : 'failed:'} ${error.message}`}`;
}

/** Agents are ours, for a proxy only: a failed connection of one names the proxy's address. */
function findProxy(error: Error, agent: HttpRequest['agent']): string | undefined {
  return agent && 'address' in error && 'port' in error
    ? `the proxy ${error.address}:${error.port}`
    : undefined;
}
