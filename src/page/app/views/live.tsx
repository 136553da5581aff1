// The page of a live account: it has webhooks only, hides numbers, and says that the account costs money.
import { useEffect } from 'preact/hooks';
import { LIVE_KEYS } from '../keys.js';
import { LIVE_FILTERS, type LiveInspector } from '../live.js';
import { Link } from '../parts/common.js';
import { go, route } from '../route.js';
import { Exchanges } from './exchanges.js';
import { Frame } from './frame.js';
import { listLivePlaces } from './palette.js';

/** The whole page. */
export function LiveFrame({ inspector }: { readonly inspector: LiveInspector }) {
  const isWebhooks = route.value.screen === 'webhooks';
  useEffect(() => {
    if (!isWebhooks) go('/webhooks', 'replace');
  }, [isWebhooks]);
  // The palette finds the webhooks of both lists, whichever is shown.
  useEffect(() => {
    for (const filter of LIVE_FILTERS) void inspector.exchanges(filter).refresh();
  }, [inspector.newestExchange.value]);
  return (
    <Frame
      lab={inspector}
      home="/webhooks"
      title="Webhooks"
      heading={route.value.id === undefined ? 'Webhooks' : undefined}
      links={() => (
        <Link to="/webhooks" current>
          Webhooks
        </Link>
      )}
      statuses={<LiveStatus inspector={inspector} />}
      keys={LIVE_KEYS}
      places={() => listLivePlaces(inspector)}
      hint="Go to a list or a webhook"
      latest={() => describeLatest(inspector)}
    >
      {isWebhooks && <Exchanges lab={inspector} />}
    </Frame>
  );
}

function LiveStatus({ inspector }: { readonly inspector: LiveInspector }) {
  const { account, showsNumbers, isRecording, connection } = inspector;
  return (
    <>
      <button
        type="button"
        class="quiet"
        aria-pressed={showsNumbers.value}
        onClick={() => inspector.showNumbers(!showsNumbers.value)}
      >
        {showsNumbers.value ? 'Hide numbers' : 'Show numbers'}
      </button>
      <span class="mode live" title={`Account ${account.accountSid}, app ${account.app}`}>
        LIVE account: costs money
      </span>
      {isRecording.value === false && connection.value === 'live' && (
        <span class="light failed" title="relay-phone tunnel">
          ✗ no tunnel runs
        </span>
      )}
    </>
  );
}

/** Undefined until both lists are loaded. */
function describeLatest({ exchanges }: LiveInspector): string | undefined {
  const lists = LIVE_FILTERS.map((filter) => exchanges(filter).loaded.peek());
  if (lists.includes(undefined)) return undefined;
  const newest = lists.flatMap((list) => list?.slice(0, 1) ?? []);
  const [latest] = newest.toSorted((one, other) => other.id - one.id);
  if (!latest) return '';
  const { id, kind, status, refusal } = latest;
  const end = refusal === null ? `answered ${status ?? 'by nobody'}` : 'refused';
  return `Webhook no. ${id}, ${kind}: ${end}`;
}
