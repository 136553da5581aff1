// Keeps one copy of headers that come again and again: a client sends the same ones with each request.

/** How many sets of headers are remembered: SDKs, proxies and browsers differ, connections of one client do not. */
const KNOWN = 8;

/** Returns headers that are equal to the given ones, apart from `Content-Length`. */
export type KnownHeaders = (headers: readonly string[]) => readonly string[];

/**
 * Creates an empty memory. Keeping the new copies of two thousand requests alive would cost more than all else that is
 * recorded of them.
 */
export function createKnownHeaders(): KnownHeaders {
  let known: (readonly string[])[] = [];
  return (headers) => {
    const found = known.find((other) => isEqual(other, headers));
    if (found) return found;
    known = [headers, ...known.slice(0, KNOWN - 1)];
    return headers;
  };
}

function isEqual(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 2) {
    if (one[at] !== other[at]) return false;
    if (one[at + 1] !== other[at + 1] && one[at]?.toLowerCase() !== 'content-length') return false;
  }
  return true;
}
