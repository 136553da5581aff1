// The log of the last thousand REST requests, for people and tests that check what an app has sent.

const CAPACITY = 1000;

/** An answered REST request. */
export interface RecordedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly status: number;
  /** ISO 8601. */
  readonly at: string;
}

/** The log of the last thousand requests. */
export interface RequestLog {
  /** @param at milliseconds since 1970 */
  add(method: string, path: string, status: number, at: number): void;
  /** Oldest first. */
  list(): readonly RecordedRequest[];
  clear(): void;
}

/** Creates an empty log. */
export function createRequestLog(): RequestLog {
  const ring: { method: string; path: string; status: number; at: number }[] = [];
  let next = 0;
  return {
    add: (method, path, status, at) => {
      ring[next] = { method, path, status, at };
      next = (next + 1) % CAPACITY;
    },
    list: () => [...ring.slice(next), ...ring.slice(0, next)].map(formatRequest),
    clear: () => {
      ring.length = 0;
      next = 0;
    },
  };
}

function formatRequest(request: {
  method: string;
  path: string;
  status: number;
  at: number;
}): RecordedRequest {
  return { ...request, at: new Date(request.at).toISOString() };
}
