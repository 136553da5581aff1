// Lets each client do something only so often.

/** How often. */
export interface RateLimitOptions {
  /** How many times in a {@link RateLimitOptions.windowMs}. */
  readonly count: number;
  /** Milliseconds. */
  readonly windowMs: number;
  readonly now: () => number;
}

/** How many clients are remembered before those that have waited long enough are forgotten. */
const MAX_CLIENTS = 1000;

/** Counts one more time of a client. @returns how many milliseconds it has to wait before it may; 0 when it may now */
export function createRateLimit({
  count: times,
  windowMs: span,
  now,
}: RateLimitOptions): (client: string) => number {
  const seen = new Map<string, readonly number[]>();

  function recent(client: string): readonly number[] {
    return (seen.get(client) ?? []).filter((at) => now() - at < span);
  }

  return (client) => {
    if (seen.size > MAX_CLIENTS)
      for (const key of seen.keys()) if (recent(key).length === 0) seen.delete(key);
    const before = recent(client);
    const oldest = before[0] ?? now();
    if (before.length >= times) return oldest + span - now();
    seen.set(client, [...before, now()]);
    return 0;
  };
}
