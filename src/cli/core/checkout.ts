// Finds the Relay checkout that a command works for: the one that was named, or the one we stand in.
import { resolve } from 'node:path';
import { RelayPhoneError } from '../../errors.js';
import { type Checkout, findCheckout, listMissingParts } from '../../firefox-relay/find.js';

/**
 * The checkout at `named`, else in the working directory; undefined when none was named and we stand in none.
 *
 * @throws RelayPhoneError `usage` when the one that was named is no checkout.
 */
export function findNamedCheckout(cwd: string, named: string | undefined): Checkout | undefined {
  if (named === undefined) return findCheckout(cwd);
  const folder = resolve(cwd, named);
  const checkout = findCheckout(folder);
  if (checkout) return checkout;
  const [first = '', ...others] = listMissingParts(folder);
  const more = others.length > 0 ? `, nor ${others.join(', ')}` : '';
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'use the checkout',
    reason: `${folder} is no checkout of Firefox Relay with phones: it has no ${first}${more}`,
    tryNext: ['--checkout PATH with the folder that manage.py is in'],
  });
}
