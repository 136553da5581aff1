// Who may use the user API: whoever shows the token, and by default only from this machine.
import type { IncomingMessage } from 'node:http';
import { Unwelcome } from '../webhooks/guard.js';
import type { Api } from './api.js';
import { showsToken } from './token.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;
/** What tunnels and proxies add. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'] as const;

/**
 * Checks a request.
 *
 * @throws Unwelcome 404 for one that came through a tunnel, 401 for one without the token.
 */
export function verifyAccess({ headers }: IncomingMessage, { token, isExposed }: Api): void {
  const isLocal = LOOPBACK.test(headers.host ?? '') && FORWARDED.every((name) => headers[name] === undefined);
  if (!isLocal && !isExposed) throw new Unwelcome(404, 'There is nothing here.');
  if (!showsToken(headers.authorization, token)) throw new Unwelcome(401, 'The token is missing or wrong.');
}
