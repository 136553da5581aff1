// The timeline: one row for each event, with a filter, which follows what is new until somebody scrolls up.
import { useComputed, useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { SandboxEvent } from '../../../sandbox/platform/events/event.js';
import { parseFilter } from '../filter.js';
import type { Lab } from '../lab.js';
import { Command, Empty, EventSign, Skeleton } from '../parts/common.js';
import { memo } from '../parts/memo.js';
import { WindowedList } from '../parts/windowed-list.js';
import { go, readOpener, route, withQuery } from '../route.js';
import { showTime, wordEvent } from '../words.js';

/** Shows the events that match the filter of the address. */
export function Timeline({ lab }: { readonly lab: Lab }) {
  const filter = route.value.query.get('q') ?? '';
  // The row that led to a trace, if somebody comes back from it.
  const cameFrom = useMemo(() => readOpenedEvent(), []);
  const isFollowing = useSignal(cameFrom === undefined);
  /** The id of the newest event that was there when somebody scrolled up, or came back. */
  const seen = useSignal(lab.events.peek().at(-1)?.id ?? 0);
  const events = useComputed(() => {
    const text = route.value.query.get('q') ?? '';
    return text === '' ? lab.events.value : lab.events.value.filter(parseFilter(text));
  });
  const shown = events.value;
  const total = lab.events.value.length;
  // By their ids: earlier events that are still being loaded, or a shorter filter, bring nothing new.
  const fresh = isFollowing.value ? 0 : shown.length - shown.findLastIndex(({ id }) => id <= seen.value) - 1;
  const onFollow = (following: boolean) => {
    if (!following) seen.value = lab.events.value.at(-1)?.id ?? 0;
    isFollowing.value = following;
  };
  return (
    <section class="timeline" aria-label="Timeline">
      <div class="toolbar">
        <input
          type="search"
          id="filter"
          value={filter}
          placeholder="Filter: words, kind:webhook from:+1301 to: sid: saw: is:failed"
          aria-label="Filter events"
          onInput={({ currentTarget }) => go(withQuery('q', currentTarget.value), 'replace')}
        />
        <button
          type="button"
          aria-pressed={/\bis:failed\b/.test(filter)}
          onClick={() => go(withQuery('q', toggle(filter, 'is:failed')), 'replace')}
        >
          Failures
        </button>
        <span class="quiet-text">
          {shown.length === total
            ? `${total.toLocaleString('en')} events`
            : `${shown.length.toLocaleString('en')} of ${total.toLocaleString('en')} events`}
        </span>
      </div>
      {shown.length === 0 ? (
        <EmptyTimeline isLoaded={lab.isLoaded.value} isFiltered={total > 0} />
      ) : (
        <WindowedList
          label="Events"
          count={shown.length}
          keyOf={(index) => shown[index]?.id ?? index}
          start={cameFrom}
          isFollowing={isFollowing.value}
          onFollow={onFollow}
          row={(index, isTabStop) => {
            const event = shown[index];
            return event && <EventRow event={event} isTabStop={isTabStop} />;
          }}
        />
      )}
      {fresh > 0 && (
        <button type="button" class="fresh" onClick={() => onFollow(true)}>
          {fresh.toLocaleString('en')} new ↓
        </button>
      )}
    </section>
  );
}

function toggle(filter: string, word: string): string {
  const others = filter.split(/\s+/).filter((one) => one !== word && one !== '');
  return (filter.includes(word) ? others : [...others, word]).join(' ');
}

function EmptyTimeline(props: { readonly isLoaded: boolean; readonly isFiltered: boolean }) {
  if (!props.isLoaded) return <Skeleton />;
  if (props.isFiltered) {
    return (
      <Empty title="No event matches">
        <p>Remove words from the filter to see more.</p>
      </Empty>
    );
  }
  return (
    <Empty title="Nothing has happened yet">
      <p>Every text, call, webhook and request will be a row here, as it happens. Send a first text:</p>
      <Command line="relay-phone text Hello" />
    </Empty>
  );
}

function readOpenedEvent(): number | undefined {
  const [, id] = /\/e\/(\d+)$/.exec(readOpener()?.value ?? '') ?? [];
  return id === undefined ? undefined : Number(id);
}

const EventRow = memo(function EventRow(props: {
  readonly event: SandboxEvent;
  readonly isTabStop: boolean;
}) {
  const { event, isTabStop } = props;
  const [label, content] = wordEvent(event);
  const address = `/t/${encodeURIComponent(event.traceId)}/e/${event.id}`;
  return (
    <div role="gridcell">
      <a
        class="event-row"
        href={address}
        tabIndex={isTabStop ? 0 : -1}
        onClick={(click) => {
          if (click.metaKey || click.ctrlKey || click.shiftKey) return;
          click.preventDefault();
          go(address);
        }}
      >
        <time dateTime={event.at}>{showTime(event.at)}</time>
        <EventSign event={event} />
        <span class="event-label">{label}</span>
        <bdi class="event-content">{content}</bdi>
      </a>
    </div>
  );
});
