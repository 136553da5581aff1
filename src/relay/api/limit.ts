// Lets each client do something only so often.

/** How often. */
export interface LimitOptions {
  /** How many times in a {@link LimitOptions.span}. */
  readonly times: number;
  /** Milliseconds. */
  readonly span: number;
  readonly now: () => number;
}

/** How many clients are remembered before those that have waited long enough are forgotten. */
const MANY = 1000;

/** Counts one more time of a client. @returns how many milliseconds it has to wait before it may; 0 when it may now */
export function createLimit({ times, span, now }: LimitOptions): (client: string) => number {
  const seen = new Map<string, readonly number[]>();

  function recent(client: string): readonly number[] {
    return (seen.get(client) ?? []).filter((at) => now() - at < span);
  }

  return (client) => {
    if (seen.size > MANY) for (const key of seen.keys()) if (recent(key).length === 0) seen.delete(key);
    const before = recent(client);
    const oldest = before[0] ?? now();
    if (before.length >= times) return oldest + span - now();
    seen.set(client, [...before, now()]);
    return 0;
  };
}
