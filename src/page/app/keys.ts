// The keys of the page: which are pressed, and what each does. They are off in fields, and can be turned off altogether.
import { signal } from '@preact/signals';
import { SCREENS } from './read-route.js';
import { go } from './route.js';

/** The dialog that is open. */
export type Dialog = 'none' | 'keys' | 'palette';

/** A key or two, and what it does. */
export const KEY_HELP: readonly (readonly [keys: string, words: string])[] = [
  ['1 … 6', 'the screens, from Phones to Controls'],
  ['g p, g t, g r, g w', 'phones, timeline, traces, webhooks'],
  ['Ctrl K', 'go to a screen, a phone or a trace'],
  ['/', 'filter the timeline'],
  ['n', 'write a text'],
  ['a, d', 'answer or decline a call that rings'],
  ['.', 'the latest trace'],
  ['j k or ↓ ↑, Enter', 'the rows of a list, the steps of a trace'],
  ['r', 'replay the webhook that is shown'],
  ['e', 'save the trace that is shown as a story'],
  ['Esc', 'leave a field, close this'],
  ['?', 'this list'],
];

const STORAGE_KEY = 'relay-phone keys';

/** Whether the keys without Ctrl do anything. It is remembered. */
export const areKeysOn = signal(localStorage.getItem(STORAGE_KEY) !== 'off');

/** Turns the keys on or off. */
export function turnKeys(isOn: boolean): void {
  areKeysOn.value = isOn;
  localStorage.setItem(STORAGE_KEY, isOn ? 'on' : 'off');
}

/** The screen that each key leads to after `g`. */
const AFTER_G: Readonly<Record<string, string>> = {
  p: '/phones',
  t: '/timeline',
  r: '/traces',
  w: '/webhooks',
};

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
export function createKeyListener(openDialog: (dialog: Dialog) => void): (event: KeyboardEvent) => void {
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
    const next = isAfterG ? AFTER_G[event.key] : undefined;
    isAfterG = event.key === 'g';
    if (next !== undefined) go(next);
    else if (press(event.key, openDialog)) event.preventDefault();
  };
}

/** @returns whether the key does something here */
function press(key: string, openDialog: (dialog: Dialog) => void): boolean {
  const screen = /^[1-6]$/.test(key) ? SCREENS[Number(key) - 1] : undefined;
  // In a call, digits are keys of the phone.
  if (screen && document.querySelector('.keypad') === null) go(`/${screen}`);
  else if (key === '?') openDialog('keys');
  else if (key === '.') go('/t/latest');
  else if (key === '/') {
    if (location.pathname !== '/timeline') go('/timeline');
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
