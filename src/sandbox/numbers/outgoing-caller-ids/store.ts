// The table of verified caller ids.
import type { Store } from '../../platform/database.js';
import { createSid } from '../../platform/formats.js';
import { createCounter, createListing, type Numbered, type Window } from '../../platform/table.js';

/** A verified number: calls may use it as caller id, trial accounts may call it. Times are milliseconds since 1970. */
export interface CallerId extends Numbered {
  /** E.164. */
  readonly phoneNumber: string;
  readonly friendlyName: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** The table of verified caller ids. */
export interface CallerIdStore {
  insert(phoneNumber: string, friendlyName: string, at: number): CallerId;
  find(sid: string): CallerId | undefined;
  isVerified(phoneNumber: string): boolean;
  list(window: Window, phoneNumber: string | undefined, friendlyName: string | undefined): CallerId[];
  rename(sid: string, friendlyName: string, at: number): void;
  /** @returns true if it existed */
  remove(sid: string): boolean;
}

const FILTER = '(:number IS NULL OR phoneNumber = :number) AND (:name IS NULL OR friendlyName = :name)';

/** Opens the table of verified caller ids. */
export function createCallerIdStore(store: Store): CallerIdStore {
  const nextRow = createCounter(store, 'callerIds');
  const insert = store.query('INSERT INTO callerIds VALUES (?, ?, ?, ?, ?, ?)');
  const find = store.query<CallerId>('SELECT * FROM callerIds WHERE sid = ?');
  const isVerified = store.query('SELECT 1 FROM callerIds WHERE phoneNumber = ?');
  const list = createListing<CallerId>(store, 'callerIds', FILTER);
  const rename = store.query('UPDATE callerIds SET friendlyName = ?, updatedAt = ? WHERE sid = ?');
  const remove = store.query('DELETE FROM callerIds WHERE sid = ?');
  return {
    insert: (phoneNumber, friendlyName, at) => {
      const seq = nextRow();
      const sid = createSid('PN', seq);
      insert.run(seq, sid, phoneNumber, friendlyName, at, at);
      return { seq, sid, phoneNumber, friendlyName, createdAt: at, updatedAt: at };
    },
    find: (sid) => find.get(sid),
    isVerified: (phoneNumber) => isVerified.get(phoneNumber) !== undefined,
    list: (window, number, name) => list(window, { number: number ?? null, name: name ?? null }),
    rename: (sid, friendlyName, at) => void rename.run(friendlyName, at, sid),
    remove: (sid) => remove.run(sid) > 0,
  };
}
