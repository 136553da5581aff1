// The address of a screen: its path says which one, its query which part of it. Tokens are never in it.
import { signal } from '@preact/signals';

/** The screens, in the order of their keys 1 to 6. */
export const SCREENS = ['phones', 'timeline', 'traces', 'webhooks', 'privacy', 'controls'] as const;

/** A screen of the page. */
export type PageScreen = (typeof SCREENS)[number];

/** What the address says. */
export interface PageRoute {
  readonly screen: PageScreen;
  /** The id of a trace or an exchange; undefined for the list. */
  readonly id: string | undefined;
  /** The event of a trace that is selected. */
  readonly event: number | undefined;
  readonly query: URLSearchParams;
}

/** Reads the address of a screen. An unknown one is the phones. */
export function readRoute(path: string, search: string): PageRoute {
  const query = new URLSearchParams(search);
  const [, first = '', second, third, fourth] = path.split('/').map(decodeURIComponent);
  if (first === 't' && second !== undefined) {
    const event = third === 'e' && /^\d+$/.test(fourth ?? '') ? Number(fourth) : undefined;
    return { screen: 'traces', id: second, event, query };
  }
  if (first === 'rest') return { screen: 'webhooks', id: second, event: undefined, query };
  const screen = SCREENS.find((one) => one === first) ?? 'phones';
  return { screen, id: screen === 'webhooks' ? second : undefined, event: undefined, query };
}

/** The route that is shown. */
export const route = signal(readRoute(location.pathname, location.search));

addEventListener('popstate', () => {
  route.value = readRoute(location.pathname, location.search);
});

/** Shows another address. @param how `replace` for a change that Back should skip, such as a filter that is being typed */
export function go(address: string, how: 'push' | 'replace' = 'push'): void {
  if (address === location.pathname + location.search) return;
  history[how === 'push' ? 'pushState' : 'replaceState'](null, '', address);
  route.value = readRoute(location.pathname, location.search);
}

/** Returns the address of the shown screen with another value in its query; an empty one is left out. */
export function withQuery(name: string, value: string): string {
  const query = new URLSearchParams(location.search);
  if (value === '') query.delete(name);
  else query.set(name, value);
  const text = query.toString();
  return location.pathname + (text === '' ? '' : `?${text}`);
}
