// How a phone takes what the carrier brings.
import { RelayPhoneError } from '../../errors.js';
import { DELIVERY_CODES } from '../carrier/delivery-codes.js';

/**
 * What becomes of texts to a phone: `delivered`; `silent`: it gets them and sends no receipt, so that they stay
 * `sent`; or `undelivered` with an error code, one of {@link DELIVERY_CODES}.
 */
export interface Behaviour {
  readonly texts: 'delivered' | 'silent' | { readonly undelivered: number };
}

/**
 * Checks a behaviour that comes from outside.
 *
 * @throws RelayPhoneError `usage` when it is none.
 */
export function verifyBehaviour(behaviour: Behaviour): Behaviour {
  const { texts } = behaviour;
  if (texts === 'delivered' || texts === 'silent') return behaviour;
  if (typeof texts === 'object' && DELIVERY_CODES.includes(texts?.undelivered)) return behaviour;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'change how the phone behaves',
    reason: `texts must be 'delivered', 'silent' or { undelivered: ${DELIVERY_CODES.join(' | ')} }`,
  });
}
