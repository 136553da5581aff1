// The addresses of the screens.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readRoute, SCREENS } from './read-route.js';

it.each([
  ['/', 'phones', undefined, undefined],
  ['/phones', 'phones', undefined, undefined],
  ['/timeline', 'timeline', undefined, undefined],
  ['/traces', 'traces', undefined, undefined],
  ['/t/latest', 'traces', 'latest', undefined],
  ['/t/ab-2/e/17', 'traces', 'ab-2', 17],
  ['/t/ab-2/e/none', 'traces', 'ab-2', undefined],
  ['/webhooks', 'webhooks', undefined, undefined],
  ['/webhooks/12', 'webhooks', '12', undefined],
  ['/rest/12', 'webhooks', '12', undefined],
  ['/none', 'phones', undefined, undefined],
  ['/t/a%2Fb', 'traces', 'a/b', undefined],
])('%s is the screen %s', (path, screen, id, event) => {
  expect(readRoute(path, '?q=is%3Afailed')).toMatchObject({ screen, id, event });
  expect(readRoute(path, '?q=is%3Afailed').query.get('q')).toBe('is:failed');
});

it('shows a screen for every address, even one whose escapes are broken', () => {
  expect(readRoute('/t/100%', '')).toMatchObject({ screen: 'traces', id: '100%' });
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (path, search) => {
      expect(SCREENS).toContain(readRoute(`/${path}`, search).screen);
    }),
  );
});
