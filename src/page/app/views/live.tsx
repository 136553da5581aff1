// The frame of the page of a live account: it has webhooks only, hides numbers, and says that the account costs money.
import { useEffect } from 'preact/hooks';
import type { LiveInspector } from '../live.js';
import { go, route } from '../route.js';
import { Announcer } from './announcer.js';
import { Exchanges } from './exchanges.js';
import { ConnectionState, PageNotice } from './shell.js';

/** The whole page. */
export function LiveFrame({ inspector }: { readonly inspector: LiveInspector }) {
  const { account, showsNumbers } = inspector;
  const isWebhooks = route.value.screen === 'webhooks';
  useEffect(() => {
    document.title = 'Webhooks · relay-phone';
    if (!isWebhooks) go('/webhooks', 'replace');
  }, [isWebhooks]);
  return (
    <div class="page">
      <header class="top">
        <a class="brand" href="/webhooks">
          relay-phone
        </a>
        <nav aria-label="Screens">
          <a href="/webhooks" aria-current="page">
            Webhooks
          </a>
        </nav>
        <div class="statuses">
          <button
            type="button"
            class="quiet"
            aria-pressed={showsNumbers.value}
            onClick={() => {
              showsNumbers.value = !showsNumbers.value;
            }}
          >
            {showsNumbers.value ? 'Hide numbers' : 'Show numbers'}
          </button>
          <span class="mode live" title={`Account ${account.accountSid}, app ${account.app}`}>
            LIVE account: costs money
          </span>
          <ConnectionState lab={inspector} />
        </div>
      </header>
      <PageNotice lab={inspector} />
      <main>
        {route.value.id === undefined && (
          <h1 class="hidden" tabIndex={-1}>
            Webhooks
          </h1>
        )}
        {isWebhooks && <Exchanges lab={inspector} />}
      </main>
      <Announcer lab={inspector} />
    </div>
  );
}
