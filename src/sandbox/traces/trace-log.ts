// The traces of the kept events, each open or closed.
import type { SandboxEvent } from '../platform/events/event.js';
import type { OpenTraces } from '../platform/events/open-traces.js';
import type { EventStream } from '../platform/events/stream.js';
import { createEventReducer } from './reducer.js';
import type { TraceSummary } from './summary.js';
import type { TraceNode } from './tree.js';

/** What a trace came to, or has come to so far. */
export interface KnownTrace extends TraceSummary {
  /** `closed` if nothing of it is in progress. */
  readonly state: 'open' | 'closed';
}

/** A trace with its events. */
export interface TraceDetails extends KnownTrace {
  /** Its events in depth-first order: each is followed by everything that it caused. */
  readonly tree: readonly TraceNode[];
}

/** Which traces to list; a missing field matches all. */
export interface TraceFilter {
  /** How many of the newest. */
  readonly limit?: number | undefined;
  /** Only traces that began before the one with this id. */
  readonly before?: string | undefined;
  /** Only traces in which this number took part, as a phone or as a number of the account. */
  readonly number?: string | undefined;
  /** Only traces in which something failed for good. */
  readonly failed?: boolean | undefined;
}

/** The traces of the kept events. */
export interface TraceLog {
  /** Newest first, without those in which only the clock, a behaviour or the whole sandbox was changed. */
  list(filter?: TraceFilter): readonly KnownTrace[];
  /** Finds a trace by its id, by the number at the end of its id, or `latest`. Undefined if it is not kept. */
  find(id: string): TraceDetails | undefined;
}

/** What reading traces needs. */
export interface TraceLogDeps {
  readonly events: Pick<EventStream, 'list'>;
  readonly traces: Pick<OpenTraces, 'has'>;
}

/** Creates the log. It reads the events anew each time, so that recording them costs nothing. */
export function createTraceLog({ events, traces }: TraceLogDeps): TraceLog {
  const stateOf = (traceId: string) => (traces.has(traceId) ? 'open' : 'closed');

  function list({ limit, before, number, failed = false }: TraceFilter = {}): readonly KnownTrace[] {
    const all = reduce(events.list()).traces();
    const start = before === undefined ? 0 : all.findIndex(({ traceId }) => isNamed(traceId, before)) + 1;
    // The traces before one that is no longer kept are not kept either.
    const older = before !== undefined && start === 0 ? [] : all.slice(start);
    const matching = older.filter(
      (trace) =>
        (!failed || trace.worst === 'failed') &&
        (number === undefined || [...trace.phones, ...trace.numbers].includes(number)),
    );
    return matching.slice(0, limit).map((trace) => ({ ...trace, state: stateOf(trace.traceId) }));
  }

  function find(id: string): TraceDetails | undefined {
    const kept = events.list();
    const latest = id === 'latest' ? reduce(kept).traces()[0]?.traceId : undefined;
    const own = kept.filter(({ traceId }) => traceId === latest || isNamed(traceId, id));
    const [first] = own;
    const trace = first && reduce(own).trace(first.traceId);
    return trace && { ...trace.summary, state: stateOf(first.traceId), tree: trace.tree };
  }

  return { list, find };
}

function reduce(events: readonly SandboxEvent[]) {
  const reducer = createEventReducer();
  reducer.add(events);
  return reducer;
}

/** Trace ids end in a number that is different for each trace of a sandbox. */
function isNamed(traceId: string, id: string): boolean {
  return traceId === id || traceId.endsWith(`-${id}`);
}
