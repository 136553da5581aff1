// Remembers the last REST requests, so that tests and people can look at what an app asked.

const CAPACITY = 1000;

/** A REST request that was answered. */
export interface RecordedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly status: number;
  /** ISO 8601. */
  readonly at: string;
}

/** The last thousand requests. */
export interface RequestLog {
  add(method: string, path: string, status: number, at: number): void;
  /** Oldest first. */
  list(): readonly RecordedRequest[];
  clear(): void;
}

/** Starts an empty log. */
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
