// Receipts of texts that Twilio delivered before it was known here that it has them.
import type { Store } from '../../state/database.js';

/** See the head of this file. */
export interface Receipts {
  keep(sid: string): void;
  /** Whether there is one; it is gone afterwards. */
  take(sid: string): boolean;
}

/** Opens the table. */
export function createReceipts(store: Store): Receipts {
  const insert = store.query('INSERT INTO receipts (sid) VALUES (?) ON CONFLICT DO NOTHING');
  const remove = store.query('DELETE FROM receipts WHERE sid = ?');
  return { keep: (sid) => void insert.run(sid), take: (sid) => remove.run(sid) > 0 };
}
