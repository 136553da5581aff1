// A timeout that counts the time in which this process runs: after a breakpoint, or a long turn, nothing has been late yet.
import { clearTimeout, setTimeout } from '../../real-time.js';

/** Milliseconds between two looks at the timers; a timeout has at most as many as this. */
const [STEP_MS, MAX_STEPS] = [100, 50] as const;

/**
 * Calls `onEnd` after some milliseconds of real time. Time in which the process was stopped or busy counts as one step. The
 * timeout does not keep the process running.
 *
 * @returns a function that cancels it
 */
export function countDown(timeoutMs: number, onEnd: () => void): () => void {
  const steps = Math.min(Math.max(Math.ceil(timeoutMs / STEP_MS), 1), MAX_STEPS);
  let timer: ReturnType<typeof setTimeout>;
  const start = (left: number) => {
    timer = setTimeout(() => (left === 1 ? onEnd() : start(left - 1)), timeoutMs / steps);
    timer.unref();
  };
  start(steps);
  return () => clearTimeout(timer);
}
