// Limits how much work runs at the same time.

/** Runs work as soon as fewer pieces of work than the limit are running, in order of arrival. @returns its result */
export type ConcurrencyLimit = <T>(work: () => Promise<T>) => Promise<T>;

/** Creates a limit: at most `max` run at the same time. */
export function createConcurrencyLimit(max: number): ConcurrencyLimit {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running < max) running += 1;
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
