// Loads something from the API for a screen, anew whenever what it depends on changes.
import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/** What is being loaded: the latest value, and why the latest attempt failed. */
export interface Loaded<Value> {
  /** Undefined until it was loaded once. */
  readonly value: Value | undefined;
  readonly error: unknown;
}

/** Loads when a key changes; an answer that comes after a later one has begun is ignored. */
export function useLoaded<Value>(
  load: () => Promise<Value>,
  keys: readonly unknown[],
): ReadonlySignal<Loaded<Value>> {
  const loaded = useSignal<Loaded<Value>>({ value: undefined, error: undefined });
  useEffect(() => {
    let isOver = false;
    load().then(
      (value) => {
        if (!isOver) loaded.value = { value, error: undefined };
      },
      (error: unknown) => {
        if (!isOver) loaded.value = { value: loaded.value.value, error };
      },
    );
    return () => {
      isOver = true;
    };
  }, keys);
  return loaded;
}
