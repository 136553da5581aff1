// Checks that a server accepts TCP connections.
import { connect } from 'node:net';
import { explainFailure, NoAnswer } from './send.js';

/**
 * Resolves when `host` accepts a TCP connection on `port`; the connection is closed at once.
 *
 * @throws NoAnswer with the reason, also if `signal` aborts first
 */
export function verifyReachable(host: string, port: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', (error) =>
      reject(new NoAnswer(explainFailure(error, `${host}:${port}`), false, error)),
    );
  });
}
