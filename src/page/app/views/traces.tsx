// The screen of traces: the list, or one trace as a tree or as swimlanes, with the detail of an event.
import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { SandboxEvent } from '../../../sandbox/platform/events/event.js';
import { readOutcome } from '../../../sandbox/traces/event-outcome.js';
import type { Trace } from '../../../sandbox/traces/reducer.js';
import type { TraceSummary } from '../../../sandbox/traces/summary.js';
import type { TraceNode } from '../../../sandbox/traces/tree.js';
import { findNextRow } from '../keys.js';
import type { Lab } from '../lab.js';
import { Empty, EventSign, Link, OutcomeSign } from '../parts/common.js';
import { Tabs } from '../parts/tabs.js';
import { go, route } from '../route.js';
import { formatDuration, GAP_MS, showText, showTime, wordEvent } from '../words.js';
import { StoryButton } from './story-button.js';
import { Swimlanes } from './swimlanes.js';
import { TraceList } from './trace-list.js';

/** How many steps the Page keys go. */
const STEPS_PER_PAGE = 10;
/** Shows the list, or the trace of the address. */
export function Traces({ lab }: { readonly lab: Lab }) {
  const { id } = route.value;
  return id === undefined ? <TraceList lab={lab} /> : <TraceView lab={lab} id={id} />;
}
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
