// Headers in flat pairs, as they came: what of them goes on to the other side.

/** Those that belong to one connection (RFC 9110, 7.6.1), and what is answered here: `Expect`. */
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

/** Those that say under which address the app was asked: the public base, whatever a tunnel made of them. */
const ADDRESS_HEADERS: ReadonlySet<string> = new Set(['host', 'x-forwarded-host', 'x-forwarded-proto']);

/** Flat pairs as one text, a line each for name and value, which is how they are kept: it costs less memory than many. */
export function formatHeaderPairs(headers: readonly string[]): string {
  return headers.join('\n');
}

/** The flat pairs of such a text. */
export function readHeaderPairs(text: string): string[] {
  return text === '' ? [] : text.split('\n');
}

/** The last value of a header; undefined when it is missing. @param name in lower case */
export function findHeader(headers: readonly string[], name: string): string | undefined {
  for (let at = headers.length - 2; at >= 0; at -= 2) {
    if (headers[at]?.toLowerCase() === name) return headers[at + 1];
  }
  return undefined;
}

/** The headers a request goes to the app with. @param base the public base */
export function buildRequestHeaders(headers: readonly string[], base: URL): string[] {
  const passed = ['Host', base.host];
  const named = findConnectionHeaders(headers);
  for (let at = 0; at < headers.length; at += 2) {
    const [header = '', value = ''] = [headers[at], headers[at + 1]];
    const name = header.toLowerCase();
    if (HOP_BY_HOP.has(name) || ADDRESS_HEADERS.has(name) || named?.has(name)) continue;
    passed.push(header, value);
  }
  passed.push('X-Forwarded-Proto', base.protocol.slice(0, -1), 'X-Forwarded-Host', base.host);
  return passed;
}

/** The headers of an answer as they go back to whoever asked. */
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

/** The headers that `Connection` names; undefined when it names none but the usual ones. */
function findConnectionHeaders(headers: readonly string[]): ReadonlySet<string> | undefined {
  const value = findHeader(headers, 'connection')?.toLowerCase();
  if (value === undefined || value === 'keep-alive' || value === 'close') return undefined;
  return new Set(value.split(',').map((name) => name.trim()));
}

const SECRET_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'set-cookie',
]);

/** Headers as they may be shown: without what lets somebody in. */
export function hideSecrets(headers: readonly string[]): string[] {
  return headers.map((value, at) =>
    at % 2 === 1 && SECRET_HEADERS.has(headers[at - 1]?.toLowerCase() ?? '') ? '(hidden)' : value,
  );
}
