// The frame of every screen: mode, connection, clock, privacy, navigation, keys.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { createKeyListener, type Dialog } from '../keys.js';
import type { Lab } from '../lab.js';
import type { Inspector } from '../live.js';
import { Link } from '../parts/common.js';
import { type PageScreen, SCREENS } from '../read-route.js';
import { route } from '../route.js';
import { showTime } from '../words.js';
import { Announcer } from './announcer.js';
import { Controls } from './controls.js';
import { Exchanges } from './exchanges.js';
import { Help } from './help.js';
import { Palette } from './palette.js';
import { PhonesScreen } from './phones.js';
import { Privacy } from './privacy.js';
import { Timeline } from './timeline.js';
import { Traces } from './traces.js';

const TITLES: Readonly<Record<PageScreen, string>> = {
  phones: 'Phones',
  timeline: 'Timeline',
  traces: 'Traces',
  webhooks: 'Webhooks',
  privacy: 'Privacy',
  controls: 'Controls',
};

/** The whole page. */
export function PageFrame({ lab }: { readonly lab: Lab }) {
  const { screen } = route.value;
  const dialog = useSignal<Dialog>('none');
  useEffect(() => {
    const onKeyDown = createKeyListener((opened) => {
      dialog.value = opened;
    });
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
  useEffect(() => {
    document.title = `${TITLES[screen]} · relay-phone`;
  }, [screen]);
  const close = () => {
    dialog.value = 'none';
  };
  return (
    <div class="page">
      <header class="top">
        <a class="brand" href="/phones">
          relay-phone
        </a>
        <nav aria-label="Screens">
          {SCREENS.map((one) => (
            <Link key={one} to={`/${one}`} current={one === screen}>
              {TITLES[one]}
            </Link>
          ))}
        </nav>
        <button
          type="button"
          class="quiet find"
          title="Go to… (Ctrl K)"
          onClick={() => {
            dialog.value = 'palette';
          }}
        >
          Find <kbd>Ctrl K</kbd>
        </button>
        <Status lab={lab} />
      </header>
      <PageNotice lab={lab} />
      <main>
        {screen === 'phones' && <PhonesScreen lab={lab} />}
        {screen === 'timeline' && <Timeline lab={lab} />}
        {screen === 'traces' && <Traces lab={lab} />}
        {screen === 'webhooks' && <Exchanges lab={lab} />}
        {screen === 'privacy' && <Privacy lab={lab} />}
        {screen === 'controls' && <Controls lab={lab} />}
      </main>
      <Announcer lab={lab} />
      {dialog.value === 'keys' && <Help onClose={close} />}
      {dialog.value === 'palette' && <Palette lab={lab} onClose={close} />}
    </div>
  );
}

function Status({ lab }: { readonly lab: Lab }) {
  const holdings = lab.holdings.value;
  const broken = holdings?.assertions.filter(({ isKept }) => !isKept).length ?? 0;
  const watched = holdings?.assertions.length ?? 0;
  return (
    <div class="statuses">
      <span
        class="mode"
        title={holdings ? `Account ${holdings.state.accountSid}, relay-phone ${holdings.state.version}` : ''}
      >
        Sandbox
      </span>
      {holdings?.state.clock.mode === 'manual' && (
        <Link to="/controls" class="clock">
          {showTime(holdings.state.clock.now).slice(0, 8)} (stands still)
        </Link>
      )}
      {watched > 0 && (
        <Link to="/privacy" class={broken > 0 ? 'light failed' : 'light done'}>
          {broken > 0 ? `✗ ${broken} ${broken === 1 ? 'leak' : 'leaks'}` : '✓ 0 leaks'}
        </Link>
      )}
      <ConnectionState lab={lab} />
    </div>
  );
}

/** Whether the event stream is connected. */
export function ConnectionState({ lab }: { readonly lab: Inspector }) {
  const now = useSignal(Date.now());
  const connection = lab.connection.value;
  useEffect(() => {
    if (connection !== 'lost') return undefined;
    const timer = setInterval(() => {
      now.value = Date.now();
    }, 1000);
    return () => clearInterval(timer);
  }, [connection]);
  if (connection === 'live') return <span class="light done">● connected</span>;
  if (connection === 'connecting') return <span class="light">connecting…</span>;
  const seconds = Math.max(0, Math.round((now.value - lab.heardAt.value) / 1000));
  return <span class="light failed">Reconnecting, last event {seconds} s ago</span>;
}

/** What happened to what came before, until it is closed. */
export function PageNotice({ lab }: { readonly lab: Inspector }) {
  if (lab.notice.value === null) return null;
  return (
    <div class="notice" role="status">
      {lab.notice.value}
      <button
        type="button"
        class="quiet"
        onClick={() => {
          lab.notice.value = null;
        }}
      >
        Close
      </button>
    </div>
  );
}
