// Refuses what web pages can send to the control API: requests under a foreign name (DNS rebinding), and those of other sites.
import type { IncomingHttpHeaders } from 'node:http';

/** Where the guarded API listens, and which page may use it. */
export interface GuardOptions {
  /** Where it listens: `http://127.0.0.1:4020`. */
  readonly origin: string;
  /** The origin of the product's own page. Default: no page. */
  readonly pageOrigin?: string | undefined;
}

/** Returns why a request is refused, as a clause; undefined if it is not. */
export type RequestGuard = (headers: IncomingHttpHeaders) => string | undefined;

/** The names of this machine that a client may use. */
const NAMES = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Creates the guard. A request needs a `Host` of this machine with exactly the port of the API, no `Origin` except the
 * page's own, and no `Sec-Fetch-Site` of another site.
 */
export function createGuard({ origin, pageOrigin }: GuardOptions): RequestGuard {
  // A URL leaves the default port out, as clients do.
  const port = new URL(origin).port || '80';
  const hosts = new Set(NAMES.flatMap((name) => [`${name}:${port}`, ...(port === '80' ? [name] : [])]));
  return ({ host = '', origin: sender, 'sec-fetch-site': site }) => {
    if (!hosts.has(host.toLowerCase())) return `the Host '${host}' is not localhost:${port}`;
    if (sender !== undefined && sender !== pageOrigin) return `a web page of ${sender} sent the request`;
    if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'a web page sent the request';
    return undefined;
  };
}
