// Limits how much work runs at the same time.

/** Runs work as soon as fewer than the limit are running, first come first served. @returns its result */
export type ConcurrencyLimit = <T>(work: () => Promise<T>) => Promise<T>;

/** Creates a limit of `most` at the same time. */
export function createConcurrencyLimit(most: number): ConcurrencyLimit {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running < most) running += 1;
    else await new Promise<void>((resolve) => void waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // The work that has waited longest takes over this place.
      if (next) next();
      else running -= 1;
    }
  };
}
