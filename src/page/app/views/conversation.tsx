// A conversation of a phone with another number: its texts and calls with their status, the newest last.
import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { ThreadPage } from '../../../sandbox/phones/threads.js';
import { readOutcome } from '../../../sandbox/traces/event-outcome.js';
import type { TraceSummary } from '../../../sandbox/traces/summary.js';
import type { ThreadEntry } from '../../../sandbox/traces/threads.js';
import { inPath } from '../api.js';
import type { Lab } from '../lab.js';
import { Link } from '../parts/common.js';
import { useLoaded } from '../parts/loaded.js';
import { memo } from '../parts/memo.js';
import { formatMoment, showNumber, showText } from '../words.js';
import { ReceivedFile } from './media.js';

/** How many texts and calls of a conversation are shown at first. */
const SHOWN_ENTRIES = 50;

interface ConversationProps {
  readonly lab: Lab;
  readonly number: string;
  readonly other: string;
  /** Whether no app gets the texts to the other number. */
  readonly isUnanswered: boolean;
}

/** Shows the conversation. */
export function Conversation({ lab, number, other, isUnanswered }: ConversationProps) {
  const log = useRef<HTMLDivElement>(null);
  const thread = useComputed(() =>
    lab.threads.value.find((one) => one.phone === number && one.other === other),
  ).value;
  const isWhole = useSignal(false);
  const all = thread?.entries ?? [];
  const entries = isWhole.value ? all : all.slice(-SHOWN_ENTRIES);
  // A file is there once its text was delivered, and not when the text appears.
  const withMedia = all
    .flatMap((entry) => (entry.kind === 'text' && entry.mediaUrls.length > 0 ? [entry.status] : []))
    .join();
  const kept = useLoaded(
    () =>
      other === ''
        ? Promise.resolve(undefined)
        : lab.api.get<ThreadPage>(`/phones/${inPath(number)}/thread?with=${inPath(other)}&limit=100`),
    [number, other, withMedia, lab.isLoaded.value],
  ).value.value;
  const media = new Map(kept?.texts.map((text) => [text.sid, text.media]));
  const live = new Set(all.map(({ sid }) => sid));
  const earlier = (kept?.texts ?? []).filter(
    (text) => text.sid !== null && text.traceId === null && !live.has(text.sid),
  );
  useEffect(() => {
    if (log.current) log.current.scrollTop = log.current.scrollHeight;
  }, [all.length, earlier.length, other]);
  return (
    <div
      class="thread"
      role="log"
      aria-live="off"
      aria-label={`Conversation with ${showNumber(other)}`}
      tabIndex={0}
      ref={log}
    >
      {entries.length + earlier.length === 0 && !isUnanswered && (
        <p class="quiet-text start">
          Texts to <span class="number">{showNumber(other)}</span> go to your app. Type one below to see what
          it does.
        </p>
      )}
      {earlier.map((text) => (
        <div key={text.position} class={`bubble ${text.direction}`}>
          <bdi>{showText(text.body)}</bdi>
          {text.media.map(({ url }) => (
            <ReceivedFile key={url} lab={lab} url={url} />
          ))}
          <footer>{formatMoment(text.at)}</footer>
        </div>
      ))}
      {all.length > entries.length && (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            isWhole.value = true;
          }}
        >
          {(all.length - entries.length).toLocaleString('en')} earlier
        </button>
      )}
      {entries.map((entry) => (
        <Entry
          key={`${entry.traceId}-${entry.id}`}
          lab={lab}
          entry={entry}
          media={media.get(entry.sid) ?? NO_MEDIA}
          summary={lab.summary(entry.traceId)}
        />
      ))}
    </div>
  );
}

const NO_MEDIA: readonly { readonly url: string }[] = [];

const Entry = memo(function Entry(props: {
  readonly lab: Lab;
  readonly entry: ThreadEntry;
  readonly media: readonly { readonly url: string }[];
  readonly summary: TraceSummary | undefined;
}) {
  const { lab, entry, media, summary } = props;
  const isOwnAct = entry.direction === 'sent' || entry.direction === 'outgoing';
  const failure = summary?.worst === 'failed' && isOwnAct ? summary.sentence : undefined;
  const hasFailed = failure !== undefined || (entry.kind === 'text' && entry.errorCode !== null);
  const code = failure === undefined ? null : findFailureCode(lab, entry.traceId);
  const why = (
    <Link to={`/t/${encodeURIComponent(entry.traceId)}`} class="why">
      why?<span class="hidden"> {showText(summary?.sentence ?? entry.status)}</span>
    </Link>
  );
  if (entry.kind === 'call') {
    return (
      <div class={`bubble call ${isOwnAct ? 'sent' : 'received'}${hasFailed ? ' failed' : ''}`}>
        {isOwnAct ? '↗' : '↙'} Call, {entry.status}
        <footer>
          {formatMoment(entry.at)}
          {code !== null && ` · failed (${code})`} {why}
        </footer>
        {failure !== undefined && <p class="reason">{showText(failure)}</p>}
      </div>
    );
  }
  return (
    <div class={`bubble ${entry.direction}${hasFailed ? ' failed' : ''}`}>
      <bdi>{showText(entry.body)}</bdi>
      {media.map(({ url }) => (
        <ReceivedFile key={url} lab={lab} url={url} />
      ))}
      {entry.mediaUrls.length > media.length && <p class="quiet-text">with a file</p>}
      <footer>
        {formatMoment(entry.at)} ·{' '}
        {entry.errorCode === null ? entry.status : `${entry.status} (${entry.errorCode})`}
        {code !== null && ` · failed (${code})`} {why}
      </footer>
      {failure !== undefined && <p class="reason">{showText(failure)}</p>}
    </div>
  );
});

/** Twilio's code for the first failure of a trace; null if it has none. */
function findFailureCode(lab: Lab, traceId: string): number | null {
  const failed = lab.trace(traceId)?.tree.find(({ event }) => readOutcome(event) === 'failed')?.event;
  if (failed?.kind === 'request.in') return failed.problem?.code ?? null;
  return failed && 'errorCode' in failed ? failed.errorCode : null;
}
