// Sends one HTTP request to the app, and reads the answer to its end or to the limit.
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { rootCertificates } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { toFailure, totalTimeout, WebhookFailure } from './failure.js';
import type { ConnectionOverrides } from './webhook-url.js';

/** The most bytes that are read of an answer: the largest TwiML. */
const MOST_BYTES = 64 * 1024;

/** The network of webhooks; everything has a default. */
export interface WebhookNetwork {
  /** Resolves a host name. Default: the system's resolver. */
  readonly lookup?: LookupFunction;
  /** Certificates (PEM) to trust besides those of Node.js. */
  readonly ca?: string;
}

/** A request. */
export interface WebhookRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The body; undefined for GET. */
  readonly form: string | undefined;
  readonly overrides: ConnectionOverrides;
  readonly timeLeftMs: number;
  readonly signal: AbortSignal;
}

/** The status and headers of an answer. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** Whether the body was longer than the limit, and is cut. */
  readonly isCut: boolean;
}

/** An answer whose body is text. */
export interface WebhookAnswer extends AnswerHead {
  readonly body: string;
}

/** An answer whose body is a file. */
export interface FileAnswer extends AnswerHead {
  readonly bytes: Buffer;
}

/** Sends a request. @throws WebhookFailure if no complete answer comes; an answer of any status is not a failure. */
export async function requestWebhook(
  request: WebhookRequest,
  network: WebhookNetwork,
): Promise<WebhookAnswer> {
  const { bytes, ...head } = await requestBytes(request, MOST_BYTES, network);
  return { ...head, body: bytes.toString('utf8') };
}

/** Sends a request as {@link requestWebhook} does, and returns bytes: at most `mostBytes`. */
export function requestBytes(
  request: WebhookRequest,
  mostBytes: number,
  network: WebhookNetwork,
): Promise<FileAnswer> {
  const { overrides, form, signal } = request;
  return new Promise((resolve, reject) => {
    let connected = false;
    const outgoing = open(request, network);
    const timers = [
      setTimeout(() => outgoing.destroy(totalTimeout()), request.timeLeftMs),
      setTimeout(() => connected || outgoing.destroy(connectTimeout()), overrides.connectTimeoutMs),
    ];
    const end = () => {
      for (const timer of timers) clearTimeout(timer);
    };
    const fail = (error: unknown) => {
      end();
      reject(signal.aborted ? signal.reason : toFailure(error, connected));
    };
    outgoing.on('socket', (socket) => {
      socket.once(/^https:/i.test(request.url) ? 'secureConnect' : 'connect', () => {
        connected = true;
        // The socket's own timeout restarts with every packet.
        outgoing.setTimeout(overrides.readTimeoutMs, () => outgoing.destroy(totalTimeout()));
      });
    });
    outgoing.on('error', fail);
    outgoing.on('response', (incoming) => {
      readAll(incoming, mostBytes).then((answer) => {
        end();
        // The rest of an answer that is too long is not waited for.
        outgoing.destroy();
        resolve(answer);
      }, fail);
    });
    outgoing.end(form);
  });
}

function open({ method, url, headers, overrides, signal }: WebhookRequest, network: WebhookNetwork) {
  const { protocol, hostname, port, username, password } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const credentials = username + password === '' ? {} : { auth: decode(`${username}:${password}`) };
  const options = {
    method,
    host,
    port,
    // As it was configured, not as the URL parser writes it, because that is signed.
    path: url.replace(/^https?:\/\/[^/]+/i, ''),
    headers,
    signal,
    agent: false,
    ...credentials,
    ...(network.lookup && { lookup: network.lookup }),
  } as const;
  if (protocol === 'http:') return http.request(options);
  const trust = network.ca === undefined ? {} : { ca: [...rootCertificates, network.ca] };
  return https.request({ ...options, ...trust, ...(!overrides.sni && { servername: '' }) });
}

async function readAll(incoming: http.IncomingMessage, mostBytes: number): Promise<FileAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > mostBytes) break;
  }
  const { statusCode: status = 0, headers } = incoming;
  const bytes = decompress(Buffer.concat(chunks), headers['content-encoding'], mostBytes);
  return { status, headers, bytes: bytes.subarray(0, mostBytes), isCut: bytes.length > mostBytes };
}

/** Percent-decodes a text, unless its percents are invalid. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function decompress(bytes: Buffer, encoding: string | undefined, mostBytes: number): Buffer {
  if (encoding?.toLowerCase() !== 'gzip' || bytes.length === 0) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: mostBytes * 16 });
  } catch {
    throw new WebhookFailure(11206, 'HTTP protocol violation (the body is not gzip)');
  }
}

function connectTimeout(): WebhookFailure {
  return new WebhookFailure(11201, 'TCP connection timed out', 'ct');
}
