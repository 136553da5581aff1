// How a phone takes what the carrier brings.

import { findDurationMs } from '../../duration.js';
import { RelayPhoneError } from '../../errors.js';
import { DELIVERY_CODES } from '../messaging/delivery/error-codes.js';

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
  /** Whether it shows its number when it calls: `shown`, as at first; or `withheld`. */
  readonly callerId?: 'shown' | 'withheld';
  /**
   * How long it takes to do anything, milliseconds or a text such as `5s`: a text stays `sent` for so long before it
   * is on the phone, and a call rings for so long before it answers or rejects it. At first 0.
   */
  readonly slow?: number | string;
}

/** How a phone behaves in everything; `slow` in milliseconds. */
export interface WholeBehaviour extends Required<Behaviour> {
  readonly slow: number;
}

/**
 * The behaviour that comes of another when parts of it are changed from outside.
 *
 * @throws RelayPhoneError `usage` when it is none.
 */
export function changeBehaviour(before: WholeBehaviour, changes: Behaviour): WholeBehaviour {
  const { texts, callbacks, calls, callerId, slow } = { ...before, ...changes };
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
  if (!['shown', 'withheld'].includes(callerId)) {
    throw badBehaviour("callerId must be 'shown' or 'withheld'");
  }
  const milliseconds = findDurationMs(slow);
  if (milliseconds === undefined) throw badBehaviour("slow must be milliseconds or a time such as '5s'");
  return { texts, callbacks, calls, callerId, slow: milliseconds };
}

function isFate(texts: Exclude<Behaviour['texts'], undefined>): boolean {
  if (texts === 'delivered' || texts === 'silent') return true;
  return typeof texts === 'object' && DELIVERY_CODES.includes(texts?.undelivered);
}

function badBehaviour(reason: string): RelayPhoneError {
  return new RelayPhoneError({ kind: 'usage', task: 'change how the phone behaves', reason });
}
