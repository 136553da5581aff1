// The logins of calls: Twilio stays logged in to a password-protected URL for the duration of a call.
import { type Challenge, formatAuthorization } from './authorization.js';

const MAX_LOGINS = 1000;

/** The logins of all calls. See https://www.twilio.com/docs/usage/security. */
export interface Logins {
  /** Returns the `Authorization` header for a request about a resource; undefined if it is not logged in to that host. */
  authorize(sid: string, request: { readonly url: string; readonly method: string }): string | undefined;
  /** Keeps the challenge of a host for the requests about a resource that follow. */
  keep(sid: string, url: string, challenge: Challenge): void;
  clear(): void;
}

/** Creates an empty store. The oldest logins are forgotten above a thousand. */
export function createLogins(): Logins {
  const logins = new Map<string, { readonly challenge: Challenge; count: number }>();
  const keyOf = (sid: string, url: string) => `${sid} ${new URL(url).origin}`;
  return {
    authorize: (sid, request) => {
      const login = logins.get(keyOf(sid, request.url));
      if (!login) return undefined;
      login.count += 1;
      return formatAuthorization(login.challenge, request, login.count);
    },
    keep: (sid, url, challenge) => {
      logins.set(keyOf(sid, url), { challenge, count: 0 });
      const [oldest] = logins.keys();
      if (logins.size > MAX_LOGINS && oldest !== undefined) logins.delete(oldest);
    },
    clear: () => logins.clear(),
  };
}
