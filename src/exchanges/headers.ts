// HTTP headers as flat name-value pairs, as Node.js's `rawHeaders`, and which of them hold credentials.

/** Formats flat pairs as one text, one line per name and per value: one string needs less memory than many. */
export function formatHeaderPairs(headers: readonly string[]): string {
  return headers.join('\n');
}

/** Parses what {@link formatHeaderPairs} returned. */
export function readHeaderPairs(text: string): string[] {
  return text === '' ? [] : text.split('\n');
}

/** Returns the last value of a header; undefined if it is missing. @param name in lower case */
export function findHeader(headers: readonly string[], name: string): string | undefined {
  for (let at = headers.length - 2; at >= 0; at -= 2) {
    if (headers[at]?.toLowerCase() === name) return headers[at + 1];
  }
  return undefined;
}

const SECRET_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'set-cookie',
]);

/** Hides the values of headers that hold credentials. */
export function hideSecrets(headers: readonly string[]): string[] {
  return headers.map((value, at) =>
    at % 2 === 1 && SECRET_HEADERS.has(headers[at - 1]?.toLowerCase() ?? '') ? HIDDEN : value,
  );
}

/** Stands in place of a secret. */
export const HIDDEN = '(hidden)';
