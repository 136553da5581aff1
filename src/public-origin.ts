// What a public base must look like, wherever it comes from.

/**
 * What makes `raw` no public base, as the rest of a sentence about it; undefined for a good one. An address of this
 * machine, with or without TLS, is a good one only where `allowLoopback` says so.
 */
export function findOriginFault(raw: string, allowLoopback: boolean): string | undefined {
  const url = URL.canParse(raw) ? new URL(raw) : undefined;
  if (!url?.hostname || !/^https?:$/.test(url.protocol))
    return 'is not a URL such as https://relay.example.com';
  if (url.username || url.password) return 'must not hold a user name or password';
  if (url.pathname !== '/' || url.search || url.hash) return 'must be an origin: no path, query or fragment';
  if (url.hostname.includes('_')) return 'has an underscore in its host name, which Twilio refuses';
  if (isLoopback(url.hostname)) {
    return allowLoopback ? undefined : 'is this machine itself, which Twilio cannot reach';
  }
  return url.protocol === 'https:' ? undefined : 'must start with https://';
}

/** `raw` for people: a password in it is left out. */
export function formatWithoutPassword(raw: string): string {
  return raw.replace(/\/\/[^/@]*@/, '//…@');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127\./.test(host);
}
