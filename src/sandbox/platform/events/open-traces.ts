// The one definition of a quiet trace: it is closed when nothing is in progress for it.
import { RelayPhoneError } from '../../../errors.js';
import { setImmediate } from '../../../real-time.js';
import { countDown } from '../countdown.js';

/**
 * The traces for which something is in progress: a message on its way, a webhook or status callback, a call, or a request
 * that the app has announced. Scheduled messages do not count, because they may wait for days.
 */
export interface OpenTraces {
  /** Counts something that is in progress for a trace. */
  add(traceId: string): void;
  /** Counts its end. */
  remove(traceId: string): void;
  /** Returns the result of `work`, and counts it as in progress meanwhile. */
  during<T>(traceId: string, work: Promise<T>): Promise<T>;
  has(traceId: string): boolean;
  /** How many traces are open. */
  count(): number;
  /** Asks a part that has too much in progress to count it. Its ends are told with {@link OpenTraces.mayBeQuiet}. */
  addSource(source: TraceSource): void;
  /** Whether somebody waits for traces to become quiet. */
  isWatched(): boolean;
  /** Tells that something has ended for a trace. */
  mayBeQuiet(traceId: string): void;
  /** Calls `listener` each time a trace may be closed; check `has` one turn later. @returns the function that ends this */
  onQuiet(listener: (traceId: string) => void): () => void;
}

/** A part that knows for which traces it has something in progress. */
export interface TraceSource {
  has(traceId: string): boolean;
  /** All of these traces; one may come several times. */
  list(): readonly string[];
}

/** Creates an empty set of open traces. */
export function createOpenTraces(): OpenTraces {
  const counts = new Map<string, number>();
  const listeners = new Set<(traceId: string) => void>();
  const sources: TraceSource[] = [];

  function mayBeQuiet(traceId: string): void {
    for (const listener of listeners) listener(traceId);
  }

  function add(traceId: string): void {
    counts.set(traceId, (counts.get(traceId) ?? 0) + 1);
  }

  function remove(traceId: string): void {
    const left = (counts.get(traceId) ?? 0) - 1;
    if (left > 0) counts.set(traceId, left);
    else if (counts.delete(traceId)) mayBeQuiet(traceId);
  }

  return {
    add,
    remove,
    during: (traceId, work) => {
      add(traceId);
      return work.finally(() => remove(traceId));
    },
    has: (traceId) => counts.has(traceId) || sources.some((source) => source.has(traceId)),
    count: () => new Set([...counts.keys(), ...sources.flatMap((source) => source.list())]).size,
    addSource: (source) => void sources.push(source),
    isWatched: () => listeners.size > 0,
    mayBeQuiet,
    onQuiet: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/**
 * Waits until a trace is closed.
 *
 * @param timeoutMs of real time
 * @throws RelayPhoneError `fault` if it is still open then.
 */
export function waitForQuiet(traces: OpenTraces, traceId: string, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      cancel();
      stop();
    };
    const cancel = countDown(timeoutMs, () => {
      end();
      reject(stillOpen(traceId, timeoutMs));
    });
    // One turn later: what has just ended may have begun something else.
    const check = () =>
      setImmediate(() => {
        if (traces.has(traceId)) return;
        end();
        resolve();
      });
    const stop = traces.onQuiet((quiet) => {
      if (quiet === traceId) check();
    });
    check();
  });
}

function stillOpen(traceId: string, timeoutMs: number): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'fault',
    task: `wait for the end of the trace ${traceId}`,
    reason: `something was still in progress after ${timeoutMs / 1000} s`,
    tryNext: ['look at sandbox.events({ traceId }), which lists what did happen'],
  });
}
