// The latest traces beside the phones, each in a sentence; before the first one, what the screen is.
import type { TraceSummary } from '../../../sandbox/traces/summary.js';
import type { Lab } from '../lab.js';
import { Link, OutcomeSign } from '../parts/common.js';
import { memo } from '../parts/memo.js';
import { showNumber, showText, showTime } from '../words.js';

/** How many traces stand beside the phones. */
const MAX_LATEST = 30;

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
