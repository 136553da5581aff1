// The table of API keys, with hashes of their secrets.
import { createHash } from 'node:crypto';
import type { Store } from '../../platform/database.js';
import { createHex32, createSid } from '../../platform/formats.js';
import { createCounter, createListing, type Numbered, type Window } from '../../platform/table.js';

/** An API key without its secret. Times are milliseconds since 1970. */
export interface Key extends Numbered {
  readonly friendlyName: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A new API key, with its secret; later only the hash is known. */
export interface NewKey extends Key {
  readonly secret: string;
}

/** The table of API keys. */
export interface KeyStore {
  insert(friendlyName: string, at: number): NewKey;
  find(sid: string): Key | undefined;
  /** True if `secret` belongs to the key `sid`. */
  isSecret(sid: string, secret: string): boolean;
  list(window: Window): Key[];
  rename(sid: string, friendlyName: string, at: number): void;
  /** @returns true if it existed */
  remove(sid: string): boolean;
  /** Removes all keys. */
  clear(): void;
}

/** Opens the table of API keys. */
export function createKeyStore(store: Store): KeyStore {
  const nextRow = createCounter(store, 'apiKeys');
  const insert = store.query('INSERT INTO apiKeys VALUES (?, ?, ?, ?, ?, ?)');
  const find = store.query<Key>('SELECT * FROM apiKeys WHERE sid = ?');
  const isSecret = store.query('SELECT 1 FROM apiKeys WHERE sid = ? AND secretHash = ?');
  const list = createListing<Key>(store, 'apiKeys');
  const rename = store.query('UPDATE apiKeys SET friendlyName = ?, updatedAt = ? WHERE sid = ?');
  const clear = store.query('DELETE FROM apiKeys');
  const remove = store.query('DELETE FROM apiKeys WHERE sid = ?');
  return {
    insert: (friendlyName, at) => {
      const seq = nextRow();
      const sid = createSid('SK', seq);
      const secret = createHex32();
      insert.run(seq, sid, hash(secret), friendlyName, at, at);
      return { seq, sid, secret, friendlyName, createdAt: at, updatedAt: at };
    },
    find: (sid) => find.get(sid),
    isSecret: (sid, secret) => isSecret.get(sid, hash(secret)) !== undefined,
    list: (window) => list(window),
    rename: (sid, friendlyName, at) => void rename.run(friendlyName, at, sid),
    remove: (sid) => remove.run(sid) > 0,
    clear: () => void clear.run(),
  };
}

function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
