// The masks, each with its owner's real number, allowance, counters and vCard key.
import { randomInt } from 'node:crypto';
import type { Store } from '../../state/database.js';
import { createWriteBackCache } from './write-back-cache.js';

/** A mask and its owner. */
export interface Mask {
  readonly id: number;
  readonly number: string;
  readonly enabled: boolean;
  readonly realNumber: string;
  /** True if the owner keeps a log of callers and text senders. */
  readonly keepsLog: boolean;
  /** Texts left in this billing cycle. */
  readonly textsLeft: number;
  /** Seconds left in this billing cycle; negative if the last call took longer. */
  readonly secondsLeft: number;
  readonly ownerId: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly counts: Readonly<Record<MaskCounter, number>>;
}

type MaskCounter = 'textsForwarded' | 'textsBlocked' | 'callsForwarded' | 'callsBlocked';

/** What a mask may relay in one billing cycle. */
export interface Allowance {
  readonly texts: number;
  readonly seconds: number;
  readonly cycleMs: number;
}

/** The tables `masks` and `owners`. */
export interface Masks {
  /**
   * Adds a mask for a real number. An existing mask with this number is left unchanged.
   *
   * @param since when the number became a mask, milliseconds since 1970: earlier texts are not relayed. Default now
   */
  add(number: string, realNumber: string, since?: number): Mask;
  find(number: string): Mask | undefined;
  list(): readonly Mask[];
  /** Turns a mask on or off. @returns the changed mask; undefined if none has the id */
  setEnabled(id: number, isEnabled: boolean): Mask | undefined;
  increment(id: number, counter: MaskCounter): void;
  /** Uses up texts of the allowance; a negative number gives them back. */
  useTexts(id: number, texts: number): void;
  useSeconds(id: number, seconds: number): void;
  /** Returns the secret key in the URL of a mask's vCard, created on first use. It gives access to nothing else. */
  findOrCreateVCardKey(id: number): string;
  /** Returns the number of the mask with this vCard key; undefined if no mask has it. */
  findNumberByVCardKey(key: string): string | undefined;
}

interface Row extends Record<MaskCounter, number> {
  readonly id: number;
  readonly ownerId: number;
  readonly createdAt: number;
  readonly number: string;
  readonly realNumber: string;
  readonly keepsLog: number;
  enabled: number;
  cycleStartedAt: number;
  usedTexts: number;
  usedSeconds: number;
}

const COLUMNS = [
  'id',
  'ownerId',
  'number',
  'createdAt',
  'enabled',
  'cycleStartedAt',
  'usedTexts',
  'usedSeconds',
  'textsForwarded',
  'textsBlocked',
  'callsForwarded',
  'callsBlocked',
] as const;

/** Opens the tables. @param now returns milliseconds since 1970 */
export function createMasks(store: Store, allowance: Allowance, now: () => number): Masks {
  const addOwner = store.query(
    'INSERT INTO owners (realNumber, createdAt) VALUES (?, ?) ON CONFLICT DO NOTHING',
  );
  const addMask = store.query(
    `INSERT INTO masks (ownerId, number, cycleStartedAt, createdAt)
     SELECT id, ?, ?, ? FROM owners WHERE realNumber = ? ON CONFLICT DO NOTHING`,
  );
  const vCardKey = store.query<{ cardKey: string | null }>('SELECT cardKey FROM masks WHERE id = ?');
  const byVCardKey = store.query<{ number: string }>('SELECT number FROM masks WHERE cardKey = ?');
  const keepVCardKey = store.query('UPDATE masks SET cardKey = ? WHERE id = ?');
  const byNumber = new Map<string, Row>();
  const rows = createWriteBackCache<Row>(store, {
    table: 'masks',
    columns: COLUMNS,
    select:
      'SELECT masks.*, realNumber, keepsLog FROM masks JOIN owners ON owners.id = ownerId ORDER BY masks.id',
    onRow: (row) => void byNumber.set(row.number, row),
    onReload: () => byNumber.clear(),
  });

  function change(id: number, how: (row: Row) => void): void {
    const row = rows.find(id);
    if (!row) return;
    how(row);
    rows.changed(row);
  }

  function read(row: Row): Mask {
    if (now() - row.cycleStartedAt >= allowance.cycleMs) {
      Object.assign(row, { cycleStartedAt: now(), usedTexts: 0, usedSeconds: 0 });
      rows.changed(row);
    }
    const { id, number, realNumber, ownerId, createdAt } = row;
    const { textsForwarded, textsBlocked, callsForwarded, callsBlocked } = row;
    return {
      id,
      number,
      realNumber,
      ownerId,
      createdAt,
      enabled: row.enabled === 1,
      keepsLog: row.keepsLog === 1,
      textsLeft: allowance.texts - row.usedTexts,
      secondsLeft: allowance.seconds - row.usedSeconds,
      counts: { textsForwarded, textsBlocked, callsForwarded, callsBlocked },
    };
  }

  function find(number: string): Mask | undefined {
    const row = byNumber.get(number);
    return row && read(row);
  }

  return {
    add: (number, realNumber, since = now()) => {
      rows.flush();
      addOwner.run(realNumber, now());
      addMask.run(number, now(), since, realNumber);
      rows.reload();
      const mask = find(number);
      if (!mask) throw new Error(`the mask ${number} was not kept`);
      return mask;
    },
    find,
    list: () => rows.all().map(read),
    setEnabled: (id, isEnabled) => {
      change(id, (row) => {
        row.enabled = isEnabled ? 1 : 0;
      });
      const row = rows.find(id);
      return row && read(row);
    },
    increment: (id, counter) =>
      change(id, (row) => {
        row[counter] += 1;
      }),
    useTexts: (id, texts) =>
      change(id, (row) => {
        row.usedTexts += texts;
      }),
    useSeconds: (id, seconds) =>
      change(id, (row) => {
        row.usedSeconds += seconds;
      }),
    findOrCreateVCardKey: (id) => {
      const kept = vCardKey.get(id)?.cardKey;
      if (kept) return kept;
      const created = createVCardKey();
      keepVCardKey.run(created, id);
      return created;
    },
    findNumberByVCardKey: (key) => byVCardKey.get(key)?.number,
  };
}

const KEY_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const KEY_LENGTH = 6;

function createVCardKey(): string {
  return Array.from({ length: KEY_LENGTH }, () => KEY_CHARACTERS[randomInt(KEY_CHARACTERS.length)]).join('');
}
