// The one number that is being bought, kept from before Twilio is asked until it is a mask or never will be.
import type { Store } from '../../state/database.js';

/** A number that is wanted as a mask. */
export interface PendingPurchase {
  readonly number: string;
  /** The phone it is to stand in front of. */
  readonly realNumber: string;
  /** When it was last asked for, milliseconds since 1970. */
  readonly askedAt: number;
}

/** See the head of this file. */
export interface PendingPurchases {
  find(): PendingPurchase | undefined;
  /** Keeps one, in the place of any other. */
  keep(number: string, realNumber: string): void;
  drop(): void;
}

/** Opens the table. @param now milliseconds since 1970 */
export function createPendingPurchases(store: Store, now: () => number): PendingPurchases {
  const find = store.query<PendingPurchase>('SELECT number, realNumber, askedAt FROM wishes');
  const keep = store.query(
    'INSERT OR REPLACE INTO wishes (id, number, realNumber, askedAt) VALUES (1, ?, ?, ?)',
  );
  const drop = store.query('DELETE FROM wishes');
  return {
    find: () => find.get(),
    keep: (number, realNumber) => void keep.run(number, realNumber, now()),
    drop: () => void drop.run(),
  };
}
