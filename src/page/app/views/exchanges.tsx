// A webhook or a REST request: its answer, its request, its signature and its replays.
import { useSignal } from '@preact/signals';
import type { FullExchangeReport } from '../../../exchanges/report.js';
import { ApiError } from '../api.js';
import { readExchangeOutcome } from '../exchange-outcome.js';
import type { Inspector } from '../live.js';
import { Empty, Failure, Link, OutcomeSign, Skeleton } from '../parts/common.js';
import { useLoaded } from '../parts/loaded.js';
import { Tabs } from '../parts/tabs.js';
import { route } from '../route.js';
import { formatDuration, formatExactMoment, showText } from '../words.js';
import { Attempts, findUnanswered } from './attempts.js';
import { ExchangeList } from './exchange-list.js';
import { HttpMessage } from './message.js';
import { ReplayForm } from './replay.js';

/** Shows the list, or the exchange of the address. */
export function Exchanges({ lab }: { readonly lab: Inspector }) {
  const { id } = route.value;
  if (id === undefined) return <ExchangeList lab={lab} />;
  // What is being edited must not mix numbers that are shown in part with whole ones.
  return <ExchangeView key={`${id} ${lab.showsNumbers?.value}`} lab={lab} id={id} />;
}

const PARTS = { answer: 'Answer', request: 'Request', replay: 'Replay' } as const;

function ExchangeView({ lab, id }: { readonly lab: Inspector; readonly id: string }) {
  const unanswered = findUnanswered(lab, Number(id));
  const { value: exchange, error } = useLoaded(
    async () =>
      unanswered ? undefined : lab.api.get<FullExchangeReport>(`/exchanges/${encodeURIComponent(id)}`),
    [id, unanswered === undefined],
  ).value;
  const part = useSignal<keyof typeof PARTS>('answer');
  if (unanswered) {
    return (
      <>
        <HiddenHeading />
        <Empty title="Your app has not answered yet">
          <p>
            {unanswered.method} <bdi>{showText(unanswered.url)}</bdi>, since{' '}
            {formatExactMoment(unanswered.at)}. The answer appears here, or that none came in time.
          </p>
          <Link to={`/t/${encodeURIComponent(unanswered.traceId)}/e/${unanswered.id}`}>Its trace</Link>
        </Empty>
      </>
    );
  }
  if (error !== undefined && !exchange) return <MissingExchange error={error} />;
  if (!exchange) return <Skeleton />;
  const outcome = readExchangeOutcome(exchange, lab.twimlFaults?.value);
  const faults = lab.twimlFaults?.value.get(exchange.id) ?? [];
  const isWebhook = exchange.direction !== 'rest';
  const parts = isWebhook ? (['answer', 'request', 'replay'] as const) : (['answer', 'request'] as const);
  return (
    <section class="exchange" aria-label="Exchange">
      <header class="trace-head">
        <Link to={isWebhook ? '/webhooks' : '/webhooks?direction=rest'} class="back">
          ← {isWebhook ? 'Webhooks' : 'Requests'}
        </Link>
        <h1 tabIndex={-1}>
          <OutcomeSign outcome={outcome} /> {exchange.method}{' '}
          <bdi class="outside">{showText(exchange.target)}</bdi>
        </h1>
        <p class="quiet-text">
          {isWebhook ? 'Webhook to your app' : 'Request of your app'} · {exchange.kind} ·{' '}
          {formatExactMoment(exchange.at)} · {formatDuration(exchange.duration)}
          {exchange.attempt > 1 && ` · attempt ${exchange.attempt}`}
          {exchange.replayOf !== null && (
            <>
              {' · a replay of '}
              <Link to={`/webhooks/${exchange.replayOf}`}>{`no. ${exchange.replayOf}`}</Link>
            </>
          )}
          {exchange.traceId && (
            <>
              {' · '}
              <Link
                to={`/t/${encodeURIComponent(exchange.traceId)}${exchange.eventId ? `/e/${exchange.eventId}` : ''}`}
              >
                its trace
              </Link>
            </>
          )}
        </p>
        <p class={`answer-line ${outcome}`}>
          {exchange.status === null ? 'No answer' : `Answered ${exchange.status}`}
          {faults.length > 0 && ', but something is wrong in its TwiML'}
          {exchange.refusal !== null && `, refused by the gateway: ${showText(exchange.refusal)}`}
          {exchange.error !== null && `: ${isWebhook ? 'the app' : 'it'} ${showText(exchange.error)}`}
        </p>
        {isWebhook && <Attempts lab={lab} exchangeId={exchange.id} />}
        {isWebhook && <Signature exchange={exchange} />}
        {exchange.findings.map(({ id: finding, what, tryNext }) => (
          <div key={finding} class="failure">
            <p>{showText(what)}</p>
            {tryNext.map((way) => (
              <p key={way} class="quiet-text">
                Try: {showText(way)}
              </p>
            ))}
          </div>
        ))}
        <Tabs
          label="Part"
          tabs={parts.map((one) => [one, PARTS[one]])}
          selected={part.value}
          onSelect={(one) => {
            part.value = one;
          }}
        />
      </header>
      <div role="tabpanel" aria-labelledby={`tab-${part.value}`}>
        {part.value === 'answer' && <HttpMessage message={exchange.answer} faults={faults} />}
        {part.value === 'request' && (
          <>
            <Parameters parameters={exchange.request.parameters} />
            <HttpMessage message={exchange.request} />
          </>
        )}
        {part.value === 'replay' && <ReplayForm lab={lab} exchange={exchange} />}
      </div>
    </section>
  );
}

function HiddenHeading() {
  return (
    <h1 class="hidden" tabIndex={-1}>
      Exchange
    </h1>
  );
}

function MissingExchange({ error }: { readonly error: unknown }) {
  const isGone = error instanceof ApiError && error.status === 404;
  return (
    <section class="exchange-missing">
      <HiddenHeading />
      {!isGone && <Failure error={error} />}
      {isGone && (
        <Empty title="This one is not kept any more">
          <p>Only the newest webhooks and requests are kept.</p>
        </Empty>
      )}
      <Link to="/webhooks" class="back">
        ← Webhooks
      </Link>
    </section>
  );
}

function Signature({ exchange: { verdict } }: { readonly exchange: FullExchangeReport }) {
  const { result, reasons, signedUrl, computedUrl } = verdict;
  if (result === 'valid' && reasons.length === 0) {
    return (
      <p class="quiet-text">
        ✓ Signature valid for <bdi class="outside">{showText(computedUrl)}</bdi>
      </p>
    );
  }
  return (
    <div class={result === 'valid' ? 'note' : 'failure'}>
      <p>
        {result === 'unsigned' ? 'No signature' : result === 'valid' ? 'Valid, but' : 'Bad signature'}:{' '}
        {reasons.join(', ')}
      </p>
      {signedUrl !== null && signedUrl !== computedUrl && (
        <dl class="fields">
          <div>
            <dt>signed</dt>
            <dd>
              <Difference text={signedUrl} other={computedUrl} />
            </dd>
          </div>
          <div>
            <dt>your app computes</dt>
            <dd>
              <Difference text={computedUrl} other={signedUrl} />
            </dd>
          </div>
        </dl>
      )}
    </div>
  );
}

/** A text with the part marked in which it differs from another. */
function Difference({ text, other }: { readonly text: string; readonly other: string }) {
  let start = 0;
  while (start < text.length && text[start] === other[start]) start += 1;
  let end = 0;
  const most = Math.min(text.length, other.length) - start;
  while (end < most && text[text.length - 1 - end] === other[other.length - 1 - end]) end += 1;
  const middle = text.slice(start, text.length - end);
  return (
    <bdi class="outside">
      {showText(text.slice(0, start))}
      <mark>{middle === '' ? '∅' : showText(middle)}</mark>
      {showText(text.slice(text.length - end))}
    </bdi>
  );
}

function Parameters({ parameters }: Pick<FullExchangeReport['request'], 'parameters'>) {
  const entries = Object.entries(parameters);
  if (entries.length === 0) return null;
  return (
    <dl class="fields wide">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{showText(name)}</dt>
          <dd>
            <bdi class="outside">{showText(typeof value === 'string' ? value : value.join(' · '))}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}
