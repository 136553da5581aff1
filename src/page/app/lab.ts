// What the page knows: the events of the sandbox, what they come to, and what the sandbox holds now.
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { SandboxState } from '../../sandbox/control/sandbox-state.js';
import type { NumberSummary } from '../../sandbox/numbers/incoming-phone-numbers/summaries.js';
import type { CheckedAssertion } from '../../sandbox/phones/exposure/assertions.js';
import type { PhoneSummary } from '../../sandbox/phones/phones.js';
import type { SandboxEvent } from '../../sandbox/platform/events/event.js';
import { createEventReducer, type Trace } from '../../sandbox/traces/reducer.js';
import type { TraceSummary } from '../../sandbox/traces/summary.js';
import type { PhoneThread } from '../../sandbox/traces/threads.js';
import { createApi } from './api.js';
import { keepEvents } from './event-list.js';
import { findTwimlFaults } from './exchange-outcome.js';
import { createExchangeLists } from './exchange-pages.js';
import type { FromWorker, StreamState } from './feed-messages.js';
import type { Inspector } from './live.js';
import { mergeEvents } from './merge-events.js';
import type { TabSession } from './session.js';

/** How many events are kept; the oldest are forgotten. */
const MAX_EVENTS = 20_000;

/** How many are loaded at first, so that the newest are soon there, and how many in each part of the others. */
const [FIRST_EVENTS, PAGE_EVENTS] = [200, 1000];

/** Milliseconds between two parts, so that what was loaded can be drawn. */
const DRAW_MS = 16;

/** How many of the newest traces are summarized at first, and how many more each time somebody asks. */
const PAGE_TRACES = 100;

/** Milliseconds between two looks at what the sandbox holds. */
const REFRESH_MS = 400;

/** What the sandbox holds now. */
export interface Holdings {
  readonly state: SandboxState;
  readonly numbers: readonly NumberSummary[];
  readonly phones: readonly PhoneSummary[];
  readonly assertions: readonly CheckedAssertion[];
}

/** The state of the page. */
export interface Lab extends Inspector {
  /** In the order of their ids. The array is a new one after each change. */
  readonly events: ReadonlySignal<readonly SandboxEvent[]>;
  /** The newest, newest first. */
  readonly traces: ReadonlySignal<readonly TraceSummary[]>;
  /** Whether there are earlier traces than those of {@link Lab.traces}. */
  readonly hasEarlierTraces: ReadonlySignal<boolean>;
  /** Adds a page of earlier traces to {@link Lab.traces}. */
  showEarlierTraces(): void;
  readonly threads: ReadonlySignal<readonly PhoneThread[]>;
  /** Undefined until it was loaded. */
  readonly holdings: ReadonlySignal<Holdings | undefined>;
  /** Whether the history was loaded. */
  readonly isLoaded: ReadonlySignal<boolean>;
  /** Returns a trace with its events; undefined if none of them is known. Reads {@link Lab.events}. */
  trace(traceId: string): Trace | undefined;
  /** Returns the summary of a trace; undefined if none of its events is known. Reads {@link Lab.events}. */
  summary(traceId: string): TraceSummary | undefined;
  /** Looks at what the sandbox holds, soon. */
  refresh(): void;
}

/** Starts to listen. */
export function startLab(session: TabSession, onRefused: () => void): Lab {
  const api = createApi(session.token);
  const exchanges = createExchangeLists(api);
  let reducer = createEventReducer();
  const [connection, heardAt] = [signal<StreamState>('connecting'), signal(Date.now())];
  const events = signal<readonly SandboxEvent[]>([]);
  const holdings = signal<Holdings | undefined>(undefined);
  const isLoaded = signal(false);
  const notice = signal<string | null>(null);
  const traceLimit = signal(PAGE_TRACES);
  let isDue = false;
  /** The epoch of the sandbox whose events are known. */
  let epoch: string | undefined;
  /** How many loads have begun, and which of them was the latest to end. */
  let [begun, ended] = [0, 0];

  function add(added: readonly SandboxEvent[]): void {
    const merged = mergeEvents(events.value, added);
    if (merged === events.value) return;
    const known = keepEvents(merged, MAX_EVENTS);
    reducer.add(added);
    if (known !== merged) reducer.forgetBefore(known[0]?.id ?? 0);
    events.value = known;
    refresh();
  }

  function clear(reason: string): void {
    reducer = createEventReducer();
    events.value = [];
    for (const direction of ['webhook', 'rest']) void exchanges(`direction=${direction}`).startAnew();
    notice.value = reason;
  }

  /** Loads the newest events, then looks at what the sandbox holds, then loads the earlier events. */
  async function load(): Promise<void> {
    begun += 1;
    const turn = begun;
    const newest = await readEvents(`limit=${FIRST_EVENTS}`);
    if (!newest || turn < ended) return;
    ended = turn;
    batch(() => {
      if (epoch !== undefined && newest.epoch !== epoch) clear('A new sandbox: the earlier events are gone');
      epoch = newest.epoch;
      add(newest.answer);
      isLoaded.value = true;
    });
    await look().catch(() => undefined);
    await loadEarlier(newest.answer, turn);
  }

  /** Loads page after page, with time to draw in between, until a later load takes over. */
  async function loadEarlier(newest: readonly SandboxEvent[], turn: number): Promise<void> {
    let page = newest;
    let size = FIRST_EVENTS;
    while (page.length === size && events.value.length < MAX_EVENTS) {
      await new Promise((resolve) => setTimeout(resolve, DRAW_MS));
      size = PAGE_EVENTS;
      const earlier = await readEvents(`limit=${size}&before=${page[0]?.id}`);
      if (!earlier || earlier.epoch !== epoch || turn !== ended) return;
      page = earlier.answer;
      add(page);
    }
  }

  /** An answer that does not come is asked for again when the stream is back. */
  function readEvents(query: string) {
    return api.getOfEpoch<readonly SandboxEvent[]>(`/events.json?${query}`).catch(() => undefined);
  }

  function refresh(): void {
    if (isDue) return;
    isDue = true;
    setTimeout(async () => {
      isDue = false;
      await look().catch(() => undefined);
    }, REFRESH_MS);
  }

  async function look(): Promise<void> {
    const [state, numbers, phones, assertions] = await Promise.all([
      api.get<SandboxState>('/state'),
      api.get<NumberSummary[]>('/numbers'),
      api.get<PhoneSummary[]>('/phones'),
      api.get<CheckedAssertion[]>('/assertions'),
    ]);
    holdings.value = { state, numbers, phones, assertions };
  }

  function take(message: FromWorker): void {
    // Each attempt to connect again says that the stream is lost.
    if (message.type !== 'connection' || message.connection === 'live') heardAt.value = Date.now();
    if (message.type === 'events') add(message.events);
    if (message.type === 'gap') notice.value = `${message.missed.toLocaleString('en')} events were missed`;
    if (message.type === 'restarted') void load();
    if (message.type !== 'connection') return;
    const isNew = message.connection === 'live' && connection.value !== 'live';
    connection.value = message.connection;
    if (message.connection === 'refused') onRefused();
    if (isNew) void load();
  }

  /** Reads the reducer anew after each change of the events. */
  const afterEvents = <Value>(read: () => Value) =>
    computed(() => {
      events.value;
      return read();
    });

  const traces = afterEvents(() => reducer.traces(traceLimit.value));

  session.listen(take);
  void load();
  return {
    api,
    connection,
    heardAt,
    exchanges,
    twimlFaults: computed(() => findTwimlFaults(events.value)),
    newestExchange: computed(() => events.value.findLast((event) => 'exchangeId' in event)?.id ?? 0),
    events,
    traces,
    hasEarlierTraces: computed(() => traces.value.length === traceLimit.value),
    showEarlierTraces: () => {
      if (traces.peek().length === traceLimit.peek()) traceLimit.value += PAGE_TRACES;
    },
    threads: afterEvents(() => reducer.threads()),
    holdings,
    isLoaded,
    notice,
    trace: (traceId) => (events.value.length === 0 ? undefined : reducer.trace(traceId)),
    summary: (traceId) => (events.value.length === 0 ? undefined : reducer.summary(traceId)),
    refresh,
  };
}
