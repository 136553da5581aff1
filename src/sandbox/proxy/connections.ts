// What becomes of a CONNECT: one to Twilio is decrypted and leads to the sandbox, any other is passed on untouched.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type SecureContext, TLSSocket } from 'node:tls';
import { debug } from '../../debug.js';
import { openConnection } from '../../http/connection.js';
import { explainFailure } from '../../http/send.js';
import { isTwilio } from './hosts.js';

/** The way into a sandbox. */
export interface SandboxConnections {
  readonly origin: string;
  /** Takes a connection as its own, which spares one; undefined where it runs in another process. */
  readonly accept?: ((connection: Duplex) => void) | undefined;
}

/** What the parts of a proxy share. */
export interface Connecting {
  readonly sandbox: SandboxConnections;
  readonly contextFor: (host: string) => Promise<SecureContext>;
  /** The user's own proxy for a host. */
  readonly findProxy: (protocol: 'http:' | 'https:', host: string) => string | undefined;
  /** Every connection, to be cut off at the end. */
  readonly open: Set<Duplex>;
}

const ESTABLISHED = 'HTTP/1.1 200 Connection established\r\n\r\n';
/** How a TLS connection begins. https://www.rfc-editor.org/rfc/rfc8446#section-5.1 */
const HANDSHAKE = 22;

/** Answers a CONNECT, and joins the two ends. */
export async function passConnection(
  connecting: Connecting,
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  track(connecting, socket);
  const to = readAuthority(incoming.url ?? '');
  if (!to) return refuseConnection(socket, 400, 'Bad Request', 'CONNECT takes a host and a port');
  if (head.length > 0) socket.unshift(head);
  try {
    debug('http', () => `pass on CONNECT ${to.host}${isTwilio(to.host) ? ' to the sandbox' : ''}`);
    if (isTwilio(to.host)) return await intercept(connecting, to.host, socket);
    const proxy = connecting.findProxy('https:', to.host);
    const onward = await openConnection(to.host, to.port, proxy);
    track(connecting, onward);
    socket.write(ESTABLISHED);
    join(socket, onward);
  } catch (error) {
    refuseConnection(socket, 502, 'Bad Gateway', explainFailure(error as Error, `${to.host}:${to.port}`));
  }
}

/** Whatever port was asked for, and whether it is TLS or not: nothing of this program's reaches the real Twilio. */
async function intercept(connecting: Connecting, host: string, socket: Duplex): Promise<void> {
  const secureContext = await connecting.contextFor(host);
  socket.write(ESTABLISHED);
  const first = await readFirst(socket);
  if (first === undefined) return void socket.destroy();
  const isSecure = first[0] === HANDSHAKE;
  const plain = isSecure
    ? new TLSSocket(socket as never, { isServer: true, secureContext, ALPNProtocols: ['http/1.1'] })
    : socket;
  track(connecting, plain);
  const { accept, origin } = connecting.sandbox;
  if (accept) return accept(plain);
  const { hostname, port } = new URL(origin);
  const sandbox = await openConnection(hostname, Number(port), undefined);
  track(connecting, sandbox);
  join(plain, sandbox);
}

/** The first bytes, which stay where they are; undefined when none come. */
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

/** Has a connection end with the proxy, and an error of its end it. */
export function track({ open }: Connecting, socket: Duplex): void {
  open.add(socket);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => open.delete(socket));
}

function readAuthority(raw: string): { readonly host: string; readonly port: number } | undefined {
  const [, six, name, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:/?#@\s]+)):(\d{1,5})$/.exec(raw) ?? [];
  const host = six ?? name;
  return host === undefined || Number(port) > 65_535 ? undefined : { host, port: Number(port) };
}

/** Answers on the connection itself, and ends it. @param why a clause, for people */
export function refuseConnection(socket: Duplex, status: number, title: string, why: string): void {
  const body = `relay-phone exec: ${why}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
