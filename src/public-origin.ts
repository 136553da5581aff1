// Checks that a URL can be a public base: the https origin under which Twilio reaches the app.
import { isLoopback } from './origin.js';

/**
 * Returns why `raw` cannot be a public base, as the rest of a sentence ("… must start with https://"), or undefined if
 * it can.
 *
 * @param allowLoopback accepts http and https addresses of this machine, as the sandbox does
 */
export function findOriginFault(raw: string, allowLoopback: boolean): string | undefined {
  const url = URL.canParse(raw) ? new URL(raw) : undefined;
  if (!url?.hostname || !/^https?:$/.test(url.protocol))
    return 'is not a URL such as https://relay.example.com';
  if (url.username || url.password) return 'must not hold a user name or password';
  if (url.pathname !== '/' || url.search || url.hash) return 'must be an origin: no path, query or fragment';
  if (url.hostname.includes('_')) return 'has an underscore in its host name, which Twilio refuses';
  if (isLoopback(url.hostname)) {
    return allowLoopback ? undefined : 'is an address of this machine, which Twilio cannot reach';
  }
  return url.protocol === 'https:' ? undefined : 'must start with https://';
}

/** Returns `raw` without a user name and password in it, to be shown. */
export function formatWithoutPassword(raw: string): string {
  return raw.replace(/\/\/[^/@]*@/, '//…@');
}
