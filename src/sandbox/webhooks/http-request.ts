// Sends one HTTP request to the app, and reads the answer to its end or to the limit.
import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { rootCertificates } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { shorten } from '../../control-characters.js';
import { type CharsetText, decodeCharset } from '../../http/charset.js';
import { createAppAgent, openRequest } from '../../http/client.js';
import { isLoopback, readHost } from '../../origin.js';
import { clearTimeout, setTimeout } from '../../real-time.js';
import { verifyAllowedTarget } from './allowed-targets.js';
import { CONNECTION_REFUSED, toFailure, totalTimeout, WebhookFailure } from './failure.js';
import type { ConnectionOverrides } from './webhook-url.js';

/** How many bytes of an answer are read: the maximum size of TwiML. */
const MAX_BYTES = 64 * 1024;

/** A function such as `lookup` of `node:dns`; the declarations work without `@types/node`. */
export type HostLookup = (
  hostname: string,
  options: { readonly all?: boolean | undefined },
  callback: (
    error: Error | null,
    address: string | { address: string; family: number }[],
    family?: number,
  ) => void,
) => void;

/** The network of webhooks; everything has a default. */
export interface WebhookNetwork {
  /** Resolves a host name; never asked for the names of this machine, such as `localhost`. Default: the system's resolver. */
  readonly lookup?: HostLookup;
  /** Certificates (PEM) to trust besides those of Node.js. */
  readonly ca?: string;
  /**
   * The only hosts that webhooks and media downloads may go to, redirects included: names and IP addresses; `localhost`
   * stands for this machine. Default: any host, and none for a sandbox that other machines can reach.
   */
  readonly allowedHosts?: readonly string[];
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
  readonly headers: IncomingHttpHeaders;
  /** Whether the body was longer than the limit and was cut. */
  readonly isCut: boolean;
}

/** An answer whose body is text. */
export interface WebhookAnswer extends AnswerHead, CharsetText {}

/** An answer whose body is a file. */
export interface FileAnswer extends AnswerHead {
  readonly bytes: Buffer;
}

/** Sends a request. @throws WebhookFailure if no complete answer comes; an answer of any status is not a failure. */
export async function requestWebhook(
  request: WebhookRequest,
  network: WebhookNetwork,
): Promise<WebhookAnswer> {
  const { bytes, ...head } = await requestBytes(request, MAX_BYTES, network);
  const charsetFault = findCodingFault(bytes, head.headers['content-encoding']);
  const text = decodeCharset(bytes, head.headers['content-type']);
  return { ...head, ...text, ...(charsetFault !== undefined && { charsetFault }) };
}

/** Returns why a body cannot be read although it came whole: Twilio asks for gzip alone. */
function findCodingFault(bytes: Buffer, coding = ''): string | undefined {
  if (!/^(?:|identity|gzip)$/i.test(coding.trim()))
    return `its Content-Encoding is ${shorten(coding, MAX_CODING_LENGTH)}, and Twilio asks for gzip only`;
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return isGzip ? 'it is gzip, without a Content-Encoding that says so' : undefined;
}

const MAX_CODING_LENGTH = 40;

/** Sends a request as {@link requestWebhook} does, and returns bytes: at most `maxBytes`. */
export async function requestBytes(
  request: WebhookRequest,
  maxBytes: number,
  network: WebhookNetwork,
): Promise<FileAnswer> {
  const url = new URL(request.url);
  const checked = limitToAllowed(url, network);
  const isHere = isLoopback(url.hostname);
  // An app on this machine may listen on either loopback address. The one that the URL names is quicker to connect to.
  const openAtBoth = () => open(request, url, checked, createAppAgent(url));
  if (isHere && isIP(readHost(url)) === 0) return attempt(request, maxBytes, openAtBoth());
  try {
    return await attempt(request, maxBytes, open(request, url, checked, false));
  } catch (error) {
    const isRefused = error instanceof WebhookFailure && error.code === CONNECTION_REFUSED;
    if (isHere && isRefused) return attempt(request, maxBytes, openAtBoth());
    throw error;
  }
}

/** @throws WebhookFailure if the host of the URL is not allowed */
function limitToAllowed(url: URL, network: WebhookNetwork): WebhookNetwork {
  const { allowedHosts, lookup } = network;
  if (!allowedHosts) return network;
  return { ...network, lookup: verifyAllowedTarget(url, allowedHosts, lookup) };
}

function attempt(request: WebhookRequest, maxBytes: number, outgoing: ClientRequest): Promise<FileAnswer> {
  const { overrides, form, signal } = request;
  return new Promise((resolve, reject) => {
    let connected = false;
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
      readAll(incoming, maxBytes).then((answer) => {
        end();
        // Do not wait for the rest of an answer that is too long.
        outgoing.destroy();
        resolve(answer);
      }, fail);
    });
    outgoing.end(form);
  });
}

function open(
  { method, url, headers, overrides, signal }: WebhookRequest,
  parsed: URL,
  network: WebhookNetwork,
  agent: Agent | false,
): ClientRequest {
  const { protocol, hostname } = parsed;
  const trust = network.ca === undefined ? {} : { ca: [...rootCertificates, network.ca] };
  return openRequest(parsed, {
    method,
    path: readTarget(url),
    headers,
    signal,
    agent,
    ...(network.lookup && !isLoopback(hostname) && { lookup: network.lookup }),
    ...(protocol === 'https:' && { ...trust, rejectUnauthorized: !isLoopback(hostname) }),
    ...(protocol === 'https:' && !overrides.sni && { servername: '' }),
  });
}

async function readAll(incoming: IncomingMessage, maxBytes: number): Promise<FileAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > maxBytes) break;
  }
  const { statusCode: status = 0, headers } = incoming;
  const bytes = decompress(Buffer.concat(chunks), headers['content-encoding'], maxBytes);
  return { status, headers, bytes: bytes.subarray(0, maxBytes), isCut: bytes.length > maxBytes };
}

/**
 * The path and query of a URL as they are requested: as they were configured, not as the URL parser writes them, because
 * the signature covers the configured form.
 */
export function readTarget(url: string): string {
  return url.replace(/^https?:\/\/[^/]+/i, '');
}

function decompress(bytes: Buffer, encoding: string | undefined, maxBytes: number): Buffer {
  if (encoding?.toLowerCase() !== 'gzip' || bytes.length === 0) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes * 16 });
  } catch {
    throw new WebhookFailure(11206, 'HTTP protocol violation (the body is not gzip)');
  }
}

function connectTimeout(): WebhookFailure {
  return new WebhookFailure(11201, 'TCP connection timed out', { kind: 'ct' });
}
