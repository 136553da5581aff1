// Access to the user API: the owner's token, by default only from this machine.
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { obtainSecret, type StateFolder } from '../../state/folder.js';
import { HttpError } from '../http.js';
import type { UserApi } from './request.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;
/** Headers that tunnels and proxies add. */
const FORWARDED_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'] as const;

/**
 * Checks that a request may use the user API.
 *
 * @throws HttpError 404 if it came through a tunnel and the API is not exposed, 401 without the right token.
 */
export function verifyAccess({ headers }: IncomingMessage, { token, isExposed }: UserApi): void {
  const isLocal =
    LOOPBACK.test(headers.host ?? '') && FORWARDED_HEADERS.every((name) => headers[name] === undefined);
  if (!isLocal && !isExposed) throw new HttpError(404, 'There is nothing here.');
  if (!hasToken(headers.authorization, token)) throw new HttpError(401, 'The token is missing or wrong.');
}

/** Reads the owner's token from a state folder; creates it on first use. */
export function obtainToken(folder: StateFolder): string {
  return obtainSecret(folder, 'relay-token');
}

/** Compares an `Authorization` header with the token, in constant time. */
function hasToken(header: string | undefined, token: string): boolean {
  const [given, expected] = [Buffer.from(header ?? ''), Buffer.from(`Token ${token}`)];
  return given.length === expected.length && timingSafeEqual(given, expected);
}
