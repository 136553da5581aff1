// Who may use the user API: whoever shows the token, and by default only from this machine.

import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { StateFolder } from '../../state/folder.js';
import { obtainSecret } from '../../state/secret.js';
import { HttpError } from '../http.js';
import type { UserApi } from './request.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;
/** What tunnels and proxies add. */
const FORWARDED_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'] as const;

/**
 * Checks a request.
 *
 * @throws HttpError 404 for one that came through a tunnel, 401 for one without the token.
 */
export function verifyAccess({ headers }: IncomingMessage, { token, isExposed }: UserApi): void {
  const isLocal =
    LOOPBACK.test(headers.host ?? '') && FORWARDED_HEADERS.every((name) => headers[name] === undefined);
  if (!isLocal && !isExposed) throw new HttpError(404, 'There is nothing here.');
  if (!hasToken(headers.authorization, token)) throw new HttpError(401, 'The token is missing or wrong.');
}

/** The token of a state folder, made where there is none. */
export function obtainToken(folder: StateFolder): string {
  return obtainSecret(folder, 'relay-token');
}

/** Whether an `Authorization` header shows the token, compared in constant time. */
function hasToken(header: string | undefined, token: string): boolean {
  const [shown, wanted] = [Buffer.from(header ?? ''), Buffer.from(`Token ${token}`)];
  return shown.length === wanted.length && timingSafeEqual(shown, wanted);
}
