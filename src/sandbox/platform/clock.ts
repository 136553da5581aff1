// The sandbox's clock: real, or manual so that tests control the time. Everything that waits in the sandbox uses it.

import { findDurationMs } from '../../duration.js';
import { RelayPhoneError } from '../../errors.js';
import { clearTimeout, setImmediate, setTimeout } from '../../real-time.js';

/** The clock as the parts of a sandbox use it. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls `work` once, `delayMs` milliseconds from now (days are fine). @returns a function that cancels the call */
  after(delayMs: number, work: () => void): () => void;
  /** Returns the result of `work`. A manual clock waits for it (for example a webhook) before it advances further. */
  during<T>(work: Promise<T>): Promise<T>;
  /** Cancels all pending calls, and ignores later ones. */
  stop(): void;
}

/**
 * The clock as users of the library see it.
 *
 * @example
 * const sandbox = await createSandbox({ clock: 'manual' });
 * await sandbox.clock.advance('5m'); // runs everything due in the next five minutes
 */
export interface SandboxClock {
  /** Whether time passes by itself, or only with `advance`. */
  readonly mode: 'real' | 'manual';
  /** Milliseconds since 1970. */
  now(): number;
  /** When the next thing falls due, milliseconds since 1970; null if nothing waits for a time. */
  nextTimerAt(): number | null;
  /**
   * Advances a manual clock. Everything due in that time happens in order, each thing with all its effects before the
   * next.
   *
   * @param time milliseconds, or a text such as `500ms`, `30s`, `5m`, `2h`, `1d`
   * @throws RelayPhoneError `usage` if the clock is real, `time` is not a duration, or the year 9999 would end.
   */
  advance(time: number | string): Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly work: () => void;
}

/** The longest timeout of Node.js. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** The timers that a real clock runs on. */
type Timeouts = Pick<typeof globalThis, 'setTimeout' | 'clearTimeout'>;

/** Creates a clock that runs in real time. */
export function createRealClock(
  now: () => number,
  { setTimeout: start, clearTimeout: clear }: Timeouts = { setTimeout, clearTimeout },
): Clock & SandboxClock {
  /** When each timer is due, by the function that cancels it. */
  const timers = new Map<() => void, number>();
  let stopped = false;
  function after(delayMs: number, work: () => void): () => void {
    if (stopped) return () => {};
    const timeoutMs = Math.min(delayMs, MAX_TIMEOUT_MS);
    let cancelCurrent = () => {
      clear(timer);
      timers.delete(cancel);
    };
    const cancel = () => cancelCurrent();
    const timer = start(() => {
      timers.delete(cancel);
      if (timeoutMs === delayMs) work();
      else cancelCurrent = after(delayMs - timeoutMs, work);
    }, timeoutMs);
    timers.set(cancel, now() + delayMs);
    return cancel;
  }
  return {
    mode: 'real',
    now,
    after,
    during: (work) => work,
    nextTimerAt: () => earliest(timers.values()),
    advance: async () => {
      throw badAdvance(
        'the clock is real, not manual',
        "createSandbox({ clock: 'manual' })",
        'stop the running sandbox, then: relay-phone sandbox --clock manual',
      );
    },
    stop: () => {
      stopped = true;
      for (const cancel of timers.keys()) cancel();
    },
  };
}

/** Creates a clock that stands still until it is advanced. @param start milliseconds since 1970 */
export function createManualClock(start: number): Clock & SandboxClock {
  const inProgress = new Set<Promise<unknown>>();
  let timers: readonly Timer[] = [];
  let present = start;
  let lastAdvance = Promise.resolve();
  let stopped = false;

  async function settle(): Promise<void> {
    do {
      await Promise.allSettled(inProgress);
      // Work that has just ended may have started more in the same turn.
      await new Promise((resolve) => void setImmediate(resolve));
    } while (inProgress.size > 0);
  }

  async function advanceTo(target: number): Promise<void> {
    await settle();
    for (let timer = timers[0]; timer && timer.at <= target; timer = timers[0]) {
      timers = timers.slice(1);
      present = timer.at;
      timer.work();
      await settle();
    }
    present = target;
  }

  return {
    mode: 'manual',
    now: () => present,
    nextTimerAt: () => timers[0]?.at ?? null,
    after: (delayMs, work) => {
      if (stopped) return () => {};
      const timer = { at: present + delayMs, work };
      const earlier = timers.filter(({ at }) => at <= timer.at);
      timers = [...earlier, timer, ...timers.slice(earlier.length)];
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    during: (work) => {
      const done = work.finally(() => inProgress.delete(done));
      inProgress.add(done);
      return done;
    },
    stop: () => {
      stopped = true;
      timers = [];
    },
    advance: async (time) => {
      const milliseconds = readTime(time);
      const turn = lastAdvance.then(() => advanceTo(verifyWritableTime(present + milliseconds)));
      lastAdvance = turn.catch(() => undefined);
      return turn;
    },
  };
}

function earliest(times: Iterable<number>): number | null {
  let first: number | null = null;
  for (const time of times) if (first === null || time < first) first = time;
  return first;
}

function readTime(time: number | string): number {
  const milliseconds = findDurationMs(time);
  if (milliseconds !== undefined) return milliseconds;
  throw badAdvance(`'${time}' is not a duration`, 'a duration such as 500ms, 30s, 5m, 2h or 1d');
}

/** The last moment that ISO 8601 writes with four digits for the year. */
const LAST_MOMENT = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Returns the time, milliseconds since 1970. @throws RelayPhoneError `usage` for one that events cannot show. */
export function verifyWritableTime(time: number): number {
  if (time <= LAST_MOMENT) return time;
  throw badAdvance('the clock would pass the year 9999', 'a shorter time');
}

function badAdvance(reason: string, ...tryNext: string[]): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: "advance the sandbox's clock",
    reason,
    tryNext,
  });
}
