// Finds events: among those that happened, or the next to come.
import { RelayPhoneError } from '../../../errors.js';
import type { SandboxEvent } from './event.js';
import type { EventStream } from './stream.js';

/** Milliseconds to wait for what is about to happen, unless somebody says otherwise. */
export const DEFAULT_TIMEOUT_MS = 5000;

/** Which events to show; a missing part matches all. */
export interface EventFilter {
  readonly kind?: SandboxEvent['kind'] | undefined;
  readonly traceId?: string | undefined;
  /** Only events with a higher id. */
  readonly since?: number | undefined;
}

/** The events that are kept and match, oldest first. */
export function filterEvents(stream: EventStream, filter: EventFilter = {}): readonly SandboxEvent[] {
  return stream.list(filter.since).filter((event) => isMeant(event, filter));
}

/** Whether an event is of the kind and trace that are asked for. */
export function isMeant(
  event: SandboxEvent,
  { kind, traceId }: { readonly kind?: string | undefined; readonly traceId?: string | undefined },
): boolean {
  return (kind === undefined || event.kind === kind) && (traceId === undefined || event.traceId === traceId);
}

/**
 * The first that `find` finds in an event from now on.
 *
 * @param options.timeout milliseconds of real time
 * @param options.what what is waited for, in words
 * @throws RelayPhoneError `fault` when nothing is found in time.
 */
export function waitForMatch<T>(
  stream: EventStream,
  find: (event: SandboxEvent) => T | undefined,
  { timeout, what }: { readonly timeout: number; readonly what: string },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      stop();
    };
    const timer = setTimeout(() => {
      end();
      reject(nothingCame(what, timeout));
    }, timeout);
    const stop = stream.subscribe((event) => {
      try {
        const found = find(event);
        if (found === undefined) return;
        resolve(found);
      } catch (error) {
        // The caller's mistake must not hit whatever part of the sandbox made the event.
        reject(error);
      }
      end();
    });
  });
}

/**
 * The first event from now on that `predicate` says yes to.
 *
 * @throws RelayPhoneError `fault` when none comes in time.
 */
export function waitForEvent(
  stream: EventStream,
  predicate: (event: SandboxEvent) => boolean,
  timeout: number,
): Promise<SandboxEvent> {
  return waitForMatch(stream, (event) => (predicate(event) ? event : undefined), {
    timeout,
    what: 'the event',
  });
}

function nothingCame(what: string, timeout: number): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'fault',
    task: `wait for ${what}`,
    reason: `none like it came within ${timeout / 1000} s`,
    tryNext: ['look at sandbox.events() for what did happen'],
  });
}
