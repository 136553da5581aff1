// Makes sure that work is done only once.

/** A function that does `work` on its first call, and returns the promise of that first call every time. */
export function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}
