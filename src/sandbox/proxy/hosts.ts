// Tells which hosts are Twilio's, and so the sandbox's.

/** A host's name as certificates have it: in lower case, and without a dot at its end. */
export function plainName(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}

/** Whether a host, in any spelling, is twilio.com or below it. */
export function isTwilio(host: string): boolean {
  return `.${plainName(host)}`.endsWith('.twilio.com');
}
