// Timers that end with whatever they belong to.
import type { Clock } from '../../platform/clock.js';

/** The timers of one thing. */
export interface Timers {
  /** As the clock's, until they have ended. @returns how to call it off */
  after(delay: number, work: () => void): () => void;
  /** Calls off all that wait, and all that come. */
  end(): void;
}

/** Starts without any. */
export function createTimers(clock: Clock): Timers {
  const waiting = new Set<() => void>();
  let hasEnded = false;
  return {
    after: (delay, work) => {
      if (hasEnded) return () => {};
      const stop = clock.after(delay, () => {
        waiting.delete(cancel);
        work();
      });
      const cancel = () => {
        waiting.delete(cancel);
        stop();
      };
      waiting.add(cancel);
      return cancel;
    },
    end: () => {
      hasEnded = true;
      for (const cancel of waiting) cancel();
    },
  };
}
