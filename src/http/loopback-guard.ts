// Refuses what web pages can send to a server of this machine: requests under a foreign name (DNS rebinding), and those of sites.
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { showControls } from '../control-characters.js';

/** The names of this machine that a client may use. */
const NAMES = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Returns why a request is refused, as a clause; undefined if it is not. A request needs a `Host` of this machine with
 * exactly the port of the server (or one of `hostNames`), no `Origin`, and no `Sec-Fetch-Site` of another site.
 *
 * @param port of the server
 * @param hostNames the names, in lower case, of a server that other machines can reach. IP addresses are accepted there too,
 *   because a web page cannot rebind them, and so is any port, because a published port differs from the server's own.
 *   Default: the server listens on loopback only
 */
export function findIntrusion(
  { host = '', origin, 'sec-fetch-site': site }: IncomingHttpHeaders,
  port: number,
  hostNames?: readonly string[],
): string | undefined {
  const named = host.toLowerCase();
  if (hostNames) {
    if (!isKnownName(named, hostNames))
      return `the Host '${showControls(host)}' is not a name of this sandbox: --public-origin or --allow-host names it`;
  } else {
    // A client leaves the default port out.
    const isOwn = NAMES.some((name) => named === `${name}:${port}` || (port === 80 && named === name));
    if (!isOwn) return `the Host '${showControls(host)}' is not localhost:${port}`;
  }
  if (origin !== undefined) return `a web page of ${showControls(origin)} sent the request`;
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'a web page sent the request';
  return undefined;
}

/** @param host in lower case, with or without a port */
function isKnownName(host: string, hostNames: readonly string[]): boolean {
  const [, address, name = ''] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/.exec(host) ?? [];
  if (address !== undefined) return isIP(address) === 6;
  return isIP(name) === 4 || name === 'localhost' || hostNames.includes(name.replace(/\.$/, ''));
}
