// Puts another address, or TLS, in front of a server of a test: every byte is passed on.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { generate } from 'selfsigned';
import { onTestFinished } from 'vitest';

/** A front, until the test has finished. */
export interface Front {
  readonly port: number;
  /** How many connections it accepted. */
  connections(): number;
  close(): Promise<void>;
}

/** Why a test that needs `::1` is skipped. */
export const NO_IPV6 = 'this machine has no IPv6';

/** True if this machine can listen on ::1. */
export async function hasIPv6(): Promise<boolean> {
  const server = createServer();
  const isBound = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(0, '::1', () => resolve(true));
  });
  if (isBound) await new Promise((resolve) => server.close(resolve));
  return isBound;
}

/**
 * Listens on `host`, and passes each connection on to `port` of 127.0.0.1.
 *
 * @param options `secure` for TLS with a self-signed certificate; `at` for a port of one's own, default any
 */
export async function openFront(
  host: '127.0.0.1' | '::1' | '0.0.0.0',
  port: number,
  { secure = false, at = 0 }: { readonly secure?: boolean; readonly at?: number } = {},
): Promise<Front> {
  const sockets = new Set<Socket>();
  let count = 0;
  const pass = (socket: Socket) => {
    count += 1;
    const onward = connect(port, '127.0.0.1');
    for (const one of [socket, onward]) {
      sockets.add(one);
      one.on('error', () => undefined).on('close', () => sockets.delete(one));
    }
    socket.on('close', () => onward.destroy());
    onward.on('close', () => socket.destroy());
    socket.pipe(onward).pipe(socket);
  };
  const server = secure ? createTlsServer(await selfSigned(), pass) : createServer(pass);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(at, host, resolve);
  });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  onTestFinished(close);
  return { port: (server.address() as AddressInfo).port, connections: () => count, close };
}

async function selfSigned() {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'app.example.com' }], {
    keyType: 'ec',
    algorithm: 'sha256',
  });
  return { cert, key };
}
