// One phone: its name and behaviour, a conversation with its composer, and the call that it is in.
import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { NumberSummary } from '../../../sandbox/numbers/incoming-phone-numbers/summaries.js';
import type { WholeBehaviour } from '../../../sandbox/phones/behaviour.js';
import type { ThreadPage } from '../../../sandbox/phones/threads.js';
import { readOutcome } from '../../../sandbox/traces/event-outcome.js';
import type { TraceSummary } from '../../../sandbox/traces/summary.js';
import type { PhoneThread, ThreadEntry } from '../../../sandbox/traces/threads.js';
import { inPath } from '../api.js';
import type { Lab } from '../lab.js';
import { Command, Failure, Link } from '../parts/common.js';
import { useLoaded } from '../parts/loaded.js';
import { memo } from '../parts/memo.js';
import { formatMoment, showNumber, showText } from '../words.js';
import { AppUrlForm } from './app-url-form.js';
import { CallPanel } from './call.js';
import { ReceivedFile } from './media.js';
import { CALL_BEHAVIOURS, giveName, nameOf, wordBehaviour } from './phone-words.js';

interface PhoneColumnProps {
  readonly lab: Lab;
  readonly number: string;
  /** On a narrow window, only one phone is shown. */
  readonly isCurrent: boolean;
  readonly onClose: (() => void) | undefined;
}

/** Shows a phone. */
export function PhoneColumn({ lab, number, isCurrent, onClose }: PhoneColumnProps) {
  const summary = lab.holdings.value?.phones.find((phone) => phone.number === number);
  const threads = useComputed(() => lab.threads.value.filter(({ phone }) => phone === number)).value;
  const chosen = useSignal<string | undefined>(undefined);
  const owned = lab.holdings.value?.numbers.map((one) => one.number) ?? [];
  // A number of the account first: only those can be texted.
  const busiest = threads.find((thread) => owned.includes(thread.other)) ?? threads[0];
  const other = chosen.value ?? busiest?.other ?? owned.at(-1) ?? '';
  const newer = findNewer(threads, other);
  const behaviour = summary ? wordBehaviour(summary.behaviour) : '';
  const isUnanswered = hasNoWebhook(lab.holdings.value?.numbers.find((one) => one.number === other));
  const others = [...new Set([...threads.map((thread) => thread.other), ...owned])];
  return (
    <article class={`phone${isCurrent ? ' current' : ''}`} aria-label={`Phone ${nameOf(lab, number)}`}>
      <header>
        <Label lab={lab} number={number} />
        {onClose && (
          <button type="button" class="quiet close" aria-label="Hide this phone" onClick={onClose}>
            ×
          </button>
        )}
        <Ringing lab={lab} number={number} calls={summary?.behaviour.calls} />
        {behaviour !== '' && <p class="quiet-text">{behaviour}</p>}
      </header>
      {/* A call covers the conversation, but neither whose phone it is nor a text that is being typed. */}
      <div class="phone-body">
        <div class="conversation" inert={summary?.liveCall ? true : undefined}>
          <div class="inline with">
            <label>
              <span class="hidden">Conversation with</span>
              <select
                value={other}
                onChange={({ currentTarget }) => {
                  chosen.value = currentTarget.value;
                }}
              >
                {others.map((one) => (
                  <option key={one} value={one}>
                    {nameOf(lab, one)}
                  </option>
                ))}
              </select>
            </label>
            <CallButton lab={lab} number={number} other={other} isAccounts={owned.includes(other)} />
          </div>
          {newer !== undefined && (
            <button
              type="button"
              class="quiet newer"
              onClick={() => {
                chosen.value = newer;
              }}
            >
              Newer: {nameOf(lab, newer)}
            </button>
          )}
          <Thread key={other} lab={lab} number={number} other={other} isUnanswered={isUnanswered} />
          {isUnanswered && <NoWebhook lab={lab} phone={number} number={other} />}
        </div>
        {summary?.liveCall && <CallPanel lab={lab} number={number} live={summary.liveCall} />}
      </div>
      <Composer
        lab={lab}
        number={number}
        other={other}
        isAccounts={owned.includes(other)}
        onType={() => {
          // What is being typed goes to the number that it was begun for, whoever texts meanwhile.
          chosen.value = other;
        }}
      />
    </article>
  );
}

/** Returns the other number of the conversation with the newest entry, if that is not the shown one. */
function findNewer(threads: readonly PhoneThread[], shown: string): string | undefined {
  const newestOf = (other: string | undefined) =>
    threads.find((thread) => thread.other === other)?.entries.at(-1)?.id ?? 0;
  const newest = threads.toSorted((one, two) => newestOf(two.other) - newestOf(one.other))[0]?.other;
  return newestOf(newest) > newestOf(shown) ? newest : undefined;
}

/** What the phone does when it is called. */
function Ringing(props: {
  readonly lab: Lab;
  readonly number: string;
  /** Undefined for a phone that nobody has used yet: then it is asked for. */
  readonly calls: WholeBehaviour['calls'] | undefined;
}) {
  const { lab, number } = props;
  const path = `/phones/${inPath(number)}/behaviour`;
  const changes = useSignal(0);
  const asked = useLoaded(
    async () => (props.calls === undefined ? lab.api.get<WholeBehaviour>(path) : undefined),
    [path, props.calls, changes.value],
  ).value.value;
  const change = async (calls: string) => {
    await lab.api.send('PUT', path, { calls }).catch(() => undefined);
    changes.value += 1;
    lab.refresh();
  };
  return (
    <label class="ringing">
      When called, it
      <select
        value={props.calls ?? asked?.calls ?? 'answers'}
        onChange={({ currentTarget }) => void change(currentTarget.value)}
      >
        {Object.entries(CALL_BEHAVIOURS).map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Whether no app is asked about texts to a number. */
function hasNoWebhook(number: NumberSummary | undefined): boolean {
  return number !== undefined && number.sms.url === null && number.messagingServiceSid === null;
}

/** Says why no app gets the texts to a number, and what to do, before somebody wonders. */
function NoWebhook({
  lab,
  phone,
  number,
}: {
  readonly lab: Lab;
  readonly phone: string;
  readonly number: string;
}) {
  return (
    <div class="note">
      <p>
        <span class="number">{showNumber(number)}</span> has no webhook, so no app gets its texts.
      </p>
      <AppUrlForm lab={lab} number={number} />
      <p>Or make it a mask of this phone with a small Relay of ours:</p>
      <Command line={`relay-phone serve --yes --real-number ${phone}`} />
    </div>
  );
}

function Label({ lab, number }: { readonly lab: Lab; readonly number: string }) {
  const isEdited = useSignal(false);
  const name = nameOf(lab, number);
  const save = async (label: string) => {
    // A field that is left with Esc or Enter loses the focus as well.
    if (!isEdited.value) return;
    isEdited.value = false;
    if (label === name || label === showNumber(number)) return;
    giveName(number, label.trim());
    await lab.api.send('PUT', `/phones/${inPath(number)}/label`, { label }).catch(() => undefined);
    lab.refresh();
  };
  if (!isEdited.value) {
    return (
      <h2>
        <button
          type="button"
          class="name"
          title="Give it a name"
          onClick={() => {
            isEdited.value = true;
          }}
        >
          {name}
        </button>
        {name !== showNumber(number) && <span class="quiet-text"> {showNumber(number)}</span>}
      </h2>
    );
  }
  return (
    <input
      class="name"
      aria-label="Name of the phone"
      maxLength={64}
      defaultValue={name === showNumber(number) ? '' : name}
      ref={(element) => element?.focus()}
      onKeyDown={(event) => {
        if (event.key === 'Escape') isEdited.value = false;
        if (event.key !== 'Enter') return;
        // Else the same key would press the button that takes the field's place.
        event.preventDefault();
        void save(event.currentTarget.value);
      }}
      onBlur={({ currentTarget }) => void save(currentTarget.value)}
    />
  );
}

interface WithProps {
  readonly lab: Lab;
  readonly number: string;
  readonly other: string;
}

/** How many texts and calls of a conversation are shown at first. */
const SHOWN_ENTRIES = 50;

function Thread({ lab, number, other, isUnanswered }: WithProps & { readonly isUnanswered: boolean }) {
  const log = useRef<HTMLDivElement>(null);
  const thread = useComputed(() =>
    lab.threads.value.find((one) => one.phone === number && one.other === other),
  ).value;
  const isWhole = useSignal(false);
  const all = thread?.entries ?? [];
  const entries = isWhole.value ? all : all.slice(-SHOWN_ENTRIES);
  const withMedia = all.filter((entry) => entry.kind === 'text' && entry.mediaUrls.length > 0).length;
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

function CallButton({ lab, number, other, isAccounts }: WithProps & { readonly isAccounts: boolean }) {
  const error = useSignal<unknown>(undefined);
  const call = async () => {
    error.value = undefined;
    try {
      await lab.api.send('POST', `/phones/${inPath(number)}/call`, { to: other });
    } catch (failure) {
      error.value = failure;
    }
    lab.refresh();
  };
  return (
    <>
      <button
        type="button"
        class="call-button"
        disabled={!isAccounts || lab.connection.value !== 'live'}
        onClick={call}
      >
        Call
      </button>
      {error.value !== undefined && <Failure error={error.value} />}
    </>
  );
}

interface ComposerProps extends WithProps {
  readonly isAccounts: boolean;
  readonly onType: () => void;
}

function Composer({ lab, number, other, isAccounts, onType }: ComposerProps) {
  const body = useSignal('');
  const error = useSignal<unknown>(undefined);
  const isOff = lab.connection.value !== 'live';
  const send = async (event: Event) => {
    event.preventDefault();
    const text = body.value;
    if (text === '' || isOff) return;
    body.value = '';
    error.value = undefined;
    try {
      await lab.api.send('POST', `/phones/${inPath(number)}/text?wait=none`, { to: other, body: text });
    } catch (failure) {
      // Nothing that somebody typed is lost.
      if (body.value === '') body.value = text;
      error.value = failure;
    }
  };
  if (!isAccounts) {
    return (
      <p class="quiet-text composer">
        {showNumber(other)} is not a number of the account, so nothing is sent there.
      </p>
    );
  }
  return (
    <form class="composer" onSubmit={send}>
      {error.value !== undefined && <Failure error={error.value} />}
      <div class="inline">
        <input
          class="say"
          aria-label={`Text to ${showNumber(other)}`}
          placeholder={isOff ? 'Not connected' : 'Write a text'}
          value={body.value}
          autocomplete="off"
          onInput={({ currentTarget }) => {
            body.value = currentTarget.value;
            onType();
          }}
        />
        <button type="submit" class="primary" disabled={isOff}>
          Send
        </button>
      </div>
    </form>
  );
}
