// Finds out that an app speaks https where it was asked in http: then it drops the connection, or answers in words of its own.
import { connect } from 'node:tls';
import { findSystemCode } from '../errors.js';
import { readHost } from '../origin.js';
import { connectOptionsFor } from './client.js';
import { SPEAKS_TLS } from './failure.js';

const TIMEOUT_MS = 2000;

/** What Go, nginx, Apache and Tomcat answer to plain http where they expect TLS. */
const SCHEME_WORDS = /HTTPS (?:server|port)|SSL-enabled|requires TLS/i;

/**
 * Returns the error to report in place of `error`: one with the code {@link SPEAKS_TLS} if the connection was dropped
 * because the server expects TLS, else `error` itself.
 */
export async function explainDrop(url: URL, error: Error): Promise<Error> {
  const isDrop = isDropped(error) || isDropped(error.cause);
  return url.protocol === 'http:' && isDrop && (await speaksTls(url)) ? speaksTlsError(error) : error;
}

/** Returns an error with the code {@link SPEAKS_TLS} if a server answered only that it expects TLS, else undefined. */
export async function findSchemeError(
  url: URL,
  { status, body }: { readonly status: number; readonly body: string },
): Promise<Error | undefined> {
  const isSuspect = url.protocol === 'http:' && status === 400 && SCHEME_WORDS.test(body);
  return isSuspect && (await speaksTls(url)) ? speaksTlsError() : undefined;
}

function isDropped(error: unknown): boolean {
  const code = findSystemCode(error) ?? '';
  return ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(code) || code.startsWith('HPE_');
}

function speaksTlsError(cause?: unknown): Error {
  return Object.assign(new Error('the server speaks https, not http', { cause }), { code: SPEAKS_TLS });
}

/** True if the server completes a TLS handshake. */
function speaksTls(url: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { port: Number(url.port || 80), rejectUnauthorized: false, timeout: TIMEOUT_MS };
    const socket = connect({ ...options, ...connectOptionsFor(readHost(url)) });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('secureConnect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}
