// The traces: what each act came to in a sentence, and one trace as a tree with the detail of an event.
import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { SandboxEvent } from '../../../sandbox/platform/events/event.js';
import { readOutcome } from '../../../sandbox/traces/event-outcome.js';
import type { Trace } from '../../../sandbox/traces/reducer.js';
import type { TraceSummary } from '../../../sandbox/traces/summary.js';
import type { PhoneThread } from '../../../sandbox/traces/threads.js';
import type { TraceNode } from '../../../sandbox/traces/tree.js';
import { findNextRow } from '../keys.js';
import type { Lab } from '../lab.js';
import { Command, Empty, EventSign, Link, OutcomeSign, Skeleton } from '../parts/common.js';
import { memo } from '../parts/memo.js';
import { isNarrow } from '../parts/narrow.js';
import { Tabs } from '../parts/tabs.js';
import { WindowedList } from '../parts/windowed-list.js';
import { go, readOpener, route } from '../route.js';
import { formatDuration, formatMoment, GAP_MS, showNumber, showText, showTime, wordEvent } from '../words.js';
import { StoryButton } from './story-button.js';
import { Swimlanes } from './swimlanes.js';

/** The heights of a row of the list in a wide and in a narrow window, pixels. */
const [WIDE_ROW, NARROW_ROW] = [40, 84] as const;

/** Characters of a text's body that are in the list at most. */
const MAX_BODY = 200;

/** How many traces stand beside the phones. */
const MAX_LATEST = 30;

/** How many steps the Page keys go. */
const STEPS_PER_PAGE = 10;

/** Without the requests that only set something up. */
function hasPhones({ counts, worst }: TraceSummary): boolean {
  return counts.texts + counts.calls > 0 || worst === 'failed';
}

/** The latest traces with a text, a call or a failure, for the side of the phones: one sentence each. */
export function LatestTraces({ lab }: { readonly lab: Lab }) {
  const traces = lab.traces.value.filter(hasPhones).slice(0, MAX_LATEST);
  if (traces.length === 0) {
    return <Introduction lab={lab} />;
  }
  return (
    <ul>
      {traces.map((trace) => (
        <LatestTrace key={trace.traceId} trace={trace} />
      ))}
    </ul>
  );
}

/** What the screen is, for somebody who sees it for the first time. */
function Introduction({ lab }: { readonly lab: Lab }) {
  const number = lab.holdings.value?.numbers.at(-1);
  const url = number?.sms.url ?? null;
  return (
    <div class="quiet-text start">
      <p>
        These phones exist only in this sandbox: their texts and calls reach nobody else, and cost nothing.
      </p>
      {number && url !== null && (
        <p>
          A text to <span class="number">{showNumber(number.number)}</span> goes to your app, as a webhook to{' '}
          <bdi class="outside">{showText(url)}</bdi>
        </p>
      )}
      <p>Type one on a phone: what your app does with it appears here.</p>
    </div>
  );
}

const LatestTrace = memo(function LatestTrace({ trace }: { readonly trace: TraceSummary }) {
  return (
    <li>
      <Link to={`/t/${encodeURIComponent(trace.traceId)}`} class="latest">
        <OutcomeSign outcome={trace.worst} />
        <span>
          <bdi>{showText(trace.sentence)}</bdi>
          <time dateTime={trace.startedAt}>{showTime(trace.startedAt).slice(0, 8)}</time>
        </span>
      </Link>
    </li>
  );
});

/** Shows the list, or the trace of the address. */
export function Traces({ lab }: { readonly lab: Lab }) {
  const { id } = route.value;
  return id === undefined ? <TraceList lab={lab} /> : <TraceView lab={lab} id={id} />;
}

function TraceList({ lab }: { readonly lab: Lab }) {
  const traces = lab.traces.value;
  if (traces.length === 0) {
    if (!lab.isLoaded.value) return <Skeleton />;
    return (
      <Empty title="No trace yet">
        <p>A trace is one text or call with everything that it set off.</p>
        <Command line="relay-phone text Hello" />
      </Empty>
    );
  }
  return <LoadedTraces lab={lab} />;
}

function LoadedTraces({ lab }: { readonly lab: Lab }) {
  // The row that led to a trace, if somebody comes back from it.
  const cameFrom = useMemo(readOpenedTrace, []);
  const isFollowing = useSignal(cameFrom === undefined);
  const seen = useSignal(lab.traces.peek()[0]?.traceId);
  const traces = lab.traces.value;
  const bodies = useComputed(() => findBodies(lab.threads.value)).value;
  const fresh = isFollowing.value ? 0 : traces.findIndex(({ traceId }) => traceId === seen.value);
  const onFollow = (following: boolean) => {
    if (!following) seen.value = traces[0]?.traceId;
    isFollowing.value = following;
  };
  const count = traces.length.toLocaleString('en');
  return (
    <section class="trace-list" aria-label="Traces">
      <p class="quiet-text extent">
        {lab.hasEarlierTraces.value
          ? `The newest ${count} traces; scroll for earlier ones`
          : `${count} ${traces.length === 1 ? 'trace' : 'traces'}`}
      </p>
      <WindowedList
        label="Traces"
        count={traces.length}
        keyOf={(index) => traces[index]?.traceId ?? index}
        newest="first"
        start={cameFrom}
        isFollowing={isFollowing.value}
        onFollow={onFollow}
        onEnd={lab.showEarlierTraces}
        rowHeight={isNarrow.value ? NARROW_ROW : WIDE_ROW}
        row={(index, isTabStop) => {
          const trace = traces[index];
          return trace && <TraceItem trace={trace} body={bodies.get(trace.traceId)} isTabStop={isTabStop} />;
        }}
      />
      {fresh > 0 && (
        <button type="button" class="fresh" onClick={() => onFollow(true)}>
          {fresh.toLocaleString('en')} new ↑
        </button>
      )}
    </section>
  );
}

function readOpenedTrace(): string | undefined {
  const [, id] = /^\/t\/([^/]+)/.exec(readOpener()?.value ?? '') ?? [];
  return id === undefined ? undefined : decodeURIComponent(id);
}

/** The body of a text of each trace, by which people recognize it: the one that a phone sent, if any. */
function findBodies(threads: readonly PhoneThread[]): ReadonlyMap<string, string> {
  const bodies = new Map<string, string>();
  for (const entry of threads.flatMap(({ entries }) => entries)) {
    if (entry.kind !== 'text') continue;
    if (entry.direction === 'sent' || !bodies.has(entry.traceId)) bodies.set(entry.traceId, entry.body);
  }
  return bodies;
}

interface TraceItemProps {
  readonly trace: TraceSummary;
  /** Undefined if it has no text. */
  readonly body: string | undefined;
  readonly isTabStop: boolean;
}

const TraceItem = memo(function TraceItem({ trace, body, isTabStop }: TraceItemProps) {
  const sentence = showText(trace.sentence);
  return (
    <div role="gridcell">
      <Link to={`/t/${encodeURIComponent(trace.traceId)}`} class="trace-item" isTabStop={isTabStop}>
        <OutcomeSign outcome={trace.worst} />
        <span class="trace-sentence" title={sentence}>
          <bdi>{sentence}</bdi>
          {body !== undefined && (
            <span class="quiet-text trace-said">
              “<bdi>{showText(body.slice(0, MAX_BODY))}</bdi>”
            </span>
          )}
        </span>
        <time dateTime={trace.startedAt}>{formatMoment(trace.startedAt)}</time>
      </Link>
    </div>
  );
});

function TraceView({ lab, id }: { readonly lab: Lab; readonly id: string }) {
  const traceId = useComputed(() => {
    const asked = route.value.id;
    return asked === 'latest' ? lab.traces.value[0]?.traceId : asked;
  }).value;
  const trace = traceId === undefined ? undefined : lab.trace(traceId);
  if (!trace) {
    return (
      <>
        <h1 class="hidden" tabIndex={-1}>
          Trace
        </h1>
        <Empty title={id === 'latest' ? 'No trace yet' : 'This trace is not kept any more'}>
          <p>The sandbox keeps the last events only, and none after a reset.</p>
          <Link to="/traces">All traces</Link>
        </Empty>
      </>
    );
  }
  return <OneTrace lab={lab} trace={trace} />;
}

const VIEWS = [
  ['tree', 'Steps'],
  ['lanes', 'Who did what'],
] as const;

function OneTrace({ lab, trace }: { readonly lab: Lab; readonly trace: Trace }) {
  const { summary, tree } = trace;
  const selectedId = route.value.event ?? defaultEvent(tree);
  const selected = tree.find(({ event }) => event.id === selectedId);
  const view = useSignal<'tree' | 'lanes'>('tree');
  const isLatest = useSignal(true);
  // A later trace does not replace the one that is read, but says that it is there.
  useSignalEffect(() => {
    isLatest.value = lab.traces.value[0]?.traceId === summary.traceId;
  });
  const select = (eventId: number) => go(`/t/${encodeURIComponent(summary.traceId)}/e/${eventId}`, 'replace');
  return (
    <section class="trace" aria-label="Trace">
      <header class="trace-head">
        <Link to="/traces" class="back">
          ← Traces
        </Link>
        <h1 tabIndex={-1}>
          <OutcomeSign outcome={summary.worst} /> <bdi>{showText(summary.sentence)}</bdi>
        </h1>
        <p class="quiet-text">
          {showTime(summary.startedAt)} ·{' '}
          {formatDuration(Date.parse(summary.lastAt) - Date.parse(summary.startedAt))} ·{' '}
          {describeCounts(summary)}
          {summary.isGuessed && ' · dotted: the cause is a guess'}
          {!summary.isComplete && ' · its first events are not kept any more'}
          {!isLatest.value && (
            <>
              {' · '}
              <Link to="/t/latest">to the latest trace</Link>
            </>
          )}
        </p>
        <div class="trace-tools">
          <Tabs
            label="How the trace is shown"
            tabs={VIEWS}
            selected={view.value}
            onSelect={(one) => {
              view.value = one;
            }}
          />
          <StoryButton lab={lab} traceId={summary.traceId} />
        </div>
      </header>
      <div class="trace-body" role="tabpanel" aria-labelledby={`tab-${view.value}`}>
        {view.value === 'tree' ? (
          <Tree nodes={tree} selected={selectedId} onSelect={select} />
        ) : (
          <Swimlanes trace={trace} selected={selectedId} onSelect={select} />
        )}
        {selected && <EventDetail node={selected} />}
      </div>
    </section>
  );
}

/** What somebody looks for first: the first failure, else the first event. */
function defaultEvent(tree: readonly TraceNode[]): number | undefined {
  const failed = tree.find(({ event }) => readOutcome(event) === 'failed');
  return (failed ?? tree[0])?.event.id;
}

function describeCounts({ counts }: TraceSummary): string {
  const words: Readonly<Record<keyof typeof counts, string>> = {
    texts: 'text',
    calls: 'call leg',
    webhooks: 'webhook',
    requests: 'REST request',
    exposures: 'number shown',
  };
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => {
      const word = words[name as keyof typeof counts];
      return name === 'exposures' ? `${count}× ${word}` : `${count} ${word}${count === 1 ? '' : 's'}`;
    })
    .join(' · ');
}

interface TreeProps {
  readonly nodes: readonly TraceNode[];
  readonly selected: number | undefined;
  readonly onSelect: (eventId: number) => void;
}

/** By https://www.w3.org/WAI/ARIA/apg/patterns/treeview/, without typing ahead: letters are keys of the page. */
function Tree({ nodes, selected, onSelect }: TreeProps) {
  const onKeyDown = (event: KeyboardEvent) => {
    const tree = event.currentTarget as HTMLElement;
    const at = nodes.findIndex((node) => node.event.id === selected);
    if (event.key === 'Enter') {
      // The link stands in the detail of the step, which is always the selected one.
      document.querySelector<HTMLElement>('.detail .button')?.click();
      return;
    }
    const next =
      findRelative(event, nodes, at) ??
      findNextRow(event, { at, count: nodes.length, perPage: STEPS_PER_PAGE });
    const node = next === undefined ? undefined : nodes[next];
    if (!node) return;
    event.preventDefault();
    event.stopPropagation();
    onSelect(node.event.id);
    tree.querySelector<HTMLElement>(`#step-${node.event.id}`)?.focus();
  };
  let before: number | undefined;
  const stop = nodes.some(({ event }) => event.id === selected) ? selected : nodes[0]?.event.id;
  return (
    <div class="tree" role="tree" aria-label="Events of the trace" onKeyDown={onKeyDown}>
      {nodes.map((node) => {
        const at = Date.parse(node.event.at);
        const gap = before === undefined ? 0 : at - before;
        before = at;
        return (
          <div key={node.event.id} role="none">
            {gap > GAP_MS && <div class="gap">{formatDuration(gap)} later</div>}
            <Step
              node={node}
              isSelected={node.event.id === selected}
              isTabStop={node.event.id === stop}
              onSelect={onSelect}
            />
          </div>
        );
      })}
    </div>
  );
}

/** Returns the step to which the left arrow leads, its cause, or the right one, its first effect. */
function findRelative(event: KeyboardEvent, nodes: readonly TraceNode[], at: number): number | undefined {
  const { key, altKey, ctrlKey, metaKey } = event;
  if (altKey || ctrlKey || metaKey) return undefined;
  const depth = nodes[at]?.depth ?? 0;
  if (key === 'ArrowLeft') {
    const cause = nodes.slice(0, at).findLastIndex((node) => node.depth < depth);
    return cause === -1 ? undefined : cause;
  }
  return key === 'ArrowRight' && (nodes[at + 1]?.depth ?? 0) > depth ? at + 1 : undefined;
}

function Step(props: {
  readonly node: TraceNode;
  readonly isSelected: boolean;
  readonly isTabStop: boolean;
  readonly onSelect: (eventId: number) => void;
}) {
  const { event, depth, isGuessed, isCauseMissing } = props.node;
  const [label, content] = wordEvent(event);
  return (
    <div
      class={`step${isGuessed ? ' guessed' : ''}`}
      id={`step-${event.id}`}
      role="treeitem"
      aria-level={depth + 1}
      aria-selected={props.isSelected}
      tabIndex={props.isTabStop ? 0 : -1}
      style={{ paddingLeft: `${0.75 + Math.min(depth, 12) * 0.9}rem` }}
      onClick={() => props.onSelect(event.id)}
    >
      <EventSign event={event} />
      <span class="event-label">{label}</span>
      <bdi class="event-content">{content}</bdi>
      {isGuessed && <span class="tag">guessed</span>}
      {isCauseMissing && <span class="tag">its cause is not kept</span>}
      <time dateTime={event.at}>{showTime(event.at)}</time>
    </div>
  );
}

function EventDetail({ node: { event } }: { readonly node: TraceNode }) {
  const [label, content] = wordEvent(event);
  const exchangeId = 'exchangeId' in event ? event.exchangeId : null;
  const isRest = event.kind === 'request.in' || event.kind === 'fault.hit';
  return (
    <aside class="detail" aria-label="The selected event" tabIndex={0}>
      <h2>
        <OutcomeSign outcome={readOutcome(event)} /> {label}
      </h2>
      <p class="event-words">
        <bdi>{content}</bdi>
      </p>
      {exchangeId !== null && (
        <p>
          <Link to={`/${isRest ? 'rest' : 'webhooks'}/${exchangeId}`} class="button">
            {isRest ? 'The whole request' : 'The whole webhook, its signature, replay'}
          </Link>
        </p>
      )}
      {'errorCode' in event && event.errorCode !== null && (
        <p>
          <a
            href={`https://www.twilio.com/docs/api/errors/${event.errorCode}`}
            target="_blank"
            rel="noreferrer noopener"
          >
            Twilio’s page about {event.errorCode}
          </a>
        </p>
      )}
      <dl class="fields">
        {listFields(event).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <bdi class="outside">{showText(value)}</bdi>
            </dd>
          </div>
        ))}
      </dl>
    </aside>
  );
}

function listFields(event: SandboxEvent): (readonly [string, string])[] {
  return Object.entries(event)
    .filter(([name, value]) => value !== null && !HIDDEN.includes(name))
    .map(([name, value]) => [name, showValue(name, value)]);
}

function showValue(name: string, value: unknown): string {
  if (name === 'durationMs' && typeof value === 'number') return String(Math.round(value));
  return typeof value === 'string' ? value : JSON.stringify(value, null, 1);
}

const HIDDEN: readonly string[] = ['traceId', 'exchangeId'];
