// Who listens on a line, and what was said there while nobody did.
import type { Sound } from './sound.js';

/** Takes a sound, or says that it was not meant for it. */
export type Listener = (sound: Sound) => boolean;

/** The account's end of a line. */
export interface InputBuffer {
  hear(sound: Sound): void;
  /** @returns how to stop listening */
  listen(listener: Listener): () => void;
}

/**
 * Starts with nobody listening. A person waits with keys and words until asked: what nobody takes is kept for the next
 * listener who does.
 */
export function createInputBuffer(): InputBuffer {
  const listeners: Listener[] = [];
  let kept: readonly Sound[] = [];

  function offerKept(): void {
    const waiting = kept;
    kept = [];
    for (const sound of waiting) hear(sound);
  }

  function hear(sound: Sound): void {
    if (!listeners.at(-1)?.(sound)) kept = [...kept, sound];
  }

  return {
    hear,
    listen: (listener) => {
      listeners.push(listener);
      offerKept();
      return () => {
        const at = listeners.lastIndexOf(listener);
        if (at !== -1) listeners.splice(at, 1);
      };
    },
  };
}
