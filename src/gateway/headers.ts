// Which headers the gateway forwards in each direction.
import { findHeader } from '../exchanges/headers.js';

/** Headers of one connection (RFC 9110, 7.6.1), and `Expect`, which the gateway answers itself. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Headers with the address that the client used; the gateway replaces them by the public base. */
const ADDRESS_HEADERS: ReadonlySet<string> = new Set(['host', 'x-forwarded-host', 'x-forwarded-proto']);

/** Headers from which some apps take another method or path than those of the request. */
const REROUTING_HEADERS: ReadonlySet<string> = new Set([
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-original-method',
  'x-original-uri',
  'x-original-url',
  'x-forwarded-method',
  'x-forwarded-path',
  'x-forwarded-prefix',
  'x-forwarded-uri',
  'x-rewrite-url',
  'x-script-name',
]);

/** The headers that a client needs to fetch a file. */
const FETCH_HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'cdn-loop',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'range',
  'user-agent',
  'x-forwarded-for',
]);

/** Which headers of a request reach the app; those of one connection never do. */
export type HeaderChoice = (name: string) => boolean;

/** Every header. */
export const anyHeader: HeaderChoice = () => true;

/** Not those that lead a signed webhook to another path of the app: Twilio signs no headers. WSGI reads `_` as `-`. */
export const webhookHeader: HeaderChoice = (name) =>
  !name.startsWith('x') || !REROUTING_HEADERS.has(name.replaceAll('_', '-'));

/** Only those that fetching a file needs. */
export const fetchHeader: HeaderChoice = (name) => FETCH_HEADERS.has(name);

/** Builds the headers of a request to the app. @param base the public base */
export function buildRequestHeaders(headers: readonly string[], base: URL, isPassed: HeaderChoice): string[] {
  const passed = ['Host', base.host];
  const named = findConnectionHeaders(headers);
  for (let at = 0; at < headers.length; at += 2) {
    const [header = '', value = ''] = [headers[at], headers[at + 1]];
    const name = header.toLowerCase();
    if (HOP_BY_HOP.has(name) || ADDRESS_HEADERS.has(name) || named?.has(name) || !isPassed(name)) continue;
    passed.push(header, value);
  }
  passed.push('X-Forwarded-Proto', base.protocol.slice(0, -1), 'X-Forwarded-Host', base.host);
  return passed;
}

/** Builds the headers of an answer to the client. */
export function buildResponseHeaders(headers: readonly string[]): string[] {
  const passed: string[] = [];
  const named = findConnectionHeaders(headers);
  for (let at = 0; at < headers.length; at += 2) {
    const [header = '', value = ''] = [headers[at], headers[at + 1]];
    const name = header.toLowerCase();
    if (!HOP_BY_HOP.has(name) && !named?.has(name)) passed.push(header, value);
  }
  return passed;
}

/** Returns the headers that `Connection` lists; undefined if it only says `keep-alive` or `close`. */
function findConnectionHeaders(headers: readonly string[]): ReadonlySet<string> | undefined {
  const value = findHeader(headers, 'connection')?.toLowerCase();
  if (value === undefined || value === 'keep-alive' || value === 'close') return undefined;
  return new Set(value.split(',').map((name) => name.trim()));
}
