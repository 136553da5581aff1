// The requests that one webhook took: further attempts, redirects and the fallback URL, each with its answer.
import type { SandboxEvent } from '../../../sandbox/platform/events/event.js';
import type { EventOf } from '../../../sandbox/traces/facts.js';
import type { Lab } from '../lab.js';
import type { Inspector } from '../live.js';
import { EventSign, Link } from '../parts/common.js';
import { wordEvent } from '../words.js';

type Began = EventOf<'webhook.began'>;

/** Lists the requests if there are several. Only a sandbox knows them. */
export function Attempts({ lab, exchangeId }: { readonly lab: Inspector; readonly exchangeId: number }) {
  const events = listEvents(lab);
  const attempts = listAttempts(events, exchangeId);
  if (attempts.length < 2) return null;
  return (
    <ol class="attempts" aria-label="Attempts">
      {attempts.map((began) => {
        const ended = findEnd(events, began) ?? began;
        const isShown = began.exchangeId === exchangeId;
        return (
          <li key={began.id} aria-current={isShown ? 'true' : undefined}>
            <EventSign event={ended} />
            {isShown ? (
              <bdi>{wordEvent(ended)[1]}</bdi>
            ) : (
              <Link to={`/webhooks/${began.exchangeId}`}>
                <bdi>{wordEvent(ended)[1]}</bdi>
              </Link>
            )}
          </li>
        );
      })}
    </ol>
  );
}

/** Returns the webhook that the app has not answered yet; undefined if it has, or if it is not known. */
export function findUnanswered(lab: Inspector, exchangeId: number): Began | undefined {
  const events = listEvents(lab);
  const began = events.findLast((event) => isBegan(event) && event.exchangeId === exchangeId);
  return began && isBegan(began) && !findEnd(events, began) ? began : undefined;
}

function listEvents(lab: Inspector): readonly SandboxEvent[] {
  return 'events' in lab ? (lab as Lab).events.value : [];
}

function isBegan(event: SandboxEvent): event is Began {
  return event.kind === 'webhook.began';
}

function findEnd(events: readonly SandboxEvent[], { id }: Began): SandboxEvent | undefined {
  return events.find(({ kind, cause }) => kind === 'webhook.sent' && cause === id);
}

/** In the order of time. Requests to one URL share a token; the failure of the first URL causes the request of the fallback. */
function listAttempts(events: readonly SandboxEvent[], exchangeId: number): readonly Began[] {
  const own = events.find((event) => isBegan(event) && event.exchangeId === exchangeId);
  if (!own || !isBegan(own)) return [];
  const all = events.filter(isBegan).filter(({ sid, purpose, traceId }) => {
    return sid === own.sid && purpose === own.purpose && traceId === own.traceId;
  });
  const tokens = new Map<string, string>();
  for (const { cause, idempotencyToken } of all) {
    const before = events.find((event) => event.id === cause && event.kind === 'webhook.sent');
    const first = before?.kind === 'webhook.sent' ? before : undefined;
    const isFallback = first?.purpose === own.purpose && first.sid === own.sid;
    if (!tokens.has(idempotencyToken))
      tokens.set(idempotencyToken, (isFallback && tokens.get(first.idempotencyToken)) || idempotencyToken);
  }
  return all.filter(({ idempotencyToken }) => {
    return tokens.get(idempotencyToken) === tokens.get(own.idempotencyToken);
  });
}
