// The palette: finds a screen, a phone, a trace or a webhook by a few letters, and goes there.
import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Lab } from '../lab.js';
import { LIVE_FILTERS, type LiveInspector } from '../live.js';
import { SCREENS } from '../read-route.js';
import { go } from '../route.js';
import { showText, showTime } from '../words.js';
import { nameOf } from './phone-words.js';

/** Something to go to. */
export interface Place {
  readonly words: string;
  /** Also found by this. */
  readonly alias?: string;
  readonly address: string;
}

/** How many places are shown. */
const MAX_SHOWN = 12;

/** Shows the palette in a dialog. */
export function Palette(props: {
  /** Returns everything that there is; reads signals. */
  readonly listPlaces: () => readonly Place[];
  /** What can be found, for the empty field. */
  readonly hint: string;
  readonly onClose: () => void;
}) {
  const { listPlaces, hint, onClose } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, chosen] = [useSignal(''), useSignal(0)];
  const found = useComputed(() => {
    const words = typed.value.toLowerCase().split(/\s+/);
    const matches = ({ words: shown, alias = '' }: Place) =>
      words.every((word) => `${shown} ${alias}`.toLowerCase().includes(word));
    return listPlaces().filter(matches).slice(0, MAX_SHOWN);
  }).value;
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    document.getElementById(`place-${chosen.value}`)?.scrollIntoView({ block: 'nearest' });
  }, [chosen.value]);
  const open = (place: Place | undefined) => {
    if (!place) return;
    // The dialog gives the focus back first, so that it is known what led to the place.
    dialog.current?.close();
    go(place.address);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      chosen.value = Math.min(found.length - 1, Math.max(0, chosen.value + step));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      open(found[chosen.value]);
    }
  };
  return (
    <dialog ref={dialog} class="palette" onClose={onClose} aria-label="Go to">
      <input
        aria-label="Go to"
        role="combobox"
        aria-expanded="true"
        aria-controls="places"
        aria-activedescendant={found.length === 0 ? undefined : `place-${chosen.value}`}
        placeholder={hint}
        value={typed.value}
        onKeyDown={onKeyDown}
        onInput={({ currentTarget }) => {
          typed.value = currentTarget.value;
          chosen.value = 0;
        }}
      />
      <div id="places" role="listbox" aria-label="Places">
        {found.map((place, index) => (
          <div
            key={place.address}
            id={`place-${index}`}
            role="option"
            aria-selected={index === chosen.value}
            onClick={() => open(place)}
          >
            <bdi>{showText(place.words)}</bdi>
          </div>
        ))}
      </div>
      {found.length === 0 && <p class="quiet-text">Nothing matches.</p>}
    </dialog>
  );
}

/** The screens, phones and traces of a sandbox. */
export function listSandboxPlaces(lab: Lab): readonly Place[] {
  const phones = (lab.holdings.value?.phones ?? []).filter(({ number }) => number.startsWith('+'));
  return [
    ...SCREENS.map((screen) => ({
      words: `${screen.charAt(0).toUpperCase()}${screen.slice(1)}`,
      address: `/${screen}`,
    })),
    { words: 'The latest trace', address: '/t/latest' },
    ...phones.map(({ number }) => ({
      words: `Phone ${nameOf(lab, number)}`,
      alias: number,
      address: `/phones?n=${encodeURIComponent(number)}`,
    })),
    ...lab.traces.value.map(({ sentence, traceId }) => ({
      words: sentence,
      address: `/t/${encodeURIComponent(traceId)}`,
    })),
  ];
}

/** The lists of a live account, and the webhooks that were loaded. */
export function listLivePlaces(inspector: LiveInspector): readonly Place[] {
  const [passed, refused] = LIVE_FILTERS.map((filter) => inspector.exchanges(filter).loaded.value ?? []);
  return [
    { words: 'Webhooks passed on to your app', address: '/webhooks' },
    { words: 'Refused requests', address: '/webhooks?direction=refused' },
    { words: 'Failures', address: '/webhooks?q=is%3Afailed' },
    ...[...(passed ?? []), ...(refused ?? [])].map(({ id, at, status, method, target, from }) => ({
      words: `No. ${id} · ${showTime(at).slice(0, 8)} · ${status ?? 'no answer'} · ${method} ${target} ${from ?? ''}`,
      address: `/webhooks/${id}`,
    })),
  ];
}
