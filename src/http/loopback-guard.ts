// Refuses what web pages can send to a server on loopback: requests under a foreign name (DNS rebinding), and those of sites.
import type { IncomingHttpHeaders } from 'node:http';

/** The names of this machine that a client may use. */
const NAMES = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Returns why a request is refused, as a clause; undefined if it is not. A request needs a `Host` of this machine with
 * exactly the port of the server, no `Origin`, and no `Sec-Fetch-Site` of another site.
 *
 * @param port of the server
 */
export function findIntrusion(
  { host = '', origin, 'sec-fetch-site': site }: IncomingHttpHeaders,
  port: number,
): string | undefined {
  const named = host.toLowerCase();
  // A client leaves the default port out.
  const isOwn = NAMES.some((name) => named === `${name}:${port}` || (port === 80 && named === name));
  if (!isOwn) return `the Host '${host}' is not localhost:${port}`;
  if (origin !== undefined) return `a web page of ${origin} sent the request`;
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'a web page sent the request';
  return undefined;
}
