// Checks the query of a request against the contract of its route. Loaded with the first query, because zod is slow to load.
import * as z from 'zod';
import { RelayPhoneError } from '../../../errors.js';
import { describeIssues } from './describe-issues.js';
import type { RouteContract } from './route.js';
import { CONTROL_ROUTES } from './routes.js';

/**
 * Checks that a route takes each parameter, at most once. A path without a route is not checked.
 *
 * @param path below `/_sandbox`
 * @throws RelayPhoneError `usage` for an unknown parameter or a bad value.
 */
export function verifyQuery(method: string, path: string, query: URLSearchParams): void {
  // HEAD is answered as GET without the body.
  const name = method === 'HEAD' ? 'get' : method.toLowerCase();
  const route = CONTROL_ROUTES.find((one) => one.method === name && matchesPath(one, path));
  if (!route) return;
  const names = [...query.keys()];
  const twice = names.find((one, index) => names.indexOf(one) !== index);
  if (twice !== undefined) throw badQuery(`${twice} is given twice`);
  const schema = route.query?.strict() ?? z.strictObject({});
  const result = schema.safeParse(Object.fromEntries(query));
  if (!result.success) throw badQuery(describeIssues(result.error));
}

function matchesPath(route: RouteContract, path: string): boolean {
  const [expected, actual] = [route.path.split('/'), path.split('/')];
  return (
    expected.length === actual.length &&
    expected.every((part, index) => part.startsWith('{') || part === actual[index])
  );
}

function badQuery(reason: string): RelayPhoneError {
  return new RelayPhoneError({ kind: 'usage', task: 'read the request', reason });
}
