// Lets work through a few at a time.

/** Starts work when there is room for it, and gives back what comes of it. */
export type Lane = <T>(work: () => Promise<T>) => Promise<T>;

/** A lane with room for `most` at once. */
export function createLane(most: number): Lane {
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
