// The frame of the page, whatever it shows: the top bar, the notice, the keys and their dialogs, and what is announced.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { announce } from '../announcements.js';
import { createKeyListener, type Dialog, type PageKeys } from '../keys.js';
import type { Inspector } from '../live.js';
import { isNarrow } from '../parts/narrow.js';
import { Announcer } from './announcer.js';
import { Help } from './help.js';
import { Palette, type Place } from './palette.js';

interface FrameProps {
  readonly lab: Inspector;
  /** The address of the first screen. */
  readonly home: string;
  readonly title: string;
  /** The heading of a screen that shows none itself. */
  readonly heading?: string | undefined;
  /** Draws the links to the screens. */
  readonly links: () => ComponentChildren;
  /** What stands at the end of the top bar, before the connection. */
  readonly statuses: ComponentChildren;
  readonly keys: PageKeys;
  readonly places: () => readonly Place[];
  /** What can be found in the palette. */
  readonly hint: string;
  /** See {@link Announcer}. */
  readonly latest?: () => string | undefined;
  readonly children: ComponentChildren;
}

/** Shows a screen in the frame. */
export function Frame(props: FrameProps) {
  const { lab, home, title, heading, links, statuses, keys, places, hint, latest, children } = props;
  const dialog = useSignal<Dialog>('none');
  useEffect(() => {
    const onKeyDown = createKeyListener(keys, (opened) => {
      dialog.value = opened;
    });
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
  useEffect(() => {
    document.title = `${title} · relay-phone`;
  }, [title]);
  // A dialog says that it was closed a moment later: another one may be open by then.
  const close = (closed: Dialog) => () => {
    if (dialog.value === closed) dialog.value = 'none';
  };
  // Tab reaches the links where they are seen: in a narrow window that is at its foot.
  const nav = <nav aria-label="Screens">{links()}</nav>;
  return (
    <div class="page">
      <header class="top">
        <a class="brand" href={home}>
          relay-phone
        </a>
        {!isNarrow.value && nav}
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
        <div class="statuses">
          {statuses}
          <ConnectionState lab={lab} />
        </div>
      </header>
      <PageNotice lab={lab} />
      <main>
        {heading !== undefined && (
          <h1 class="hidden" tabIndex={-1}>
            {heading}
          </h1>
        )}
        {children}
      </main>
      {isNarrow.value && nav}
      <Announcer lab={lab} latest={latest} />
      {dialog.value === 'keys' && <Help keys={keys} onClose={close('keys')} />}
      {dialog.value === 'palette' && <Palette listPlaces={places} hint={hint} onClose={close('palette')} />}
    </div>
  );
}

/** Whether the event stream is connected. */
function ConnectionState({ lab }: { readonly lab: Inspector }) {
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
function PageNotice({ lab }: { readonly lab: Inspector }) {
  const notice = lab.notice.value;
  useEffect(() => {
    if (notice !== null) announce(notice);
  }, [notice]);
  if (notice === null) return null;
  return (
    <aside class="notice" aria-label="Notice">
      {notice}
      <button
        type="button"
        class="quiet"
        onClick={() => {
          lab.notice.value = null;
        }}
      >
        Close
      </button>
    </aside>
  );
}
