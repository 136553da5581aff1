// Waits in calls: for a time on the sandbox's clock, or for the end of something.
import { setMaxListeners } from 'node:events';
import type { Clock } from '../../platform/clock.js';

/** Milliseconds that a step takes which takes no time at Twilio: a document, a sentence, a phone that is called. */
export const STEP_MS = 2;

/**
 * Waits.
 *
 * @param milliseconds on the sandbox's clock
 * @throws the signal's reason, as soon as there is one
 */
export function wait(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const cancel = clock.after(milliseconds, () => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
    function abort(): void {
      cancel();
      reject(signal.reason);
    }
    signal.addEventListener('abort', abort, { once: true });
  });
}

/**
 * Waits for what `begin` begins.
 *
 * @param begin is given what to call with the outcome, and gives back how to clean up, which is done in any case
 * @throws the signal's reason, as soon as there is one
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
    // What was there at once had no cleaning up to do yet.
    if (isOver) cleanUp();
  });
}

/** A signal that any number may wait for. */
export function createSignal(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** Calls back when a signal aborts, at once if it has. @returns how to stop waiting */
export function whenAborted(signal: AbortSignal, onAbort: () => void): () => void {
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return () => signal.removeEventListener('abort', onAbort);
}
