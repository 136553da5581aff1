// Turns the events of a sandbox into its traces and threads, a few events at a time and in any order.
import type { SandboxEvent } from '../platform/events/event.js';
import { readFacts, type TraceFacts } from './facts.js';
import { addId, findGaps, type IdRange } from './gaps.js';
import type { NumberFormat } from './sentence.js';
import { summarizeTrace, type TraceSummary } from './summary.js';
import { listEntries, type PhoneThread, type ThreadEntry } from './threads.js';
import { buildTree, type TraceNode } from './tree.js';

/** A trace with its events. */
export interface Trace {
  readonly summary: TraceSummary;
  /** See {@link buildTree}. */
  readonly tree: readonly TraceNode[];
}

/**
 * What the events of one run of a sandbox come to. It depends only on which events were added: not on their order, nor on
 * how often or in how many parts they came. What was not changed by new events stays the same object.
 *
 * @example
 * const reducer = createEventReducer();
 * reducer.add(await (await fetch('/_sandbox/events.json')).json());
 * const [newest] = reducer.traces(); // newest.sentence says what it came to
 */
export interface EventReducer {
  /** Adds events. Those that are known, and those before the latest reset or restored snapshot, are ignored. */
  add(events: Iterable<SandboxEvent>): void;
  /** Forgets the events with a lower id, and ignores them from now on. */
  forgetBefore(id: number): void;
  /**
   * The traces, newest first, without those in which only the clock, a behaviour or the whole sandbox was changed.
   *
   * @param limit how many of the newest. Default: all
   */
  traces(limit?: number): readonly TraceSummary[];
  /** Undefined if no event of it is known. */
  trace(traceId: string): Trace | undefined;
  /** The summary of a trace alone, which takes less. Undefined if no event of it is known. */
  summary(traceId: string): TraceSummary | undefined;
  /** The threads of all phones, the one with the latest entry first. */
  threads(): readonly PhoneThread[];
  /** The ids between the lowest and the highest known one that are unknown, ascending. */
  gaps(): readonly IdRange[];
}

/** A trace, and what was read from its events; undefined after a change until somebody asks. */
interface TraceState {
  readonly events: [SandboxEvent, ...SandboxEvent[]];
  facts: TraceFacts | undefined;
  summary: TraceSummary | undefined;
  trace: Trace | undefined;
}

/** A thread; `thread` is undefined after a change until somebody asks. */
interface ThreadState {
  readonly phone: string;
  readonly other: string;
  readonly byTrace: Map<string, ThreadEntry[]>;
  thread: PhoneThread | undefined;
}

/** Creates a reducer without events. @param format how sentences show phone numbers. Default: in full */
export function createEventReducer(format: NumberFormat = (number) => number): EventReducer {
  /** The lowest id that counts. */
  let floor = 0;
  let ranges: IdRange[] = [];
  const states = new Map<string, TraceState>();
  const threadStates = new Map<string, ThreadState>();
  /** The threads that a trace has entries in. */
  const threadsOfTrace = new Map<string, ReadonlySet<ThreadState>>();
  /** The numbers of the account: no phone has them. */
  const numbers = new Set<string>();
  /** The traces whose facts are not in the threads yet. */
  const changed = new Set<string>();
  let sorted: readonly TraceState[] | undefined;
  let listed: readonly TraceSummary[] | undefined;
  let threadList: readonly PhoneThread[] | undefined;

  function addOne(event: SandboxEvent): void {
    const { id, kind, traceId } = event;
    if (id < floor) return;
    if (kind === 'sandbox.reset' || kind === 'sandbox.restored') forgetBefore(id);
    const state = states.get(traceId);
    if (!state) {
      states.set(traceId, { events: [event], facts: undefined, summary: undefined, trace: undefined });
      sorted = undefined;
    } else {
      const [first] = state.events;
      if (!insert(state.events, event)) return;
      if (state.events[0] !== first) sorted = undefined;
      state.facts = undefined;
      state.summary = undefined;
      state.trace = undefined;
    }
    addId(ranges, id);
    changed.add(traceId);
    listed = undefined;
    threadList = undefined;
  }

  function forgetBefore(id: number): void {
    if (id <= floor) return;
    floor = id;
    const kept = [...states.values()].flatMap(({ events }) => events.filter((event) => event.id >= id));
    for (const map of [states, threadStates, threadsOfTrace, numbers, changed]) map.clear();
    ranges = [];
    sorted = undefined;
    listed = undefined;
    threadList = undefined;
    for (const event of kept) addOne(event);
  }

  function readState(state: TraceState): TraceFacts {
    state.facts ??= readFacts(state.events);
    return state.facts;
  }

  function summarize(state: TraceState): TraceSummary {
    state.summary ??= summarizeTrace(readState(state), format);
    return state.summary;
  }

  function updateThreads(): void {
    for (const traceId of changed) {
      for (const thread of threadsOfTrace.get(traceId) ?? []) {
        thread.byTrace.delete(traceId);
        thread.thread = undefined;
      }
      const state = states.get(traceId);
      if (state) placeEntries(traceId, readState(state));
    }
    changed.clear();
  }

  function placeEntries(traceId: string, facts: TraceFacts): void {
    for (const number of facts.numbers) numbers.add(number);
    const touched = new Set<ThreadState>();
    for (const { phone, other, entry } of listEntries(facts)) {
      const thread = openThread(phone, other);
      const entries = thread.byTrace.get(traceId);
      if (entries) entries.push(entry);
      else thread.byTrace.set(traceId, [entry]);
      thread.thread = undefined;
      touched.add(thread);
    }
    threadsOfTrace.set(traceId, touched);
  }

  function openThread(phone: string, other: string): ThreadState {
    const key = `${phone} ${other}`;
    const known = threadStates.get(key);
    if (known) return known;
    const thread: ThreadState = { phone, other, byTrace: new Map(), thread: undefined };
    threadStates.set(key, thread);
    return thread;
  }

  function listThreads(): readonly PhoneThread[] {
    updateThreads();
    return [...threadStates.values()]
      .filter(({ phone, byTrace }) => byTrace.size > 0 && !numbers.has(phone))
      .map(readThread)
      .toSorted((one, other) => lastIdOf(other) - lastIdOf(one));
  }

  return {
    add: (events) => {
      for (const event of events) addOne(event);
    },
    forgetBefore,
    traces: (limit) => {
      sorted ??= [...states.values()].toSorted((one, other) => other.events[0].id - one.events[0].id);
      if (limit !== undefined) return takeListed(sorted, limit).map(summarize);
      listed ??= sorted.filter(isListed).map(summarize);
      return listed;
    },
    trace: (traceId) => {
      const state = states.get(traceId);
      if (!state) return undefined;
      state.trace ??= { summary: summarize(state), tree: buildTree(state.events) };
      return state.trace;
    },
    summary: (traceId) => {
      const state = states.get(traceId);
      return state && summarize(state);
    },
    threads: () => {
      threadList ??= listThreads();
      return threadList;
    },
    gaps: () => findGaps(ranges),
  };
}

/** Inserts an event by its id. @returns false if it is there already */
function insert(events: SandboxEvent[], event: SandboxEvent): boolean {
  let at = events.length;
  while (at > 0 && (events[at - 1]?.id ?? 0) > event.id) at -= 1;
  if (events[at - 1]?.id === event.id) return false;
  events.splice(at, 0, event);
  return true;
}

/** Returns the first `limit` traces that are listed, and looks at no others. */
function takeListed(states: readonly TraceState[], limit: number): TraceState[] {
  const taken: TraceState[] = [];
  for (const state of states) {
    if (taken.length === limit) break;
    if (isListed(state)) taken.push(state);
  }
  return taken;
}

function isListed({ events }: TraceState): boolean {
  return events.some(({ kind }) => !UNLISTED.includes(kind));
}

/** The kinds of events that are not about texts or calls. */
const UNLISTED: readonly SandboxEvent['kind'][] = [
  'behaviour.changed',
  'clock.advanced',
  'sandbox.reset',
  'sandbox.restored',
];

function readThread(state: ThreadState): PhoneThread {
  const { phone, other, byTrace } = state;
  state.thread ??= {
    phone,
    other,
    entries: [...byTrace.values()].flat().toSorted((one, two) => one.id - two.id),
  };
  return state.thread;
}

function lastIdOf({ entries }: PhoneThread): number {
  return entries.at(-1)?.id ?? 0;
}
