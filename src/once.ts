// Runs work only once.

/** Returns a function that runs `work` on its first call; every call returns the promise of that first run. */
export function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}
