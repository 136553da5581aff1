// How a phone takes what the carrier brings.
import { RelayPhoneError } from '../../errors.js';
import { DELIVERY_CODES } from '../carrier/delivery-codes.js';

/** How a phone behaves; what is missing stays as it was. */
export interface Behaviour {
  /**
   * What becomes of texts to it: `delivered`, as at first; `silent`: it gets them and sends no receipt, so that they
   * stay `sent`; or `undelivered` with an error code, one of {@link DELIVERY_CODES}.
   */
  readonly texts?: 'delivered' | 'silent' | { readonly undelivered: number };
  /**
   * How the status callbacks of texts to it come: `once` and in order, as at first; `duplicated`, each twice; or
   * `reordered`, the last first. Twilio promises neither order nor once.
   */
  readonly callbacks?: 'once' | 'duplicated' | 'reordered';
  /**
   * What it does when it is called: `answers`, as at first, and stays until the other side hangs up; is `busy`;
   * `rejects`; or `no-answer`: it rings until somebody takes it in hand.
   */
  readonly calls?: 'answers' | 'busy' | 'rejects' | 'no-answer';
}

/**
 * Checks a behaviour that comes from outside.
 *
 * @throws RelayPhoneError `usage` when it is none.
 */
export function verifyBehaviour(behaviour: Behaviour): Behaviour {
  const { texts = 'delivered', callbacks = 'once', calls = 'answers' } = behaviour;
  if (!isFate(texts)) {
    throw badBehaviour(
      `texts must be 'delivered', 'silent' or { undelivered: ${DELIVERY_CODES.join(' | ')} }`,
    );
  }
  if (!['once', 'duplicated', 'reordered'].includes(callbacks)) {
    throw badBehaviour("callbacks must be 'once', 'duplicated' or 'reordered'");
  }
  if (!['answers', 'busy', 'rejects', 'no-answer'].includes(calls)) {
    throw badBehaviour("calls must be 'answers', 'busy', 'rejects' or 'no-answer'");
  }
  return behaviour;
}

function isFate(texts: Exclude<Behaviour['texts'], undefined>): boolean {
  if (texts === 'delivered' || texts === 'silent') return true;
  return typeof texts === 'object' && DELIVERY_CODES.includes(texts?.undelivered);
}

function badBehaviour(reason: string): RelayPhoneError {
  return new RelayPhoneError({ kind: 'usage', task: 'change how the phone behaves', reason });
}
