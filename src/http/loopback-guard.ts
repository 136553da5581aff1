// Refuses what web pages can send to a server on loopback: requests under a foreign name (DNS rebinding), and those of sites.
import type { IncomingHttpHeaders } from 'node:http';

/** Where the guarded server listens, and which page may use it. */
export interface GuardedServer {
  readonly port: number;
  /** The origin of the product's own page. Default: no page. */
  readonly pageOrigin?: string | undefined;
}

/** The names of this machine that a client may use. */
const NAMES = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Returns why a request is refused, as a clause; undefined if it is not. A request needs a `Host` of this machine with
 * exactly the port of the server, no `Origin` except the page's own, and no `Sec-Fetch-Site` of another site.
 */
export function findIntrusion(
  { host = '', origin, 'sec-fetch-site': site }: IncomingHttpHeaders,
  { port, pageOrigin }: GuardedServer,
): string | undefined {
  const named = host.toLowerCase();
  // A client leaves the default port out.
  const isOwn = NAMES.some((name) => named === `${name}:${port}` || (port === 80 && named === name));
  if (!isOwn) return `the Host '${host}' is not localhost:${port}`;
  if (origin !== undefined && origin !== pageOrigin) return `a web page of ${origin} sent the request`;
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'a web page sent the request';
  return undefined;
}
