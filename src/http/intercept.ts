// Leads the connections of this process to some hosts to a server of its own, whatever HTTP client opens them.
import { type LookupFunction, Socket } from 'node:net';
import { type Duplex, duplexPair } from 'node:stream';
import tls from 'node:tls';
import { RelayPhoneError } from '../errors.js';
import { avoidEarlierConnections, interceptionEnded } from './earlier-connections.js';

/** Ends an interception; every further call does nothing. */
export interface Interception {
  (): void;
  [Symbol.dispose](): void;
}

/** Which connections are intercepted, and the server that they lead to. */
export interface InterceptionOptions {
  readonly isIntercepted: (host: string) => boolean;
  /** Of the server, on 127.0.0.1. */
  readonly port: number;
  /** Serves a connection as if it had come to that port. */
  accept(connection: Duplex): void;
}

/** An interception that may have ended: another library may still call what it replaced. */
interface ActiveInterception extends InterceptionOptions {
  isOver: boolean;
  /** The open connections to the server. */
  readonly sockets: Set<Socket>;
}

/**
 * Intercepts every new connection to the hosts: one with TLS is served inside the process, one without is led to the
 * server's port. Connections that were open before are not used again. Other hosts are not touched.
 *
 * @param onEnd is called when it ends
 * @throws RelayPhoneError `usage` if there is another interception in this process.
 */
export function interceptHosts(options: InterceptionOptions, onEnd: () => void): Interception {
  if (MARK in tls.connect) throw alreadyIntercepted();
  const active: ActiveInterception = { ...options, isOver: false, sockets: new Set() };
  const restore = [
    replaceSecureConnect(active),
    replacePlainConnect(active),
    avoidEarlierConnections(options.isIntercepted, active.sockets),
  ];
  const end = () => {
    if (active.isOver) return;
    active.isOver = true;
    onEnd();
    for (const undo of restore) undo();
    for (const socket of active.sockets) endConnection(socket);
  };
  return Object.assign(end, { [Symbol.dispose]: end });
}

/** The request of node:http that a socket carries until its answer is read. */
interface SocketWithRequest extends Socket {
  readonly _httpMessage?: { readonly res?: unknown } | null;
}

/** A client must not try again what was in flight: the host is reached again. So the error has no code such as ECONNRESET. */
function endConnection(socket: SocketWithRequest): void {
  // Nobody listens for the errors of a request that has got its answer.
  if (socket._httpMessage?.res) {
    socket.destroy();
    return;
  }
  // Nor for those of an idle connection, and an error that nobody takes ends the process.
  socket.on('error', () => undefined);
  socket.destroy(interceptionEnded());
}

/** On the replaced function, where another copy of this module finds it: a test runner may load one for each test file. */
const MARK = Symbol.for('relay-phone.intercept');

function alreadyIntercepted(): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: 'intercept requests to Twilio',
    reason: 'another sandbox of this process intercepts them',
    tryNext: ['call the function that its intercept() returned, or await its close()'],
  });
}

/**
 * TLS with a key that both ends share (https://www.rfc-editor.org/rfc/rfc4279), so that no certificate is made or trusted.
 * No byte leaves the process: TLS is there because clients expect a socket that is encrypted and authorized.
 */
const SHARED_KEY = {
  ciphers: 'PSK-AES128-GCM-SHA256',
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.2',
} as const;
const KEY = Buffer.alloc(16);

/** @returns the function that restores `tls.connect` */
function replaceSecureConnect(active: ActiveInterception): () => void {
  const original = tls.connect;
  const replacement = Object.assign(
    (...given: unknown[]): tls.TLSSocket => {
      const options = readSecureOptions(given);
      const { servername, ALPNProtocols, timeout } = options;
      const host = [servername, options.host].find((name) => name && active.isIntercepted(name));
      if (active.isOver || !host) return Reflect.apply(original, tls, given);
      // Of a client that has connected through a proxy first.
      options.socket?.destroy();
      if (needsHttp2(ALPNProtocols)) {
        const error = refusal(host, 'the sandbox has no HTTP/2: let the client use HTTP/1.1');
        return original(failingConnection(error), findListener(given));
      }
      const socket = original(
        {
          ...SHARED_KEY,
          socket: acceptSecurely(active),
          servername: servername || host,
          ...(ALPNProtocols && { ALPNProtocols }),
          ...(timeout !== undefined && { timeout }),
          pskCallback: () => ({ psk: KEY, identity: 'relay-phone' }),
          checkServerIdentity: () => undefined,
        },
        findListener(given),
      );
      keep(active, socket);
      return socket;
    },
    { [MARK]: true },
  );
  tls.connect = replacement;
  return () => {
    if (tls.connect === replacement) tls.connect = original;
  };
}

/** True if a client offers protocols, and HTTP/1.1 is none of them. */
function needsHttp2(protocols: tls.ConnectionOptions['ALPNProtocols']): boolean {
  const names = Array.isArray(protocols) ? protocols.map(String).join() : `${protocols ?? ''}`;
  return names !== '' && !names.includes('http/1.1');
}

/** Returns one end of a connection inside the process, whose other end is served. */
function acceptSecurely({ accept }: ActiveInterception): Duplex {
  const [near, far] = duplexPair();
  const options: tls.TLSSocketOptions & Pick<tls.TlsOptions, 'pskCallback'> = {
    ...SHARED_KEY,
    isServer: true,
    ALPNProtocols: ['http/1.1'],
    pskCallback: () => KEY,
  };
  const server = new tls.TLSSocket(far, options);
  server.on('error', () => server.destroy());
  // The client's socket gets the same error.
  near.on('error', () => undefined);
  // Neither end notices by itself that the other one was destroyed.
  near.once('close', () => server.destroy());
  server.once('close', () => near.push(null));
  accept(server);
  return near;
}

/** Reads `(options)`, `(port, options)` or `(port, host, options)`: https://nodejs.org/api/tls.html#tlsconnectoptions-callback */
function readSecureOptions(given: readonly unknown[]): tls.ConnectionOptions {
  const host = given.find((one) => typeof one === 'string');
  const options = given.find((one) => typeof one === 'object' && one !== null);
  return { ...(host !== undefined && { host }), ...options };
}

/** @returns the function that restores `connect` of sockets, to which `net.connect` and `tls.connect` lead */
function replacePlainConnect(active: ActiveInterception): () => void {
  const original = Socket.prototype.connect;
  const replacement = function (this: Socket, ...given: unknown[]): Socket {
    // `net.connect` passes both as one array.
    const parts: readonly unknown[] = Array.isArray(given[0]) ? given[0] : given;
    const host = findPlainHost(parts);
    if (active.isOver || !active.isIntercepted(host)) return Reflect.apply(original, this, given);
    if (this instanceof tls.TLSSocket) {
      const error = refusal(host, 'its client imported connect from node:tls by name');
      return Reflect.apply(original, this, [failingConnection(error)]);
    }
    keep(active, this);
    return Reflect.apply(original, this, [{ host: '127.0.0.1', port: active.port }, findListener(parts)]);
  } as typeof original;
  Socket.prototype.connect = replacement;
  return () => {
    if (Socket.prototype.connect === replacement) Socket.prototype.connect = original;
  };
}

/** Reads `(options, listener)` and `(port, host, listener)`: https://nodejs.org/api/net.html#socketconnect */
function findPlainHost([first, second]: readonly unknown[]): string {
  if (typeof first === 'object' && first !== null && 'host' in first) return String(first.host);
  return typeof second === 'string' ? second : '';
}

function findListener(given: readonly unknown[]): (() => void) | undefined {
  return given.find((one): one is () => void => typeof one === 'function');
}

/** Why a connection to a host does not get there: no request must reach the host by mistake. */
function refusal(host: string, reason: string): Error {
  return new Error(`relay-phone ended a connection to ${host} that it cannot intercept: ${reason}`);
}

/** Returns options with which a socket fails after `connect` has returned, when its client listens for errors. */
function failingConnection(error: Error): { host: string; port: number; lookup: LookupFunction } {
  // Not an address, which would not be looked up.
  return { host: 'refused.invalid', port: 443, lookup: (_host, _options, callback) => callback(error, []) };
}

function keep({ sockets }: ActiveInterception, socket: Socket): void {
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
}
