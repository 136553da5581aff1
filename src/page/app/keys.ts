// The keys of the page: which are pressed, and what each does. They are off in fields, and can be turned off altogether.
import { signal } from '@preact/signals';
import { SCREENS } from './read-route.js';
import { go } from './route.js';

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
}

const KEYS_OF_BOTH: KeyHelp = [
  ['r', 'replay the webhook that is shown'],
  ['Esc', 'leave a field, close this'],
  ['?', 'this list'],
];

/** The keys of a sandbox's page. */
export const SANDBOX_KEYS: PageKeys = {
  help: [
    ['1 … 6', 'the screens, from Phones to Controls'],
    ['g p, g t, g r, g w', 'phones, timeline, traces, webhooks'],
    ['Ctrl K', 'go to a screen, a phone or a trace'],
    ['/', 'filter the webhooks, or the timeline'],
    ['n', 'write a text'],
    ['a, d', 'answer or decline a call that rings'],
    ['.', 'the latest trace'],
    ['j k or ↓ ↑, Enter', 'the rows of a list, the steps of a trace'],
    ['e', 'save the trace that is shown as a story'],
    ...KEYS_OF_BOTH,
  ],
  digits: SCREENS.map((screen) => `/${screen}`),
  afterG: { p: '/phones', t: '/timeline', r: '/traces', w: '/webhooks' },
  latest: '/t/latest',
  filtered: '/timeline',
};

/** The keys of a live account's page, which has webhooks only. */
export const LIVE_KEYS: PageKeys = {
  help: [
    ['1, 2', 'webhooks passed on, refused requests'],
    ['g w', 'webhooks'],
    ['Ctrl K', 'go to a list or a webhook'],
    ['/', 'filter the webhooks'],
    ['j k, Enter', 'the rows of a list'],
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
  r: '[data-key="r"]',
  e: '[data-key="e"]',
};

/** The rows of the lists, which `j` and `k` go through. */
const ROWS = '.event-row, .trace-item, .exchange-item';

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
    if (event.metaKey || event.ctrlKey || event.altKey || isField || !areKeysOn.value) return;
    const next = isAfterG ? keys.afterG[event.key] : undefined;
    isAfterG = event.key === 'g';
    if (next !== undefined) go(next);
    else if (press(event.key, keys, openDialog)) event.preventDefault();
  };
}

/** @returns whether the key does something here */
function press(
  key: string,
  { digits, latest, filtered }: PageKeys,
  openDialog: (dialog: Dialog) => void,
): boolean {
  const address = /^[1-9]$/.test(key) ? digits[Number(key) - 1] : undefined;
  // In a call, digits are keys of the phone.
  if (address !== undefined && document.querySelector('.keypad') === null) go(address);
  else if (key === '?') openDialog('keys');
  else if (key === '.' && latest !== undefined) go(latest);
  else if (key === '/') {
    if (document.getElementById('filter') === null) go(filtered);
    setTimeout(() => document.getElementById('filter')?.focus());
  } else if (key === 'n') document.querySelector<HTMLInputElement>('.composer input')?.focus();
  else if (key === 'j' || key === 'k') return moveFocus(key === 'j' ? 1 : -1);
  else return clickButton(BUTTONS[key]);
  return true;
}

function moveFocus(step: 1 | -1): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>(ROWS)];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const next = at === -1 ? rows[0] : rows[at + step];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
  return next !== undefined;
}

function clickButton(selector: string | undefined): boolean {
  const button = selector === undefined ? null : document.querySelector<HTMLElement>(selector);
  button?.click();
  return button !== null;
}
