// The address of the screen that is shown, and going to another one. Tokens are never in it.
import { signal } from '@preact/signals';
import { readRoute } from './read-route.js';

/** What led to another screen: one of the elements with a value of this attribute. */
export interface Opener {
  readonly attribute: 'id' | 'href';
  readonly value: string;
  readonly index: number;
}

/** What the history keeps of a screen. */
interface ScreenState {
  /** What led from this screen to another one. */
  readonly opener?: Opener;
  /** The screen was opened from another one of the page. */
  readonly isOpened?: boolean;
}

/** The route that is shown. */
export const route = signal(readRoute(location.pathname, location.search));

addEventListener('popstate', () => {
  route.value = readRoute(location.pathname, location.search);
});

/** Shows another address. @param how `replace` for a change that Back should skip, such as a filter that is being typed */
export function go(address: string, how: 'push' | 'replace' = 'push'): void {
  if (address === location.pathname + location.search) return;
  if (how === 'push') {
    const left = route.value.id === undefined ? undefined : location.pathname.replace(/\/e\/\d+$/, '');
    history.replaceState({ ...readState(), opener: describeOpener() }, '');
    // The link to a list leads to the row of what was left, as the browser's Back does.
    const isList = readRoute(address, '').id === undefined;
    const opener = isList && left !== undefined ? { attribute: 'href', value: left, index: 0 } : undefined;
    history.pushState({ isOpened: true, opener }, '', address);
  } else history.replaceState(readState(), '', address);
  route.value = readRoute(location.pathname, location.search);
}

/** Leaves a trace or an exchange for the screen that led to it; without one, for its list. */
export function leave(): void {
  const { id, screen } = route.value;
  if (id === undefined) return;
  if (readState().isOpened) history.back();
  else go(`/${screen}`);
}

/** Returns what led from the shown screen to the one that was left; undefined if it was not left yet. */
export function readOpener(): Opener | undefined {
  return readState().opener;
}

function readState(): ScreenState {
  return (history.state as ScreenState | null) ?? {};
}

function describeOpener(): Opener | undefined {
  const active = document.activeElement;
  for (const attribute of ['id', 'href'] as const) {
    const value = active?.getAttribute(attribute);
    if (active && value)
      return { attribute, value, index: findOpeners({ attribute, value }).indexOf(active) };
  }
  return undefined;
}

/** Returns the elements of the screen that may have been the opener. */
export function findOpeners({ attribute, value }: Pick<Opener, 'attribute' | 'value'>): Element[] {
  const all = [...document.querySelectorAll(`main [${attribute}]`)];
  return all.filter((element) => element.getAttribute(attribute) === value);
}

/** Returns the address of the shown screen with another value in its query; an empty one is left out. */
export function withQuery(name: string, value: string): string {
  const query = new URLSearchParams(location.search);
  if (value === '') query.delete(name);
  else query.set(name, value);
  const text = query.toString();
  return location.pathname + (text === '' ? '' : `?${text}`);
}
