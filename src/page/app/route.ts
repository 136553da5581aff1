// The address of the screen that is shown, and going to another one. Tokens are never in it.
import { signal } from '@preact/signals';
import { readRoute } from './read-route.js';

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
