// The clock of a sandbox: everything in it that waits, waits here, so that tests can make the time pass.

import { findDurationMs } from '../../duration.js';
import { RelayPhoneError } from '../../errors.js';

/** What the parts of a sandbox are given to wait with. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls `work` once, `delay` milliseconds from now; days, if need be. @returns how to call that off */
  after(delay: number, work: () => void): () => void;
  /** Passes work on that others may have to wait for until it is done, such as a webhook under way. */
  during<T>(work: Promise<T>): Promise<T>;
  /** Drops all that waits, now and from now on. */
  stop(): void;
}

/** What whoever created a sandbox may do with its clock. */
export interface SandboxClock {
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * Lets time pass on a manual clock: everything that falls due meanwhile happens in its order, each with all that
   * it causes before the next.
   *
   * @param time milliseconds, or a text such as `500ms`, `30s`, `5m`, `2h`, `1d`
   * @throws RelayPhoneError `usage` on a clock that runs by itself, and for what is no time.
   */
  advance(time: number | string): Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly work: () => void;
}

/** The longest that Node.js waits at a stretch, milliseconds. */
const LONGEST_STRETCH = 2 ** 31 - 1;

/** A clock that runs by itself. */
export function createRealClock(now: () => number): Clock {
  const running = new Set<() => void>();
  let stopped = false;
  function after(delay: number, work: () => void): () => void {
    if (stopped) return () => {};
    const stretch = Math.min(delay, LONGEST_STRETCH);
    let cancel = () => {
      clearTimeout(timer);
      running.delete(end);
    };
    const end = () => cancel();
    const timer = setTimeout(() => {
      running.delete(end);
      if (stretch === delay) work();
      else cancel = after(delay - stretch, work);
    }, stretch);
    running.add(end);
    return end;
  }
  return {
    now,
    after,
    during: (work) => work,
    stop: () => {
      stopped = true;
      for (const cancel of running) cancel();
    },
  };
}

/** A clock that stands still until it is advanced. */
export function createManualClock(start: number): Clock & SandboxClock {
  const underWay = new Set<Promise<unknown>>();
  let timers: readonly Timer[] = [];
  let present = start;
  let lastAdvance = Promise.resolve();
  let stopped = false;

  async function settle(): Promise<void> {
    do {
      await Promise.allSettled(underWay);
      // What has just ended may have begun something in the same turn.
      await new Promise((resolve) => void setImmediate(resolve));
    } while (underWay.size > 0);
  }

  async function passTo(target: number): Promise<void> {
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
    now: () => present,
    after: (delay, work) => {
      if (stopped) return () => {};
      const timer = { at: present + delay, work };
      const earlier = timers.filter(({ at }) => at <= timer.at);
      timers = [...earlier, timer, ...timers.slice(earlier.length)];
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    during: (work) => {
      const done = work.finally(() => underWay.delete(done));
      underWay.add(done);
      return done;
    },
    stop: () => {
      stopped = true;
      timers = [];
    },
    advance: async (time) => {
      const milliseconds = readTime(time);
      const turn = lastAdvance.then(() => passTo(present + milliseconds));
      lastAdvance = turn.catch(() => undefined);
      return turn;
    },
  };
}

/** What a sandbox shows of a clock that runs by itself. */
export function showRealClock({ now }: Clock): SandboxClock {
  return {
    now,
    advance: async () => {
      throw badAdvance(
        'its clock runs by itself',
        "createSandbox({ clock: 'manual' })",
        'relay-phone sandbox --clock manual, in place of the one that runs',
      );
    },
  };
}

function readTime(time: number | string): number {
  const milliseconds = findDurationMs(time);
  if (milliseconds !== undefined) return milliseconds;
  throw badAdvance(`'${time}' is no time`, 'a time such as 500ms, 30s, 5m, 2h or 1d');
}

function badAdvance(reason: string, ...tryNext: string[]): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: "advance the sandbox's clock",
    reason,
    tryNext,
  });
}
