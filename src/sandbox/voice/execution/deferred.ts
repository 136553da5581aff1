// Something that is reached once, and can be waited for.

/** A milestone. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  /** Reaches it; all but the first time is for nothing. */
  reach(value: T): void;
}

/** One that is still ahead. */
export function createDeferred<T>(): Deferred<T> {
  let reach = (_value: T) => {};
  const promise = new Promise<T>((resolve) => {
    reach = resolve;
  });
  return { promise, reach };
}
