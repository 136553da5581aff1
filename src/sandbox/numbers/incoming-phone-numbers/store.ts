// The table of the numbers that the account owns.
import type { Store, Value } from '../../platform/database.js';
import { createSid } from '../../platform/formats.js';
import { createCounter, createListing, type Numbered, type Window } from '../../platform/table.js';
import type { WebhookSettings } from '../../webhooks/settings.js';
import type { NumberType } from '../inventory.js';

/** An owned number. Times are milliseconds since 1970. */
export interface OwnedNumber extends Numbered {
  /** E.164. */
  readonly phoneNumber: string;
  readonly type: NumberType;
  readonly friendlyName: string;
  readonly settings: WebhookSettings;
  readonly createdAt: number;
  readonly updatedAt: number;
}

interface Row extends Omit<OwnedNumber, 'settings'> {
  readonly settings: string;
}

/** Which owned numbers to list; a missing field matches all. */
export interface NumberFilter {
  readonly type?: NumberType | undefined;
  /** A part of the number, in which `*` matches any digit. */
  readonly phoneNumber?: string | undefined;
  readonly friendlyName?: string | undefined;
}

/** The table of owned numbers. */
export interface NumberStore {
  insert(
    number: Pick<OwnedNumber, 'phoneNumber' | 'type' | 'friendlyName' | 'settings'>,
    at: number,
  ): OwnedNumber;
  find(sid: string): OwnedNumber | undefined;
  /** @param phoneNumber E.164 */
  findByNumber(phoneNumber: string): OwnedNumber | undefined;
  /** Returns all owned numbers, E.164. */
  owned(): ReadonlySet<string>;
  list(window: Window, filter: NumberFilter): OwnedNumber[];
  update(sid: string, friendlyName: string, settings: WebhookSettings, at: number): void;
  /** @returns true if it existed */
  remove(sid: string): boolean;
  /** Drops the cache; call it after the table was changed from outside. */
  forget(): void;
}

const FILTER = `(:type IS NULL OR type = :type) AND (:name IS NULL OR friendlyName = :name)
  AND (:pattern IS NULL OR phoneNumber LIKE :pattern ESCAPE '\\')`;

/** Opens the table of owned numbers. */
export function createNumberStore(store: Store): NumberStore {
  const nextRow = createCounter(store, 'numbers');
  const insert = store.query('INSERT INTO numbers VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const find = store.query<Row>('SELECT * FROM numbers WHERE sid = ?');
  const findByNumber = store.query<Row>('SELECT * FROM numbers WHERE phoneNumber = ?');
  const owned = store.query<{ phoneNumber: string }>('SELECT phoneNumber FROM numbers');
  const list = createListing<Row>(store, 'numbers', FILTER);
  const update = store.query(
    'UPDATE numbers SET friendlyName = ?, settings = ?, updatedAt = ? WHERE sid = ?',
  );
  const remove = store.query('DELETE FROM numbers WHERE sid = ?');
  // Read for every text, to find out whether the account owns its sender; only this store changes the table.
  let cache: ReadonlySet<string> | undefined;
  const forget = () => {
    cache = undefined;
  };
  return {
    insert: (number, at) => {
      const seq = nextRow();
      const sid = createSid('PN', seq);
      const { phoneNumber, type, friendlyName, settings } = number;
      insert.run(seq, sid, phoneNumber, type, friendlyName, JSON.stringify(settings), at, at);
      forget();
      return { ...number, seq, sid, createdAt: at, updatedAt: at };
    },
    find: (sid) => {
      const row = find.get(sid);
      return row && readRow(row);
    },
    findByNumber: (phoneNumber) => {
      const row = findByNumber.get(phoneNumber);
      return row && readRow(row);
    },
    owned: () => {
      cache ??= new Set(owned.all().map((row) => row.phoneNumber));
      return cache;
    },
    list: (window, filter) => list(window, formatFilter(filter)).map(readRow),
    update: (sid, friendlyName, settings, at) => {
      update.run(friendlyName, JSON.stringify(settings), at, sid);
    },
    remove: (sid) => {
      forget();
      return remove.run(sid) > 0;
    },
    forget,
  };
}

function formatFilter({ type, phoneNumber, friendlyName }: NumberFilter): Record<string, Value> {
  const part = phoneNumber?.replace(/[\\%_]/g, '\\$&').replaceAll('*', '_');
  return { type: type ?? null, name: friendlyName ?? null, pattern: part === undefined ? null : `%${part}%` };
}

function readRow(row: Row): OwnedNumber {
  return { ...row, settings: JSON.parse(row.settings) as WebhookSettings };
}
