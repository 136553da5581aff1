// Announces what happens to people who do not see the screen: new traces in their sentences, at most every two seconds.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { TraceSummary } from '../../../sandbox/traces/summary.js';
import { announcements } from '../announcements.js';
import type { Lab } from '../lab.js';
import type { Inspector } from '../live.js';
import { showText } from '../words.js';

/** Milliseconds between two announcements: a reader cannot follow more. */
const PAUSE_MS = 2000;

interface AnnouncerProps {
  readonly lab: Inspector | Lab;
  /** Returns a sentence about what happened last; undefined as long as it is not known. Not for a sandbox, which has traces. */
  readonly latest?: (() => string | undefined) | undefined;
}

/** The one live region of the page, besides alerts. */
export function Announcer({ lab, latest }: AnnouncerProps) {
  const said = useSignal('');
  useEffect(() => {
    let isLost = false;
    let newest: TraceSummary | undefined;
    let before = latest?.();
    const collect = (): readonly string[] => {
      const wasLost = isLost;
      isLost = lab.connection.peek() === 'lost';
      const connection = isLost === wasLost ? [] : [isLost ? 'Reconnecting' : 'Connected again'];
      const others = announcements.peek();
      announcements.value = [];
      if (!('traces' in lab)) {
        const now = latest?.();
        const news = before === undefined || !now || now === before ? [] : [showText(now)];
        before = now;
        return [...connection, ...others, ...news];
      }
      if (!lab.isLoaded.peek()) return [...connection, ...others];
      const traces = lab.traces.peek();
      const fresh = listFresh(traces, newest);
      newest = traces[0];
      return [...connection, ...others, ...describeFresh(fresh)];
    };
    const timer = setInterval(() => {
      // Emptied when nothing is new, so that the same sentence can be announced again.
      said.value = collect().join('. ');
    }, PAUSE_MS);
    // What was there before the page is not news.
    const stop =
      'traces' in lab &&
      lab.isLoaded.subscribe(() => {
        newest = lab.traces.peek()[0];
      });
    return () => {
      clearInterval(timer);
      if (stop) stop();
    };
  }, [lab]);
  return (
    <div class="hidden" role="status" aria-live="polite">
      {said.value}
    </div>
  );
}

/** Returns the traces that began since the newest one, and that one if more of it happened. */
function listFresh(
  traces: readonly TraceSummary[],
  newest: TraceSummary | undefined,
): readonly TraceSummary[] {
  const at = traces.findIndex(({ traceId }) => traceId === newest?.traceId);
  const isChanged = traces[at]?.sentence !== newest?.sentence;
  return at === -1 ? traces : traces.slice(0, isChanged ? at + 1 : at);
}

function describeFresh(traces: readonly TraceSummary[]): readonly string[] {
  const [latest, ...others] = traces;
  if (!latest) return [];
  const more =
    others.length === 0 ? [] : [`and ${others.length} more ${others.length === 1 ? 'trace' : 'traces'}`];
  return [showText(latest.sentence).replace(/\.$/, ''), ...more];
}
