// Finds events: among the kept ones, or the next to happen.
import { RelayPhoneError } from '../../../errors.js';
import { countDown } from '../countdown.js';
import type { SandboxEvent } from './event.js';
import type { EventStream } from './stream.js';

/** How long to wait for an event by default, milliseconds. */
export const DEFAULT_TIMEOUT_MS = 5000;

/** Which events to list; a missing field matches all. */
export interface EventFilter {
  readonly kind?: SandboxEvent['kind'] | readonly SandboxEvent['kind'][] | undefined;
  readonly traceId?: string | undefined;
  /** Only events with a higher id. */
  readonly since?: number | undefined;
}

/** Which events match; a missing field matches all. */
export type EventSelection = Pick<EventFilter, 'kind' | 'traceId'>;

/** The kept events that match, oldest first. */
export function filterEvents(stream: EventStream, filter: EventFilter = {}): readonly SandboxEvent[] {
  return stream.list(filter.since).filter((event) => matchesFilter(event, filter));
}

/** True if an event has a kind and the trace of a selection. */
export function matchesFilter(event: SandboxEvent, { kind, traceId }: EventSelection): boolean {
  if (traceId !== undefined && event.traceId !== traceId) return false;
  return kind === undefined || (typeof kind === 'string' ? kind === event.kind : kind.includes(event.kind));
}

/**
 * Waits for the first event for which `find` returns a value. @returns that value
 *
 * @param options.timeoutMs of real time
 * @param options.what names the event in the error's text: `a text to +12025550190`
 * @throws RelayPhoneError `fault` if none comes in time, or the error that `find` throws.
 */
export function waitForMatch<T>(
  stream: EventStream,
  find: (event: SandboxEvent) => T | undefined,
  { timeoutMs, what }: { readonly timeoutMs: number; readonly what: string },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => {
      cancel();
      stop();
    };
    const cancel = countDown(timeoutMs, () => {
      end();
      reject(timedOut(what, timeoutMs));
    });
    const stop = stream.subscribe((event) => {
      try {
        const found = find(event);
        if (found === undefined) return;
        resolve(found);
      } catch (error) {
        // An error of the caller's function must not reach the part of the sandbox that emitted the event.
        reject(error);
      }
      end();
    });
  });
}

/** Finds an event; one that is a type guard also says of which kind it is. */
export type EventPredicate<Found extends SandboxEvent> =
  | ((event: SandboxEvent) => event is Found)
  | ((event: SandboxEvent) => boolean);

/**
 * Waits until `find` returns a value: it is called now, and after each relevant event. @returns that value
 *
 * @param options.isRelevant whether an event may change what `find` returns
 * @param options.timeoutMs of real time
 * @param options.what names the value in the error's text: `a call to +12025550190`
 * @throws RelayPhoneError `fault` if none comes in time, or the error that `find` throws.
 */
export function waitUntil<T>(
  stream: EventStream,
  find: () => T | undefined,
  {
    isRelevant,
    timeoutMs,
    what,
  }: {
    readonly isRelevant: (event: SandboxEvent) => boolean;
    readonly timeoutMs: number;
    readonly what: string;
  },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => {
      cancel();
      stop();
    };
    const look = () => {
      try {
        const found = find();
        if (found === undefined) return;
        resolve(found);
      } catch (error) {
        reject(error);
      }
      end();
    };
    const cancel = countDown(timeoutMs, () => {
      end();
      reject(timedOut(what, timeoutMs));
    });
    const stop = stream.subscribe((event) => {
      // The state is read after the event, not during it: a part may emit first and write then.
      if (isRelevant(event)) void Promise.resolve().then(look);
    });
    look();
  });
}

/**
 * Waits for the next event that satisfies `predicate`.
 *
 * @param timeoutMs of real time
 * @throws RelayPhoneError `fault` if none comes in time.
 */
export function waitForEvent<Found extends SandboxEvent = SandboxEvent>(
  stream: EventStream,
  predicate: EventPredicate<Found>,
  timeoutMs: number,
): Promise<Found> {
  const satisfies = predicate as (event: SandboxEvent) => event is Found;
  return waitForMatch(stream, (event) => (satisfies(event) ? event : undefined), {
    timeoutMs,
    what: 'the event',
  });
}

function timedOut(what: string, timeoutMs: number): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'fault',
    task: `wait for ${what}`,
    reason: `there was none within ${timeoutMs / 1000} s`,
    tryNext: ['look at sandbox.events(), which lists what did happen'],
  });
}
