// The lists of webhooks and REST requests, newest first, with a filter; earlier ones are loaded as somebody scrolls to them.
import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { ExchangeReport } from '../../../exchanges/report.js';
import type { TraceOutcome } from '../../../sandbox/traces/event-outcome.js';
import { parseExchangeFilter } from '../exchange-filter.js';
import { readExchangeOutcome } from '../exchange-outcome.js';
import type { ExchangePages } from '../exchange-pages.js';
import type { Inspector } from '../live.js';
import { Command, Empty, Failure, Link, OutcomeSign, Skeleton } from '../parts/common.js';
import { memo } from '../parts/memo.js';
import { isNarrow } from '../parts/narrow.js';
import { Tabs } from '../parts/tabs.js';
import { WindowedList } from '../parts/windowed-list.js';
import { go, readOpener, route, withQuery } from '../route.js';
import { formatExactMoment, showNumber, showText } from '../words.js';

/** The heights of a row in a wide and in a narrow window, pixels. */
const [WIDE_ROW, NARROW_ROW] = [36, 60] as const;

/** A list: the parameter of the address that chooses it, what the API calls it, its name, and what is in it. */
type ListOf = readonly [direction: string, filter: string, title: string, noun: string];

const SANDBOX_LISTS: readonly ListOf[] = [
  ['webhook', 'direction=webhook', 'Webhooks to your app', 'webhook'],
  ['rest', 'direction=rest', 'Requests of your app', 'request'],
];
const LIVE_LISTS: readonly ListOf[] = [
  ['webhook', 'refused=false', 'Passed on to your app', 'webhook'],
  ['refused', 'refused=true', 'Refused', 'refused request'],
];

/** Shows the list that the address chooses. */
export function ExchangeList({ lab }: { readonly lab: Inspector }) {
  const lists = lab.showsNumbers ? LIVE_LISTS : SANDBOX_LISTS;
  const asked = route.value.query.get('direction');
  const [direction, filter, , noun] =
    lists.find(([name]) => name === asked) ?? (lists[0] as (typeof lists)[number]);
  const pages = lab.exchanges(filter);
  useEffect(() => void pages.refresh(), [pages, lab.newestExchange.value]);
  const text = route.value.query.get('q') ?? '';
  const { value: all } = pages.loaded;
  const faults = lab.twimlFaults?.value;
  const shown = useMemo(
    () => (text === '' || !all ? all : all.filter(parseExchangeFilter(text, faults))),
    [text, all, faults],
  );
  // What a filter does not find may be further back.
  const isSearching = text !== '' && pages.hasEarlier.value && pages.error.value === undefined;
  useEffect(() => {
    if (isSearching) void pages.loadEarlier();
  }, [isSearching, all]);
  return (
    <section class="exchange-list" aria-label="Webhooks and requests">
      <div class="toolbar">
        <Tabs
          label="Direction"
          tabs={lists.map(([one, ofOne, title]) => [
            one,
            <>
              {title}
              {one !== direction && <Count pages={lab.exchanges(ofOne)} />}
            </>,
          ])}
          selected={direction}
          // Not `withQuery`: the address may be /rest, which is one of the lists.
          onSelect={(one) => go(one === 'webhook' ? '/webhooks' : `/webhooks?direction=${one}`)}
        />
        {shown && all && all.length > 0 && (
          <>
            <Filter text={text} />
            <span class="quiet-text">{describeExtent(shown.length, all.length, noun, pages)}</span>
          </>
        )}
      </div>
      {pages.error.value !== undefined && <Failure error={pages.error.value} />}
      {!all && pages.error.value === undefined && <Skeleton />}
      {all?.length === 0 && <NoExchange direction={direction} lab={lab} />}
      {shown && shown.length > 0 && (
        <Rows
          key={filter}
          shown={shown}
          outcomeOf={(exchange) => readExchangeOutcome(exchange, faults)}
          label={noun}
          direction={direction}
          onEnd={pages.loadEarlier}
        />
      )}
      {shown?.length === 0 && isSearching && <Skeleton />}
      {shown?.length === 0 && all !== shown && !isSearching && <NoMatch lab={lab} text={text} />}
    </section>
  );
}

/** How many are in a list that is not shown, if it was loaded: somebody may look for them in the wrong one. */
function Count({ pages }: { readonly pages: ExchangePages }) {
  const count = pages.loaded.value?.length ?? 0;
  return count === 0 ? null : (
    <span class="quiet-text">{` ${count.toLocaleString('en')}${pages.hasEarlier.value ? '+' : ''}`}</span>
  );
}

function Filter({ text }: { readonly text: string }) {
  const isFailed = /\bis:failed\b/.test(text);
  const others = text.replace(/\s*\bis:failed\b/, '').trim();
  return (
    <>
      <input
        type="search"
        id="filter"
        value={text}
        placeholder="Filter: words, status:5xx from:+1301 sid:SM"
        aria-label="Filter webhooks and requests"
        onInput={({ currentTarget }) => go(withQuery('q', currentTarget.value), 'replace')}
      />
      <button
        type="button"
        aria-pressed={isFailed}
        onClick={() => go(withQuery('q', isFailed ? others : `${others} is:failed`.trim()), 'replace')}
      >
        Failures
      </button>
    </>
  );
}

/** How many are listed, and whether earlier ones are not yet. */
function describeExtent(shown: number, all: number, noun: string, { hasEarlier }: ExchangePages): string {
  const words = `${all.toLocaleString('en')} ${noun}${all === 1 ? '' : 's'}`;
  const found = shown === all ? '' : `${shown.toLocaleString('en')} of `;
  if (!hasEarlier.value) return found + words;
  return found === '' ? `The newest ${words}; scroll for earlier ones` : `${found}the newest ${words}`;
}

interface RowsProps {
  readonly shown: readonly ExchangeReport[];
  readonly outcomeOf: (exchange: ExchangeReport) => TraceOutcome;
  readonly label: string;
  readonly direction: string;
  readonly onEnd: () => Promise<void>;
}

function Rows({ shown, outcomeOf, label, direction, onEnd }: RowsProps) {
  // The row that led to a webhook or request, if somebody comes back from it.
  const cameFrom = useMemo(readOpenedExchange, []);
  const isFollowing = useSignal(cameFrom === undefined);
  const seen = useSignal(shown[0]?.id ?? 0);
  const fresh = isFollowing.value ? 0 : shown.findIndex(({ id }) => id <= seen.value);
  const onFollow = (following: boolean) => {
    if (!following) seen.value = shown[0]?.id ?? 0;
    isFollowing.value = following;
  };
  return (
    <>
      <WindowedList
        label={`${label.charAt(0).toUpperCase()}${label.slice(1)}s`}
        count={shown.length}
        keyOf={(index) => shown[index]?.id ?? index}
        newest="first"
        start={cameFrom}
        isFollowing={isFollowing.value}
        onFollow={onFollow}
        onEnd={() => void onEnd()}
        rowHeight={isNarrow.value ? NARROW_ROW : WIDE_ROW}
        row={(index, isTabStop) => {
          const exchange = shown[index];
          if (!exchange) return undefined;
          const properties = { exchange, outcome: outcomeOf(exchange), direction, isTabStop };
          return <Row {...properties} />;
        }}
      />
      {fresh > 0 && (
        <button type="button" class="fresh" onClick={() => onFollow(true)}>
          {fresh.toLocaleString('en')} new ↑
        </button>
      )}
    </>
  );
}

function readOpenedExchange(): number | undefined {
  const [, id] = /^\/(?:webhooks|rest)\/(\d+)$/.exec(readOpener()?.value ?? '') ?? [];
  return id === undefined ? undefined : Number(id);
}

interface RowProps {
  readonly exchange: ExchangeReport;
  readonly outcome: TraceOutcome;
  readonly direction: string;
  readonly isTabStop: boolean;
}

const Row = memo(function Row({ exchange, outcome, direction, isTabStop }: RowProps) {
  return (
    <div role="gridcell">
      <Link
        to={`/${direction === 'rest' ? 'rest' : 'webhooks'}/${exchange.id}`}
        class="exchange-item"
        isTabStop={isTabStop}
      >
        <OutcomeSign outcome={outcome} />
        <span class="status">{exchange.status ?? '–'}</span>
        <span class="event-label">{exchange.kind}</span>
        <bdi class="event-content">
          {exchange.method} {showText(exchange.target)}
          {exchange.error !== null && ` · ${showText(exchange.error)}`}
          {exchange.refusal !== null && ` · ${showText(exchange.refusal)}`}
          {exchange.verdict.result === 'invalid' && ' · bad signature'}
          {exchange.replayOf !== null && ` · a replay of no. ${exchange.replayOf}`}
        </bdi>
        <span class="quiet-text number">{exchange.from === null ? '' : showNumber(exchange.from)}</span>
        <time dateTime={exchange.at}>{formatExactMoment(exchange.at)}</time>
      </Link>
    </div>
  );
});

function NoMatch({ lab, text }: { readonly lab: Inspector; readonly text: string }) {
  const isNumberHidden = lab.showsNumbers?.value === false && /\d{5}/.test(text);
  return (
    <Empty title="Nothing matches">
      {isNumberHidden ? (
        <p>Numbers are shown in part. “Show numbers” finds whole ones.</p>
      ) : (
        <p>Remove words from the filter to see more.</p>
      )}
      <button type="button" onClick={() => go(withQuery('q', ''), 'replace')}>
        Remove the filter
      </button>
    </Empty>
  );
}

function NoExchange({ direction, lab }: { readonly direction: string; readonly lab: Inspector }) {
  if (direction === 'rest') {
    return (
      <Empty title="Your app has asked Twilio nothing yet">
        <p>An app reaches this Twilio when it is started through exec:</p>
        <Command line="relay-phone exec -- node server.js" />
      </Empty>
    );
  }
  if (lab.isRecording?.value === false) {
    return (
      <Empty title="No tunnel runs">
        <p>A tunnel records what Twilio sends, and passes it on to your app:</p>
        <Command line="relay-phone tunnel" />
      </Empty>
    );
  }
  if (direction === 'refused') {
    return (
      <Empty title="Nothing was refused">
        <p>
          The gateway refuses requests that Twilio has not signed. One that you miss may have been passed on:
        </p>
        <Link to="/webhooks">Webhooks passed on to your app</Link>
      </Empty>
    );
  }
  return (
    <Empty title="No webhook yet">
      {lab.showsNumbers ? (
        <>
          <RefusedInstead pages={lab.exchanges('refused=true')} />
          <p>Text or call a number of the account with a real phone. These are its numbers:</p>
          <Command line="relay-phone numbers" />
          <p>If nothing comes, this finds the reason:</p>
          <Command line="relay-phone doctor" />
        </>
      ) : (
        <>
          <p>A text or a call to a number of the account asks your app what to do.</p>
          <Command line="relay-phone text Hello" />
        </>
      )}
    </Empty>
  );
}

/** Leads to what was refused, when nothing was passed on. */
function RefusedInstead({ pages }: { readonly pages: ExchangePages }) {
  const count = pages.loaded.value?.length ?? 0;
  if (count === 0) return null;
  return (
    <p>
      Something came, but was refused: <Link to="/webhooks?direction=refused">see why</Link>
    </p>
  );
}
