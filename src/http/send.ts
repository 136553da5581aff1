// Sends one HTTP request over node:http(s): the client side of every conversation the product has.
import http, { type IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import { debugRequest } from '../debug.js';
import { findSystemCode } from '../errors.js';

/** One request. */
export interface Outgoing {
  readonly method: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds until the whole answer must have arrived. */
  readonly timeout: number;
  readonly agent?: http.Agent | undefined;
  /** Ends it, as if no answer had come. */
  readonly signal?: AbortSignal | undefined;
}

/** The answer to one request, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** No usable answer came back. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** Whether the other side may have received, and so acted on, the request. */
  readonly mayHaveArrived: boolean;

  constructor(reason: string, mayHaveArrived: boolean, cause?: unknown) {
    super(reason, { cause });
    this.mayHaveArrived = mayHaveArrived;
  }
}

/**
 * Sends `outgoing` and reads the whole answer, whatever its status.
 *
 * @throws NoAnswer when the connection fails or the answer is not complete within the timeout.
 */
export function send(outgoing: Outgoing): Promise<Answer> {
  const describeRequest = () => `${outgoing.method} ${outgoing.url}`;
  return debugRequest('http', describeRequest, () => exchange(outgoing));
}

function exchange(outgoing: Outgoing): Promise<Answer> {
  const client = outgoing.url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    let connected = false;
    const request = client.request(
      outgoing.url,
      { method: outgoing.method, headers: withLength(outgoing), agent: outgoing.agent },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', fail);
        response.on('end', () => {
          settle();
          const body = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
        });
      },
    );
    const timer = setTimeout(() => {
      const late = new Error(`no answer within ${outgoing.timeout / 1000} s`);
      request.destroy(late);
      // A request that still waits for its proxy has no socket yet, and says nothing of its end.
      fail(late);
    }, outgoing.timeout);
    const giveUp = () => {
      const ended = new Error('no answer: nobody waited any longer');
      request.destroy(ended);
      fail(ended);
    };
    outgoing.signal?.addEventListener('abort', giveUp, { once: true });
    function settle(): void {
      clearTimeout(timer);
      outgoing.signal?.removeEventListener('abort', giveUp);
    }
    function fail(error: Error): void {
      settle();
      reject(new NoAnswer(describe(error, outgoing), connected, error));
    }
    request.on('socket', (socket) => {
      if (socket.connecting)
        socket.once(isSecure(outgoing) ? 'secureConnect' : 'connect', () => (connected = true));
      else connected = true;
    });
    request.on('error', fail);
    request.end(outgoing.body);
  });
}

function isSecure(outgoing: Outgoing): boolean {
  return outgoing.url.protocol === 'https:';
}

function withLength(outgoing: Outgoing): Record<string, string> {
  const length =
    outgoing.body === undefined ? {} : { 'Content-Length': `${Buffer.byteLength(outgoing.body)}` };
  return { ...outgoing.headers, ...length };
}

const STRANGER = 'showed a certificate this machine does not trust (a proxy? set NODE_EXTRA_CA_CERTS)';

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'dropped the connection',
  EPIPE: 'dropped the connection',
  ENOTFOUND: 'is unknown to the name server (is there an internet connection?)',
  EAI_AGAIN: 'could not be looked up (is there an internet connection?)',
  ETIMEDOUT: 'did not answer',
  ENETUNREACH: 'cannot be reached (is there an internet connection?)',
  EHOSTUNREACH: 'cannot be reached (is there an internet connection?)',
  SELF_SIGNED_CERT_IN_CHAIN: STRANGER,
  DEPTH_ZERO_SELF_SIGNED_CERT: STRANGER,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: STRANGER,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: STRANGER,
  ERR_TLS_CERT_ALTNAME_INVALID: 'showed the certificate of another host (a login page of this network?)',
  CERT_NOT_YET_VALID: 'showed a certificate that is not valid yet (is the clock right?)',
  CERT_HAS_EXPIRED: 'showed an expired certificate (is the clock right?)',
};

function describe(error: Error, { url, agent }: Outgoing): string {
  return explainFailure(error, findProxy(error, agent) ?? url.host);
}

/** Why there was no conversation with `who`, as a clause for people. */
export function explainFailure(error: Error, who: string): string {
  const code = findSystemCode(error);
  return `${who} ${(code && REASONS[code]) ?? `gave ${error.message}`}`;
}

/** An agent of our own is a proxy's, and a connection that failed names whom it was to. */
function findProxy(error: Error, agent: Outgoing['agent']): string | undefined {
  return agent && 'address' in error && 'port' in error
    ? `the proxy ${error.address}:${error.port}`
    : undefined;
}
