// The keys of the page: which are pressed, and what each does. They are off in fields, and can be turned off altogether.
import { signal } from '@preact/signals';
import { SCREENS } from './read-route.js';
import { go, leave } from './route.js';

/** The dialog that is open. */
export type Dialog = 'none' | 'keys' | 'palette';

/** A key or two, and what it does. */
type KeyHelp = readonly (readonly [keys: string, words: string])[];

/** The keys of a page. */
export interface PageKeys {
  readonly help: KeyHelp;
  /** The addresses that the digits lead to, from 1. */
  readonly digits: readonly string[];
  /** The address that each key leads to after `g`. */
  readonly afterG: Readonly<Record<string, string>>;
  /** The address of the latest trace. Only a sandbox has traces. */
  readonly latest?: string;
  /** The screen with the filter that `/` leads to, from those that have none. */
  readonly filtered: string;
  /** The screen with the field for a text that `n` leads to. Only a sandbox has phones. */
  readonly written?: string;
}

const KEYS_OF_BOTH: KeyHelp = [
  ['r', 'replay the webhook that is shown'],
  ['Esc', 'leave a field or what was opened; close this'],
  ['?', 'this list'],
];

/** The keys of a sandbox's page. */
export const SANDBOX_KEYS: PageKeys = {
  help: [
    ['1 … 6', 'the screens, from Phones to Controls'],
    ['0 … 9 * #', 'the keys of a phone that is in a call'],
    ['g p, g t, g r, g w', 'phones, timeline, traces, webhooks'],
    ['Ctrl K', 'go to a screen, a phone or a trace'],
    ['/', 'filter the webhooks, or the timeline'],
    ['n', 'write a text'],
    ['a, d', 'answer or decline a call that rings'],
    ['.', 'the latest trace'],
    ['j k or ↓ ↑', 'the rows of a list, the steps of a trace'],
    ['Enter', 'open a row, or the webhook or request of a step'],
    ['← →, Home, End', 'the cause of a step, its first effect; the first, the last'],
    ['e', 'save the trace that is shown as a story'],
    ...KEYS_OF_BOTH,
  ],
  digits: SCREENS.map((screen) => `/${screen}`),
  afterG: { p: '/phones', t: '/timeline', r: '/traces', w: '/webhooks' },
  latest: '/t/latest',
  filtered: '/timeline',
  written: '/phones',
};

/** The keys of a live account's page, which has webhooks only. */
export const LIVE_KEYS: PageKeys = {
  help: [
    ['1, 2', 'webhooks passed on, refused requests'],
    ['g w', 'webhooks'],
    ['Ctrl K', 'go to a list or a webhook'],
    ['/', 'filter the webhooks'],
    ['j k or ↓ ↑, Enter', 'the rows of a list; open one'],
    ...KEYS_OF_BOTH,
  ],
  digits: ['/webhooks', '/webhooks?direction=refused'],
  afterG: { w: '/webhooks' },
  filtered: '/webhooks',
};

const STORAGE_KEY = 'relay-phone keys';

/** Whether the keys without Ctrl do anything. It is remembered. */
export const areKeysOn = signal(localStorage.getItem(STORAGE_KEY) !== 'off');

/** Turns the keys on or off. */
export function turnKeys(isOn: boolean): void {
  areKeysOn.value = isOn;
  localStorage.setItem(STORAGE_KEY, isOn ? 'on' : 'off');
}

/** The button that each key presses, if it is on the screen. */
const BUTTONS: Readonly<Record<string, string>> = {
  a: '.call-view .answer',
  d: '.call-view.rings .decline',
  r: '#tab-replay',
  e: '[data-key="e"]',
};

/** What `j` and `k` go through where each is a Tab stop, and what they begin with where one row is the Tab stop of its list. */
const ROWS = '.arrow';
const TAB_STOPS = '.windowed a[tabindex="0"], .step[tabindex="0"]';

/** Creates the listener. @param openDialog shows a dialog */
export function createKeyListener(
  keys: PageKeys,
  openDialog: (dialog: Dialog) => void,
): (event: KeyboardEvent) => void {
  let isAfterG = false;
  return (event) => {
    const target = event.target as HTMLElement;
    const isField = target.matches('input, textarea, select');
    if (event.key === 'Escape' && isField) target.blur();
    if ((event.metaKey || event.ctrlKey) && event.key === 'k') {
      event.preventDefault();
      openDialog('palette');
    }
    const isOff = isField || !areKeysOn.value || document.querySelector('dialog[open]') !== null;
    if (event.metaKey || event.ctrlKey || event.altKey || isOff) return;
    const next = isAfterG ? keys.afterG[event.key] : undefined;
    isAfterG = event.key === 'g';
    if (next !== undefined) go(next);
    else if (press(event, keys, openDialog)) event.preventDefault();
  };
}

/** @returns whether the key does something here */
function press(
  { key, repeat }: KeyboardEvent,
  { digits, latest, filtered, written }: PageKeys,
  openDialog: (dialog: Dialog) => void,
): boolean {
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[key];
  if (step !== undefined) return moveFocus(step, key.length > 1);
  if (repeat) return false;
  // In a call, digits are keys of the phone.
  const keypads = findAll('.keypad');
  if (/^[\d*#]$/.test(key) && keypads.length > 0) return pressDigit(key, keypads);
  const address = /^[1-9]$/.test(key) ? digits[Number(key) - 1] : undefined;
  if (address !== undefined) go(address);
  else if (key === 'Escape') leave();
  else if (key === '?') openDialog('keys');
  else if (key === '.' && latest !== undefined) go(latest);
  else if (key === '/') focusOn(filtered, '#filter');
  else if (key === 'n' && written !== undefined) focusOn(written, '.composer input');
  else return clickButton(BUTTONS[key]);
  return true;
}

/** Presses a key of the phone with the focus, or of the only one that is in a call. */
function pressDigit(key: string, keypads: readonly HTMLElement[]): boolean {
  const own = keypads.find((keypad) => isOnFocusedPhone(keypad));
  const keypad = own ?? (keypads.length === 1 ? keypads[0] : undefined);
  keypad?.querySelector<HTMLElement>(`[data-digit="${key}"]`)?.click();
  return keypad !== undefined;
}

/** Returns the elements that are seen, those of the phone with the focus first. */
function findAll(selector: string): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(selector)]
    .filter((element) => element.checkVisibility())
    .toSorted((one, other) => Number(isOnFocusedPhone(other)) - Number(isOnFocusedPhone(one)));
}

function isOnFocusedPhone(element: Element): boolean {
  return element.closest('.phone')?.contains(document.activeElement) ?? false;
}

/** Goes into a field, if need be to the screen that has it. */
function focusOn(path: string, field: string): void {
  if (findAll(field).length === 0) go(path);
  setTimeout(() => findAll(field)[0]?.focus());
}

/** @param isInside only from row to row: arrows scroll the screen otherwise */
function moveFocus(step: number, isInside: boolean): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>(ROWS)];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  if (at === -1 && isInside) return false;
  const next = at === -1 ? (document.querySelector<HTMLElement>(TAB_STOPS) ?? rows[0]) : rows[at + step];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
  return next !== undefined;
}

function clickButton(selector: string | undefined): boolean {
  const button = selector === undefined ? undefined : findAll(selector)[0];
  button?.focus();
  button?.click();
  return button !== undefined;
}

/** Returns the row of a list that a key leads to; undefined if the key is for something else. */
export function findNextRow(
  { key, altKey, ctrlKey, metaKey }: KeyboardEvent,
  { at, count, perPage }: { readonly at: number; readonly count: number; readonly perPage: number },
): number | undefined {
  if (altKey || ctrlKey || metaKey || (key.length === 1 && !areKeysOn.value)) return undefined;
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    j: at + 1,
    ArrowUp: at - 1,
    k: at - 1,
    PageDown: at + perPage,
    PageUp: at - perPage,
    Home: 0,
    End: count - 1,
  };
  const next = Object.hasOwn(moves, key) ? moves[key] : undefined;
  return next === undefined ? undefined : Math.max(0, Math.min(count - 1, next));
}
