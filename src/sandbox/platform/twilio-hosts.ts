// Twilio's hosts: which product a host belongs to, and which hosts are no API.

/** Normalizes a host name: lower case, no dot at the end. */
export function plainName(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}

/** Subdomains that serve pages and files, and nothing of an account. */
const NO_APIS = new Set([
  'www',
  'status',
  'sdk',
  'demo',
  'docs',
  'help',
  'support',
  'static0',
  'console',
  'login',
]);

/** Twilio's host of the media files of messages, to which `api.twilio.com` redirects. */
export const MEDIA_HOST = 'mms.twiliocdn.com';

/**
 * True if a host is twilio.com, a subdomain or the host of media files, in any spelling; false for those without an API,
 * such as `www.twilio.com`.
 */
export function isTwilio(host: string): boolean {
  const name = plainName(host);
  if (name === MEDIA_HOST) return true;
  return `.${name}`.endsWith('.twilio.com') && !NO_APIS.has(name.slice(0, -'.twilio.com'.length));
}

/** `product.twilio.com`, and with an edge and a region: `api.dublin.ie1.twilio.com`. */
const API_HOST = /^([a-z0-9-]+)(?:\.[a-z0-9-]+){0,2}\.twilio\.com$/;

/**
 * Returns the product that a host of Twilio belongs to: `messaging` for `messaging.dublin.ie1.twilio.com`. Undefined for
 * any other host. See https://www.twilio.com/docs/global-infrastructure/using-the-twilio-rest-api-in-a-non-us-region.
 *
 * @param authority a host, with or without a port
 */
export function findProduct(authority: string): string | undefined {
  // Most requests name the address of the sandbox itself.
  if (!/twilio/i.test(authority)) return undefined;
  return API_HOST.exec(plainName(authority.replace(/:\d*$/, '')))?.[1];
}
