// Which hosts belong to Twilio, and so go to the sandbox.

/** Normalizes a host name for certificates: lower case, no dot at the end. */
export function plainName(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}

/** True if a host is twilio.com or a subdomain, in any spelling. */
export function isTwilio(host: string): boolean {
  return `.${plainName(host)}`.endsWith('.twilio.com');
}
