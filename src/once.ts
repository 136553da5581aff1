// Runs work only once.

/** Returns a function that runs `work` on its first call; every call returns the promise of that first run. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}
