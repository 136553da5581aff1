// Lets work through a few at a time.

/** Starts work when there is room for it, and gives back what comes of it. */
export type ConcurrencyLimit = <T>(work: () => Promise<T>) => Promise<T>;

/** A lane with room for `most` at once. */
export function createConcurrencyLimit(most: number): ConcurrencyLimit {
  const waiting: (() => void)[] = [];
  let underWay = 0;
  return async (work) => {
    if (underWay < most) underWay += 1;
    else await new Promise<void>((resolve) => void waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // Whoever waits longest takes over the place.
      if (next) next();
      else underWay -= 1;
    }
  };
}
