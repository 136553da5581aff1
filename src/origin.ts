// Reads and writes the origins of servers, and tells the addresses of this machine from all others.
import { isIPv6 } from 'node:net';
import { findHostFault, findNameFault } from './public-host.js';

/** Returns the host of a URL as sockets take it: an IPv6 address without its brackets. */
export function readHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** Returns `host:port`, with brackets around an IPv6 address. */
export function formatAuthority(host: string, port: number | string): string {
  // Most hosts have no colon, and Node.js's check of IPv6 takes as long as loading a library when it is first called.
  return `${host.includes(':') && isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/**
 * Returns the http origin under which a server that listens on `host` can be reached from this machine. For an address
 * that means every address, that is 127.0.0.1: no client can connect to `0.0.0.0` or `::` everywhere.
 */
export function formatOrigin(host: string, port: number): string {
  const { origin } = new URL(`http://${formatAuthority(isWildcard(host) ? '127.0.0.1' : host, port)}`);
  return origin;
}

/** True for an address that means every address of this machine: `0.0.0.0` or `::`, in any spelling, with or without brackets. */
export function isWildcard(host: string): boolean {
  return WILDCARDS.includes(normalize(host));
}

const WILDCARDS: readonly string[] = ['0.0.0.0', '[::]', '[::ffff:0:0]'];

/** True for a name or address of this machine itself: localhost and the names below it, 127.0.0.0/8, and ::1. */
export function isLoopback(host: string): boolean {
  const name = normalize(host).replace(/\.$/, '');
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  return /^127(?:\.\d{1,3}){3}$/.test(name) || /^\[::(?:1|ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4})\]$/.test(name);
}

/** Writes an address as a URL has it. */
function normalize(host: string): string {
  const bare = host.replace(/^\[|\]$/g, '');
  const url = `http://${formatAuthority(bare, 80)}`;
  return URL.canParse(url) ? new URL(url).hostname : bare.toLowerCase();
}

/** Returns the origins that lead to the same port of this machine as `origin` does; only `origin` if it is not on this machine. */
export function listSameOrigins(origin: string): string[] {
  const url = new URL(origin);
  if (!isLoopback(url.hostname)) return [origin];
  const names = ['127.0.0.1', 'localhost', '[::1]'].map((name) => {
    const other = new URL(origin);
    other.hostname = name;
    return other.origin;
  });
  return [...new Set([origin, ...names])];
}

/**
 * Returns why `raw` cannot be a public base, as the rest of a sentence ("… must start with https://"), or undefined if
 * it can.
 *
 * @param allowLocal accepts http and https on this machine and in its networks, as the sandbox does
 */
export function findOriginFault(raw: string, allowLocal: boolean): string | undefined {
  const url = URL.canParse(raw) ? new URL(raw) : undefined;
  if (!url?.hostname || !/^https?:$/.test(url.protocol))
    return 'is not a URL such as https://relay.example.com';
  if (url.username || url.password) return 'must not hold a user name or password';
  if (url.pathname !== '/' || url.search || url.hash) return 'must be an origin: no path, query or fragment';
  if (url.hostname.includes('_')) return 'has an underscore in its host name, which Twilio refuses';
  const nameFault = findNameFault(url.hostname);
  if (nameFault !== undefined) return nameFault;
  const fault = isLoopback(url.hostname)
    ? 'is an address of this machine, which Twilio cannot reach'
    : findHostFault(url.hostname);
  if (fault !== undefined) return allowLocal ? undefined : fault;
  return url.protocol === 'https:' ? undefined : 'must start with https://';
}

/** Returns `raw` without a user name and password in it, to be shown. */
export function formatWithoutPassword(raw: string): string {
  return raw.replace(/\/\/[^/@]*@/, '//…@');
}

/** Returns the user name and password of a URL as `name:password`, decoded. */
export function readCredentials({ username, password }: URL): string {
  return `${decode(username)}:${decode(password)}`;
}

/** A password with a bare percent sign is meant as it is written. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
