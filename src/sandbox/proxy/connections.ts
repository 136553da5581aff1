// Handles CONNECT: connections to Twilio are decrypted and go to the sandbox, others pass through unchanged.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type SecureContext, TLSSocket } from 'node:tls';
import { debug } from '../../debug.js';
import { RelayPhoneError } from '../../errors.js';
import { openConnection } from '../../http/connection.js';
import { explainFailure } from '../../http/failure.js';
import type { HttpProxy } from '../../http/proxy.js';
import { formatAuthority, readHost } from '../../origin.js';
import { isTwilio } from '../platform/twilio-hosts.js';

/** How the proxy connects to the sandbox. */
export interface SandboxConnections {
  readonly origin: string;
  /** Serves a connection directly, without a new one to `origin`; undefined if the sandbox runs in another process. */
  readonly accept?: ((connection: Duplex) => void) | undefined;
}

/** What handling a connection needs. */
export interface ProxyContext {
  readonly sandbox: SandboxConnections;
  /** Returns the TLS context of a host of Twilio. */
  readonly contextFor: (host: string) => Promise<SecureContext>;
  /** Returns the user's own proxy for a URL, if there is one. @throws RelayPhoneError if it cannot be used */
  readonly findProxy: (target: URL) => HttpProxy | undefined;
  /** All open connections, which are closed with the proxy. */
  readonly open: Set<Duplex>;
}

const ESTABLISHED = 'HTTP/1.1 200 Connection established\r\n\r\n';
/** The first byte of a TLS connection: https://www.rfc-editor.org/rfc/rfc8446#section-5.1 */
const TLS_HANDSHAKE = 22;

/** Answers a CONNECT request, and connects the program with the host or the sandbox. */
export async function handleConnect(
  context: ProxyContext,
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  track(context, socket);
  const target = readAuthority(incoming.url ?? '');
  if (!target) return refuseConnection(socket, 400, 'Bad Request', 'CONNECT takes a host and a port');
  if (head.length > 0) socket.unshift(head);
  const host = formatAuthority(target.host, target.port);
  try {
    debug('http', () => `forward CONNECT ${target.host}${isTwilio(target.host) ? ' to the sandbox' : ''}`);
    if (isTwilio(target.host)) return await connectSandbox(context, target.host, socket);
    const proxy = context.findProxy(new URL(`https://${host}`));
    const upstream = await openConnection(target.host, target.port, proxy);
    track(context, upstream);
    socket.write(ESTABLISHED);
    join(socket, upstream);
  } catch (error) {
    refuseConnection(socket, 502, 'Bad Gateway', explainRefusal(error, { host }));
  }
}

/** Connects to the sandbox, on any port, with TLS or without: the program must never reach the real Twilio. */
async function connectSandbox(context: ProxyContext, host: string, socket: Duplex): Promise<void> {
  const secureContext = await context.contextFor(host);
  socket.write(ESTABLISHED);
  const first = await readFirst(socket);
  if (first === undefined) return void socket.destroy();
  const isSecure = first[0] === TLS_HANDSHAKE;
  const plain = isSecure
    ? new TLSSocket(socket as never, { isServer: true, secureContext, ALPNProtocols: ['http/1.1'] })
    : socket;
  track(context, plain);
  const { accept, origin } = context.sandbox;
  if (accept) return accept(plain);
  const url = new URL(origin);
  const sandbox = await openConnection(readHost(url), Number(url.port || 80), undefined);
  track(context, sandbox);
  join(plain, sandbox);
}

/** Returns the first bytes without consuming them, or undefined if the connection closes before. */
function readFirst(socket: Duplex): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    socket.once('readable', () => {
      const bytes = socket.read() as Buffer | null;
      if (bytes) socket.unshift(bytes);
      resolve(bytes ?? undefined);
    });
    socket.once('close', () => resolve(undefined));
  });
}

function join(one: Duplex, other: Duplex): void {
  one.on('close', () => other.destroy());
  other.on('close', () => one.destroy());
  one.pipe(other);
  other.pipe(one);
}

/** Closes a connection with the proxy, and on errors. */
export function track({ open }: ProxyContext, socket: Duplex): void {
  open.add(socket);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => open.delete(socket));
}

function readAuthority(raw: string): { readonly host: string; readonly port: number } | undefined {
  const [, ipv6, name, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:/?#@\s]+)):(\d{1,5})$/.exec(raw) ?? [];
  const host = ipv6 ?? name;
  return host === undefined || Number(port) > 65_535 ? undefined : { host, port: Number(port) };
}

/** Returns why a host cannot be reached, without a full stop. */
export function explainRefusal(error: unknown, { host }: Pick<URL, 'host'>): string {
  return error instanceof RelayPhoneError ? error.reason : explainFailure(error as Error, host);
}

/** Writes an error answer to the connection, and ends it. @param reason what is wrong, without a full stop */
export function refuseConnection(socket: Duplex, status: number, title: string, reason: string): void {
  const body = `relay-phone exec: ${reason}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
