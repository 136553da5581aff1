// Makes one webhook request over node:http(s), and reads its answer to the end or to the limit.
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { rootCertificates } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { toFailure, tooLate, WebhookFailure } from './failure.js';
import type { ConnectionOverrides } from './webhook-url.js';

/** The most that is read of an answer, bytes: what TwiML may have. */
const LIMIT = 64 * 1024;

/** The network as webhooks see it; everything has a default. */
export interface WebhookNetwork {
  /** Finds the address of a host. Default: the system does. */
  readonly lookup?: LookupFunction;
  /** Certificates (PEM) to trust besides those that Node.js brings. */
  readonly ca?: string;
}

/** One request. */
export interface WebhookRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The body; none for GET. */
  readonly form: string | undefined;
  readonly effort: ConnectionOverrides;
  /** Milliseconds that are left for all of it. */
  readonly timeLeft: number;
  readonly signal: AbortSignal;
}

/** What an answer is besides its body. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** Whether there was more of the body than is read. */
  readonly cut: boolean;
}

/** An answer. */
export interface WebhookAnswer extends AnswerHead {
  readonly body: string;
}

/** An answer whose body is a file. */
export interface FileAnswer extends AnswerHead {
  readonly bytes: Buffer;
}

/** @throws WebhookFailure when no whole answer came; whatever its status, an answer is none. */
export async function requestWebhook(
  request: WebhookRequest,
  network: WebhookNetwork,
): Promise<WebhookAnswer> {
  const { bytes, ...head } = await requestBytes(request, LIMIT, network);
  return { ...head, body: bytes.toString('utf8') };
}

/** As {@link requestWebhook}, for what is no text; `limit` is the most that is read, bytes. */
export function requestBytes(
  request: WebhookRequest,
  limit: number,
  network: WebhookNetwork,
): Promise<FileAnswer> {
  const { effort, form, signal } = request;
  return new Promise((resolve, reject) => {
    let connected = false;
    const outgoing = open(request, network);
    const timers = [
      setTimeout(() => outgoing.destroy(tooLate()), request.timeLeft),
      setTimeout(() => connected || outgoing.destroy(notConnected()), effort.connectTimeout),
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
        // The socket's own timeout starts anew with every packet.
        outgoing.setTimeout(effort.readTimeout, () => outgoing.destroy(tooLate()));
      });
    });
    outgoing.on('error', fail);
    outgoing.on('response', (incoming) => {
      readAll(incoming, limit).then((answer) => {
        end();
        // Whoever sends more than is read is not waited for.
        outgoing.destroy();
        resolve(answer);
      }, fail);
    });
    outgoing.end(form);
  });
}

function open({ method, url, headers, effort, signal }: WebhookRequest, network: WebhookNetwork) {
  const { protocol, hostname, port, username, password } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const credentials = username + password === '' ? {} : { auth: decode(`${username}:${password}`) };
  const options = {
    method,
    host,
    port,
    // As it was configured, not as the URL parser writes it: that is what is signed.
    path: url.replace(/^https?:\/\/[^/]+/i, ''),
    headers,
    signal,
    agent: false,
    ...credentials,
    ...(network.lookup && { lookup: network.lookup }),
  } as const;
  if (protocol === 'http:') return http.request(options);
  const trust = network.ca === undefined ? {} : { ca: [...rootCertificates, network.ca] };
  return https.request({ ...options, ...trust, ...(!effort.sni && { servername: '' }) });
}

async function readAll(incoming: http.IncomingMessage, limit: number): Promise<FileAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > limit) break;
  }
  const { statusCode: status = 0, headers } = incoming;
  const bytes = decompress(Buffer.concat(chunks), headers['content-encoding'], limit);
  return { status, headers, bytes: bytes.subarray(0, limit), cut: bytes.length > limit };
}

/** Percent-decoded, where it can be. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function decompress(bytes: Buffer, encoding: string | undefined, limit: number): Buffer {
  if (encoding?.toLowerCase() !== 'gzip' || bytes.length === 0) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: limit * 16 });
  } catch {
    throw new WebhookFailure(11206, 'HTTP protocol violation (the body is not gzip)');
  }
}

function notConnected(): WebhookFailure {
  return new WebhookFailure(11201, 'TCP connection timed out', 'ct');
}
