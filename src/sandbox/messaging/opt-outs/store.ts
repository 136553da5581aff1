// Which phones want no more texts from which numbers, in their table.
import type { Store } from '../../platform/database.js';

/** The opt-outs. A scope is a number, or the SID of the messaging service it is in: all of a service's numbers count as one. */
export interface OptOutStore {
  /** Whether a phone wants nothing from a scope. */
  has(scope: string, phone: string): boolean;
  /** Whether there are none at all: what every text asks first. */
  isEmpty(): boolean;
  /** @returns whether that is new */
  add(scope: string, phone: string): boolean;
  /** @returns whether there was one */
  remove(scope: string, phone: string): boolean;
  /** Says that the table was emptied from outside. */
  forget(): void;
}

/** Opens the table of opt-outs. */
export function createOptOutStore(store: Store): OptOutStore {
  const all = store.query<{ scope: string; phone: string }>('SELECT * FROM optOuts');
  const insert = store.query('INSERT OR IGNORE INTO optOuts VALUES (?, ?)');
  const remove = store.query('DELETE FROM optOuts WHERE scope = ? AND phone = ?');
  // Every text asks, and nobody else can change the table while we have it open.
  let known: Set<string> | undefined;
  const read = () => {
    known ??= new Set(all.all().map(({ scope, phone }) => `${scope} ${phone}`));
    return known;
  };
  return {
    has: (scope, phone) => read().has(`${scope} ${phone}`),
    isEmpty: () => read().size === 0,
    add: (scope, phone) => {
      read().add(`${scope} ${phone}`);
      return insert.run(scope, phone) > 0;
    },
    remove: (scope, phone) => {
      read().delete(`${scope} ${phone}`);
      return remove.run(scope, phone) > 0;
    },
    forget: () => {
      known = undefined;
    },
  };
}
