// Timers and clocks as they were when this module was loaded: a test's fake timers, which replace them later, stop nothing here.
import { performance } from 'node:perf_hooks';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';

// Of node:timers, and not the globals: Jest and vitest may have replaced those before a test file imports anything.
export const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate } = timers;

/** Resolves after some milliseconds; as `setTimeout` of node:timers/promises. */
export const sleep = timersPromises.setTimeout;

/** Returns the time, milliseconds since 1970; as `Date.now`. */
export const realNow: () => number = Date.now;

/** Returns the milliseconds since the process started, which no change of the clock affects; as `performance.now`. */
export const monotonicNow: () => number = performance.now.bind(performance);
