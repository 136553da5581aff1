// Finds events: among those that happened, or the next to come.
import { RelayPhoneError } from '../../errors.js';
import type { SandboxEvent } from './event.js';
import type { EventStream } from './stream.js';

/** Which events to show; a missing part matches all. */
export interface EventFilter {
  readonly kind?: SandboxEvent['kind'];
  readonly traceId?: string;
  /** Only events with a higher id. */
  readonly since?: number;
}

/** The events that are kept and match, oldest first. */
export function filterEvents(stream: EventStream, filter: EventFilter = {}): readonly SandboxEvent[] {
  return stream
    .list(filter.since)
    .filter(({ kind }) => filter.kind === undefined || kind === filter.kind)
    .filter(({ traceId }) => filter.traceId === undefined || traceId === filter.traceId);
}

/**
 * The first event from now on that `predicate` says yes to.
 *
 * @param timeout milliseconds of real time
 * @throws RelayPhoneError `fault` when none comes in time.
 */
export function waitForEvent(
  stream: EventStream,
  predicate: (event: SandboxEvent) => boolean,
  timeout: number,
): Promise<SandboxEvent> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      stop();
    };
    const timer = setTimeout(() => {
      end();
      reject(nothingCame(timeout));
    }, timeout);
    const stop = stream.subscribe((event) => {
      try {
        if (!predicate(event)) return;
        resolve(event);
      } catch (error) {
        // The caller's mistake must not hit whatever part of the sandbox made the event.
        reject(error);
      }
      end();
    });
  });
}

function nothingCame(timeout: number): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'fault',
    task: 'wait for the event',
    reason: `none like it came within ${timeout / 1000} s`,
    tryNext: ['look at sandbox.events() for what did happen'],
  });
}
