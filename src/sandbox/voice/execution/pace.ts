// The pace of a call's documents: those that take no time and lead on for ever come slower and slower.
import type { Clock } from '../../platform/clock.js';
import { STEP_MS, wait } from './wait.js';

/** Documents that take less time than so many milliseconds are counted, and so many of them in a row are nothing odd. */
const [QUICK, USUAL] = [100, 20];

/** The pace. */
export interface DocumentThrottle {
  /** A document is asked for. */
  begin(): void;
  /** Waits for as long as should lie between it and the next. @throws the signal's reason */
  rest(signal: AbortSignal): Promise<void>;
}

/** Starts with the usual pace. */
export function createDocumentThrottle(clock: Clock): DocumentThrottle {
  let begun = 0;
  let quick = 0;
  return {
    begin: () => {
      begun = clock.now();
    },
    rest: (signal) => {
      quick = clock.now() - begun < QUICK ? quick + 1 : 0;
      return wait(clock, STEP_MS * Math.max(1, quick - USUAL), signal);
    },
  };
}
