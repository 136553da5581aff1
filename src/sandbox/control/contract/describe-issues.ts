// Says in one line what is wrong with a body or a query.
import type * as z from 'zod';

/** Returns each fault with the place where it is: `to: expected string, received number; mediaUrls.0: …`. */
export function describeIssues({ issues }: z.ZodError): string {
  return issues
    .map(({ path, message }) => {
      const what = message.replace(/^Invalid (input|option): /, '');
      return path.length === 0 ? what : `${path.join('.')}: ${what}`;
    })
    .join('; ');
}
