// The page of a sandbox: its screens, and its state in the top bar.
import { SANDBOX_KEYS } from '../keys.js';
import type { Lab } from '../lab.js';
import { Link } from '../parts/common.js';
import { type PageScreen, SCREENS } from '../read-route.js';
import { route } from '../route.js';
import { showTime } from '../words.js';
import { Controls } from './controls/controls.js';
import { Exchanges } from './exchanges.js';
import { Frame } from './frame.js';
import { listSandboxPlaces } from './palette.js';
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

/** The whole page of a sandbox. */
export function PageFrame({ lab }: { readonly lab: Lab }) {
  const { screen, id } = route.value;
  return (
    <Frame
      lab={lab}
      home="/phones"
      title={describeScreen(screen, id)}
      heading={id === undefined ? TITLES[screen] : undefined}
      links={() =>
        SCREENS.map((one) => (
          <Link key={one} to={`/${one}`} current={one === route.value.screen}>
            {TITLES[one]}
          </Link>
        ))
      }
      statuses={<Status lab={lab} />}
      keys={SANDBOX_KEYS}
      places={() => listSandboxPlaces(lab)}
      hint="Go to a screen, a phone or a trace"
    >
      {screen === 'phones' && <PhonesScreen lab={lab} />}
      {screen === 'timeline' && <Timeline lab={lab} />}
      {screen === 'traces' && <Traces lab={lab} />}
      {screen === 'webhooks' && <Exchanges lab={lab} />}
      {screen === 'privacy' && <Privacy lab={lab} />}
      {screen === 'controls' && <Controls lab={lab} />}
    </Frame>
  );
}

function describeScreen(screen: PageScreen, id: string | undefined): string {
  if (id === undefined) return TITLES[screen];
  if (screen === 'traces') return 'Trace';
  return `${location.pathname.startsWith('/rest/') ? 'Request' : 'Webhook'} ${id}`;
}

function Status({ lab }: { readonly lab: Lab }) {
  const holdings = lab.holdings.value;
  const broken = holdings?.assertions.filter(({ isKept }) => !isKept).length ?? 0;
  const watched = holdings?.assertions.length ?? 0;
  return (
    <>
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
    </>
  );
}
