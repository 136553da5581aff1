// The webhooks and REST requests: the list, and one of them whole with its signature and its replays.
import { useSignal } from '@preact/signals';
import type { ExchangeReport, FullExchangeReport } from '../../../exchanges/report.js';
import { ApiError } from '../api.js';
import type { Lab } from '../lab.js';
import type { Inspector } from '../live.js';
import { Command, Empty, Failure, Link, OutcomeSign, Skeleton } from '../parts/common.js';
import { useLoaded } from '../parts/loaded.js';
import { go, route, withQuery } from '../route.js';
import { formatDuration, showNumber, showText, showTime } from '../words.js';
import { HttpMessage, type LineFault } from './message.js';
import { ReplayForm } from './replay.js';

/** How many exchanges are listed, the newest: a document must stay small. */
const MAX_EXCHANGES = 100;

/** Shows the list, or the exchange of the address. */
export function Exchanges({ lab }: { readonly lab: Inspector }) {
  const { id } = route.value;
  if (id === undefined) return <ExchangeList lab={lab} />;
  // What is being edited must not mix numbers that are shown in part with whole ones.
  return <ExchangeView key={`${id} ${lab.showsNumbers?.value}`} lab={lab} id={id} />;
}

/** The lists: the parameter of the address that chooses one, what the API calls it, and its name. */
const SANDBOX_LISTS = [
  ['webhook', 'direction=webhook', 'Webhooks to your app'],
  ['rest', 'direction=rest', 'Requests of your app'],
] as const;
const LIVE_LISTS = [
  ['webhook', 'refused=false', 'Passed on to your app'],
  ['refused', 'refused=true', 'Refused'],
] as const;

function ExchangeList({ lab }: { readonly lab: Inspector }) {
  const lists = lab.showsNumbers ? LIVE_LISTS : SANDBOX_LISTS;
  const asked = route.value.query.get('direction');
  const [direction, filter] = lists.find(([name]) => name === asked) ?? lists[0];
  const list = useLoaded(
    () => lab.api.get<ExchangeReport[]>(`/exchanges?limit=${MAX_EXCHANGES}&${filter}`),
    [filter, lab.newestExchange.value, lab.showsNumbers?.value],
  ).value;
  return (
    <section class="exchange-list" aria-label="Webhooks and requests">
      <div class="toolbar">
        <div class="tabs" role="tablist" aria-label="Direction">
          {lists.map(([one, , title]) => (
            <button
              key={one}
              type="button"
              role="tab"
              aria-selected={direction === one}
              onClick={() => go(withQuery('direction', one === 'webhook' ? '' : one))}
            >
              {title}
            </button>
          ))}
        </div>
      </div>
      {list.error !== undefined && <Failure error={list.error} />}
      {list.value === undefined && list.error === undefined && <Skeleton />}
      {list.value?.length === 0 && (
        <NoExchange direction={direction} isLive={lab.showsNumbers !== undefined} />
      )}
      <ul>
        {list.value?.map((exchange) => (
          <li key={exchange.id}>
            <Link to={`/${direction === 'rest' ? 'rest' : 'webhooks'}/${exchange.id}`} class="exchange-item">
              <OutcomeSign outcome={hasFailed(exchange) ? 'failed' : 'done'} />
              <span class="status">{exchange.status ?? '–'}</span>
              <span class="event-label">{exchange.kind}</span>
              <bdi class="event-content">
                {exchange.method} {showText(exchange.target)}
                {exchange.error !== null && ` · ${showText(exchange.error)}`}
                {exchange.refusal !== null && ` · ${showText(exchange.refusal)}`}
                {exchange.verdict.result === 'invalid' && ' · bad signature'}
              </bdi>
              <span class="quiet-text">{exchange.from === null ? '' : showNumber(exchange.from)}</span>
              <time dateTime={exchange.at}>{showTime(exchange.at)}</time>
            </Link>
          </li>
        ))}
      </ul>
      {list.value?.length === MAX_EXCHANGES && (
        <p class="quiet-text">Earlier ones are not listed: each trace leads to its own.</p>
      )}
    </section>
  );
}

function NoExchange({ direction, isLive }: { readonly direction: string; readonly isLive: boolean }) {
  if (direction === 'rest') {
    return (
      <Empty title="Your app has asked Twilio nothing yet">
        <p>An app reaches this Twilio when it is started through exec:</p>
        <Command line="relay-phone exec -- node server.js" />
      </Empty>
    );
  }
  if (direction === 'refused') {
    return (
      <Empty title="Nothing was refused">
        <p>The gateway refuses requests that Twilio has not signed.</p>
      </Empty>
    );
  }
  return (
    <Empty title="No webhook yet">
      {isLive ? (
        <>
          <p>Text or call a number of the account with a real phone. A tunnel records what Twilio sends:</p>
          <Command line="relay-phone tunnel" />
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

function hasFailed({ status, error, refusal, verdict }: ExchangeReport): boolean {
  return (
    error !== null || refusal !== null || status === null || status >= 400 || verdict.result === 'invalid'
  );
}

function ExchangeView({ lab, id }: { readonly lab: Inspector; readonly id: string }) {
  const { value: exchange, error } = useLoaded(
    () => lab.api.get<FullExchangeReport>(`/exchanges/${encodeURIComponent(id)}`),
    [id],
  ).value;
  const part = useSignal<'request' | 'answer' | 'replay'>('answer');
  if (error instanceof ApiError && error.status === 404) {
    return (
      <Empty title="This one is not kept any more">
        <p>Only the newest webhooks and requests are kept.</p>
        <Link to="/webhooks">All webhooks</Link>
      </Empty>
    );
  }
  if (error !== undefined) return <Failure error={error} />;
  if (!exchange) return <Skeleton />;
  const faults = findFaults(lab, exchange);
  const isWebhook = exchange.direction !== 'rest';
  const parts = isWebhook ? (['answer', 'request', 'replay'] as const) : (['answer', 'request'] as const);
  return (
    <section class="exchange" aria-label="Exchange">
      <header class="trace-head">
        <Link to={isWebhook ? '/webhooks' : '/webhooks?direction=rest'} class="back">
          ← {isWebhook ? 'Webhooks' : 'Requests'}
        </Link>
        <h1>
          <OutcomeSign outcome={hasFailed(exchange) ? 'failed' : faults.length > 0 ? 'warning' : 'done'} />{' '}
          {exchange.method} <bdi class="outside">{showText(exchange.target)}</bdi>
        </h1>
        <p class="quiet-text">
          {isWebhook ? 'Webhook to your app' : 'Request of your app'} · {exchange.kind} ·{' '}
          {showTime(exchange.at)} · {formatDuration(exchange.duration)}
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
        <p class={`answer-line ${hasFailed(exchange) ? 'failed' : 'done'}`}>
          {exchange.status === null ? 'No answer' : `Answered ${exchange.status}`}
          {faults.length > 0 && ', but something is wrong in its TwiML'}
          {exchange.refusal !== null && `, refused by the gateway: ${showText(exchange.refusal)}`}
          {exchange.error !== null && `: ${isWebhook ? 'the app' : 'it'} ${showText(exchange.error)}`}
        </p>
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
        <div class="tabs" role="tablist" aria-label="Part">
          {parts.map((one) => (
            <button
              key={one}
              type="button"
              role="tab"
              aria-selected={part.value === one}
              data-key={one === 'replay' ? 'r' : undefined}
              onClick={() => {
                part.value = one;
              }}
            >
              {{ answer: 'Answer', request: 'Request', replay: 'Replay' }[one]}
            </button>
          ))}
        </div>
      </header>
      {part.value === 'answer' && <HttpMessage message={exchange.answer} faults={faults} />}
      {part.value === 'request' && (
        <>
          <Parameters parameters={exchange.request.parameters} />
          <HttpMessage message={exchange.request} />
        </>
      )}
      {part.value === 'replay' && <ReplayForm lab={lab} exchange={exchange} />}
    </section>
  );
}

/** What is wrong with the TwiML of an answer, by the alerts of its trace. */
function findFaults(lab: Inspector, { traceId, target }: FullExchangeReport): readonly LineFault[] {
  const events = 'events' in lab ? (lab as Lab).events.value : [];
  return events.flatMap((event) => {
    const isOfAnswer = event.kind === 'twiml.alert' && event.traceId === traceId && event.line !== null;
    if (!isOfAnswer || event.url?.endsWith(target) !== true) return [];
    return [{ line: event.line ?? 0, message: `${event.message} (${event.errorCode})` }];
  });
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
