// Refuses requests to the page that its own tabs would not send, and sets the headers that keep other sites out.
import type { IncomingHttpHeaders } from 'node:http';

/**
 * Returns why a request is refused, as a clause; undefined if it is not. The `Host` must be exactly that of the page, so
 * that a name that was rebound to this machine does not get in, and `Origin`, if there is one, must be the page's own.
 * Requests of the API must not come from another site either.
 *
 * @param authority of the page: `127.0.0.1:4022`
 */
export function findForeignRequest(
  { host = '', origin, 'sec-fetch-site': site }: IncomingHttpHeaders,
  authority: string,
  isApi: boolean,
): string | undefined {
  if (host !== authority) return `the Host is not ${authority}`;
  if (origin !== undefined && origin !== `http://${authority}`) return 'another site sent the request';
  if (isApi && site !== undefined && site !== 'same-origin') return 'another site sent the request';
  return undefined;
}

/** The name of the only Trusted Types policy that the page may create. */
const TRUSTED_TYPES_POLICY = 'lab';

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  `trusted-types ${TRUSTED_TYPES_POLICY}`,
].join('; ');

/** The headers of every answer of the page. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};
