// Which routes of the control API the page may use.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CONTROL_ROUTES } from '../../sandbox/control/contract/routes.js';
import { isPageRoute, SANDBOX_PAGE_ROUTES } from './routes.js';

const isAllowed = (method: string, path: string) => isPageRoute(SANDBOX_PAGE_ROUTES, method, path);

it('has only routes that the control API has', () => {
  const known = CONTROL_ROUTES.map(
    ({ method, path }) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, '{}')}`,
  );
  expect(SANDBOX_PAGE_ROUTES.filter((route) => !known.includes(route))).toEqual([]);
});

it('leaves out what has credentials or the whole content', () => {
  const refused = ['GET /account', 'GET /snapshot', 'POST /restore', 'POST /reset', 'GET /requests'];
  for (const route of refused) {
    const [method = '', path = ''] = route.split(' ');
    expect([route, isAllowed(method, path)]).toEqual([route, false]);
  }
});

it.each([
  ['GET', '/state', true],
  ['POST', '/state', false],
  ['GET', '/state/', false],
  ['GET', '/phones/%2B13015550195/threads', true],
  ['GET', '/phones//threads', false],
  ['GET', '/phones/../threads', false],
  ['GET', '/phones/%2E%2e/threads', false],
  ['GET', '/phones/.%2e/threads', false],
  ['GET', '/phones/./threads', false],
  ['GET', '/phones/a/b/threads', false],
  ['GET', 'state', false],
  ['GET', '//state', false],
  ['DELETE', '/faults/f1', true],
])('%s %s: %s', (method, path, expected) => {
  expect(isAllowed(method, path)).toBe(expected);
});

it('never lets a path through that the control API would read as another one', () => {
  const segment = fc.constantFrom(
    'state',
    '..',
    '.',
    '%2e%2e',
    '%2E',
    '',
    'account',
    'phones',
    'x',
    'threads',
  );
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 6 }), (segments) => {
      const path = `/${segments.join('/')}`;
      fc.pre(isAllowed('GET', path));
      expect(new URL(path, 'http://127.0.0.1').pathname).toBe(path);
    }),
  );
});
