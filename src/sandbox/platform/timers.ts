// Timers and waits on the sandbox's clock that end with the call or phone they belong to.
import { setMaxListeners } from 'node:events';
import type { Clock } from './clock.js';

/** Milliseconds for a step that takes no time at Twilio, such as a sentence of TwiML or the ringing of a phone. */
export const STEP_MS = 2;

/** The timers of one call or phone. */
export interface Timers {
  /** Like the clock's `after`, but does nothing once the timers have ended. @returns the function that cancels the timer */
  after(delayMs: number, work: () => void): () => void;
  /** Cancels every timer; later ones never start. */
  end(): void;
}

/** Creates an empty set of timers. */
export function createTimers(clock: Clock): Timers {
  const pending = new Set<() => void>();
  let hasEnded = false;
  return {
    after: (delayMs, work) => {
      if (hasEnded) return () => {};
      const stop = clock.after(delayMs, () => {
        pending.delete(cancel);
        work();
      });
      const cancel = () => {
        pending.delete(cancel);
        stop();
      };
      pending.add(cancel);
      return cancel;
    },
    end: () => {
      hasEnded = true;
      for (const cancel of pending) cancel();
    },
  };
}

/**
 * Waits for a time on the sandbox's clock.
 *
 * @throws the signal's reason as soon as it aborts.
 */
export function wait(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return waitForSignal<void>(signal, (resolve) => clock.after(delayMs, resolve));
}

/**
 * Waits until `begin` calls `resolve`.
 *
 * @param begin starts what is waited for and returns its clean-up, which runs however the wait ends
 * @throws the signal's reason as soon as it aborts.
 */
export function waitForSignal<T>(
  signal: AbortSignal,
  begin: (resolve: (value: T) => void) => () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    let cleanUp = () => {};
    const end = () => {
      signal.removeEventListener('abort', abort);
      cleanUp();
    };
    function abort(): void {
      end();
      reject(signal.reason);
    }
    signal.addEventListener('abort', abort, { once: true });
    let isOver = false;
    cleanUp = begin((value) => {
      isOver = true;
      end();
      resolve(value);
    });
    // When `begin` resolves at once, `end` runs before there is a clean-up.
    if (isOver) cleanUp();
  });
}

/** Creates the controller of a signal that any number of listeners may wait for. */
export function createSignal(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** Calls `onAbort` when the signal aborts, at once if it already has. @returns the function that stops waiting */
export function whenAborted(signal: AbortSignal, onAbort: () => void): () => void {
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return () => signal.removeEventListener('abort', onAbort);
}
