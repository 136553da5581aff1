// Small parts that several screens show: links, the sign of an outcome, empty screens, a command to copy, a failure.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { SandboxEvent } from '../../../sandbox/platform/events/event.js';
import { readOutcome, type TraceOutcome } from '../../../sandbox/traces/event-outcome.js';
import { ApiError } from '../api.js';
import { go } from '../route.js';
import { showText } from '../words.js';

/** A link to another address of the page. */
export function Link(props: {
  readonly to: string;
  readonly class?: string;
  readonly current?: boolean;
  /** False for a row that Tab passes over, because another one is the stop of its list. */
  readonly isTabStop?: boolean;
  readonly children: ComponentChildren;
}) {
  const onClick = (event: MouseEvent) => {
    // A new tab or window stays the browser's own.
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(props.to);
  };
  return (
    <a
      href={props.to}
      class={props.class}
      tabIndex={props.isTabStop === undefined ? undefined : props.isTabStop ? 0 : -1}
      aria-current={props.current ? 'page' : undefined}
      onClick={onClick}
    >
      {props.children}
    </a>
  );
}

const OUTCOMES: Readonly<Record<TraceOutcome, readonly [sign: string, words: string]>> = {
  done: ['✓', 'done'],
  warning: ['!', 'with a warning'],
  failed: ['✗', 'failed'],
};

/** The sign of an outcome, with its words for those who do not see it. */
export function OutcomeSign({ outcome }: { readonly outcome: TraceOutcome }) {
  const [sign, words] = OUTCOMES[outcome];
  return (
    <span class={`outcome ${outcome}`} title={words}>
      <span aria-hidden="true">{sign}</span>
      <span class="hidden">{words}</span>
    </span>
  );
}

/** The sign of an event; none for one that is as usual, so that the others stand out. */
export function EventSign({ event }: { readonly event: SandboxEvent }) {
  const outcome = readOutcome(event);
  return outcome === 'done' ? <span class="outcome" /> : <OutcomeSign outcome={outcome} />;
}

/** Stands where something is being loaded; it is not seen before 150 ms. */
export function Skeleton() {
  return (
    <div class="skeleton">
      <span class="hidden">Loading</span>
    </div>
  );
}

/** A screen that has nothing to show: why, and what to do. */
export function Empty(props: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{props.title}</h2>
      {props.children}
    </div>
  );
}

/** A command, and a button that copies it. */
export function Command({ line }: { readonly line: string }) {
  const copied = useSignal(false);
  const copy = async () => {
    await navigator.clipboard.writeText(line);
    copied.value = true;
    setTimeout(() => {
      copied.value = false;
    }, 1500);
  };
  return (
    <span class="command">
      <code>{line}</code>
      <button type="button" class="quiet" onClick={copy}>
        {copied.value ? 'Copied' : 'Copy'}
      </button>
    </span>
  );
}

/** Why something failed, and what to do next. */
export function Failure({ error }: { readonly error: unknown }) {
  const reason = error instanceof Error ? error.message : String(error);
  const next = error instanceof ApiError ? error.tryNext : [];
  return (
    <div class="failure" role="alert">
      <p>{showText(reason)}</p>
      {next.map((way) => (
        <p key={way} class="quiet-text">
          Try: {showText(way)}
        </p>
      ))}
    </div>
  );
}
