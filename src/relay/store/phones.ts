// The owner's phones: verified ones, and those that were sent a verification code.
import type { Store } from '../../state/database.js';

/** Firefox Relay's `MAX_MINUTES_TO_VERIFY_REAL_PHONE`. */
const CODE_TTL_MS = 5 * 60_000;

/** A phone. Times are milliseconds since 1970. */
export interface Phone {
  readonly id: number;
  readonly number: string;
  /** The verification code, secret until it is used; empty if the phone was verified without one. */
  readonly code: string;
  readonly sentAt: number | null;
  readonly verifiedAt: number | null;
}

/** The table `phones`. */
export interface Phones {
  list(): readonly Phone[];
  find(id: number): Phone | undefined;
  /** Finds the owner's phone: the one that was verified first. */
  findVerified(): Phone | undefined;
  isVerified(number: string): boolean;
  /** Lists the phones with this number whose code is still valid. */
  listPending(number: string): readonly Phone[];
  /** True if the phone is not verified and its code is still valid. */
  isPending(phone: Phone): boolean;
  /** Adds a phone with the code that is about to be sent, and removes expired ones with the same number. */
  add(number: string, code: string): Phone;
  /** Marks a phone as verified, and its number as an owner's. @returns the changed phone */
  verify(phone: Phone): Phone;
  remove(id: number): void;
}

/** Opens the table. @param now returns milliseconds since 1970 */
export function createPhoneTable(store: Store, now: () => number): Phones {
  const all = store.query<Phone>('SELECT * FROM phones ORDER BY id');
  const byId = store.query<Phone>('SELECT * FROM phones WHERE id = ?');
  const verified = store.query<Phone>(
    'SELECT * FROM phones WHERE verifiedAt IS NOT NULL ORDER BY verifiedAt, id LIMIT 1',
  );
  const isVerified = store.query('SELECT 1 FROM phones WHERE number = ? AND verifiedAt IS NOT NULL');
  const pending = store.query<Phone>(
    'SELECT * FROM phones WHERE number = ? AND verifiedAt IS NULL AND sentAt >= ? ORDER BY id',
  );
  const dropExpired = store.query(
    'DELETE FROM phones WHERE number = ? AND verifiedAt IS NULL AND sentAt < ?',
  );
  const insert = store.query('INSERT INTO phones (number, code, sentAt) VALUES (?, ?, ?)');
  const last = store.query<Phone>('SELECT * FROM phones WHERE id = last_insert_rowid()');
  const verify = store.query('UPDATE phones SET verifiedAt = ? WHERE id = ?');
  const addOwner = store.query(
    'INSERT INTO owners (realNumber, createdAt) VALUES (?, ?) ON CONFLICT DO NOTHING',
  );
  const remove = store.query('DELETE FROM phones WHERE id = ?');
  const oldest = () => now() - CODE_TTL_MS;
  return {
    list: () => all.all(),
    find: (id) => byId.get(id),
    findVerified: () => verified.get(),
    isVerified: (number) => isVerified.get(number) !== undefined,
    listPending: (number) => pending.all(number, oldest()),
    isPending: ({ verifiedAt, sentAt }) => verifiedAt === null && sentAt !== null && sentAt >= oldest(),
    add: (number, code) => {
      dropExpired.run(number, oldest());
      insert.run(number, code, now());
      const phone = last.get();
      if (!phone) throw new Error('the phone was not kept');
      return phone;
    },
    verify: ({ id, number }) => {
      store.transaction(() => {
        verify.run(now(), id);
        addOwner.run(number, now());
      });
      const phone = byId.get(id);
      if (!phone) throw new Error('the phone was not kept');
      return phone;
    },
    remove: (id) => void remove.run(id),
  };
}
