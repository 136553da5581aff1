// The list of traces, newest first: what each act came to in a sentence, with the words of its text.
import { useComputed, useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { TraceSummary } from '../../../sandbox/traces/summary.js';
import type { PhoneThread } from '../../../sandbox/traces/threads.js';
import type { Lab } from '../lab.js';
import { Command, Empty, Link, OutcomeSign, Skeleton } from '../parts/common.js';
import { memo } from '../parts/memo.js';
import { isNarrow } from '../parts/narrow.js';
import { WindowedList } from '../parts/windowed-list.js';
import { readOpener } from '../route.js';
import { formatMoment, showText } from '../words.js';

/** The heights of a row of the list in a wide and in a narrow window, pixels. */
const [WIDE_ROW, NARROW_ROW] = [40, 84] as const;

/** Characters of a text's body that are in the list at most. */
const MAX_BODY = 200;

/** Shows the list, or why it is empty. */
export function TraceList({ lab }: { readonly lab: Lab }) {
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
