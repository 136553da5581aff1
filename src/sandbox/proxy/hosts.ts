// Which hosts belong to Twilio, and so go to the sandbox.
import { MEDIA_HOST } from '../platform/media-host.js';

/** Normalizes a host name for certificates: lower case, no dot at the end. */
export function plainName(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}

/** True if a host is twilio.com, a subdomain or the host of media files, in any spelling. */
export function isTwilio(host: string): boolean {
  const name = plainName(host);
  return name === MEDIA_HOST || `.${name}`.endsWith('.twilio.com');
}
