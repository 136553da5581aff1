// The masks, each with the owner behind it, and how much of its allowance is used up.
import type { Store } from '../../state/database.js';

/** A mask, with what is known of its owner. */
export interface Mask {
  readonly id: number;
  readonly number: string;
  readonly enabled: boolean;
  readonly realNumber: string;
  /** Whether a log of contacts is kept. */
  readonly keepsLog: boolean;
  /** In this cycle; below 0 when a call took longer than was left. */
  readonly textsLeft: number;
  readonly secondsLeft: number;
  readonly ownerId: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly counts: Readonly<Record<MaskCounter, number>>;
}

/** What is counted of a mask. */
export type MaskCounter = 'textsForwarded' | 'textsBlocked' | 'callsForwarded' | 'callsBlocked';

/** How much a mask may relay in a cycle. */
export interface Allowance {
  readonly texts: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly cycle: number;
}

/** See the head of this file. */
export interface Masks {
  /**
   * Puts a mask in front of a real number; one that is there already is left as it is.
   *
   * @param since when it became one, where that was before now: what came from then on is its business
   */
  add(number: string, realNumber: string, since?: number): Mask;
  find(number: string): Mask | undefined;
  list(): readonly Mask[];
  /** Whether the mask relays. @returns the mask as it is now; undefined when there is none. */
  enable(id: number, isEnabled: boolean): Mask | undefined;
  count(id: number, counter: MaskCounter): void;
  /** Takes texts off the allowance, or gives them back when fewer than 0. */
  useTexts(id: number, texts: number): void;
  useSeconds(id: number, seconds: number): void;
}

interface Row extends Readonly<Record<MaskCounter, number>> {
  readonly id: number;
  readonly ownerId: number;
  readonly createdAt: number;
  readonly number: string;
  readonly enabled: number;
  readonly realNumber: string;
  readonly keepsLog: number;
  readonly cycleStartedAt: number;
  readonly usedTexts: number;
  readonly usedSeconds: number;
}

const SELECT = 'SELECT masks.*, realNumber, keepsLog FROM masks JOIN owners ON owners.id = ownerId';

/** Opens the table. @param now milliseconds since 1970 */
export function createMasks(store: Store, allowance: Allowance, now: () => number): Masks {
  const byNumber = store.query<Row>(`${SELECT} WHERE number = ?`);
  const byId = store.query<Row>(`${SELECT} WHERE masks.id = ?`);
  const enable = store.query('UPDATE masks SET enabled = ? WHERE id = ?');
  const all = store.query<Row>(`${SELECT} ORDER BY masks.id`);
  const renew = store.query(
    'UPDATE masks SET cycleStartedAt = ?, usedTexts = 0, usedSeconds = 0 WHERE id = ?',
  );
  const addOwner = store.query(
    'INSERT INTO owners (realNumber, createdAt) VALUES (?, ?) ON CONFLICT DO NOTHING',
  );
  const addMask = store.query(
    `INSERT INTO masks (ownerId, number, cycleStartedAt, createdAt)
     SELECT id, ?, ?, ? FROM owners WHERE realNumber = ? ON CONFLICT DO NOTHING`,
  );
  const useTexts = store.query('UPDATE masks SET usedTexts = usedTexts + ? WHERE id = ?');
  const useSeconds = store.query('UPDATE masks SET usedSeconds = usedSeconds + ? WHERE id = ?');
  const counters: Readonly<Record<MaskCounter, ReturnType<typeof store.query>>> = {
    textsForwarded: store.query('UPDATE masks SET textsForwarded = textsForwarded + 1 WHERE id = ?'),
    textsBlocked: store.query('UPDATE masks SET textsBlocked = textsBlocked + 1 WHERE id = ?'),
    callsForwarded: store.query('UPDATE masks SET callsForwarded = callsForwarded + 1 WHERE id = ?'),
    callsBlocked: store.query('UPDATE masks SET callsBlocked = callsBlocked + 1 WHERE id = ?'),
  };

  function read(row: Row): Mask {
    const isOver = now() - row.cycleStartedAt >= allowance.cycle;
    if (isOver) renew.run(now(), row.id);
    return {
      id: row.id,
      number: row.number,
      enabled: row.enabled === 1,
      realNumber: row.realNumber,
      keepsLog: row.keepsLog === 1,
      textsLeft: allowance.texts - (isOver ? 0 : row.usedTexts),
      secondsLeft: allowance.seconds - (isOver ? 0 : row.usedSeconds),
      ownerId: row.ownerId,
      createdAt: row.createdAt,
      counts: row,
    };
  }

  function find(number: string): Mask | undefined {
    const row = byNumber.get(number);
    return row && read(row);
  }

  return {
    add: (number, realNumber, since = now()) => {
      addOwner.run(realNumber, now());
      addMask.run(number, now(), since, realNumber);
      const mask = find(number);
      if (!mask) throw new Error(`the mask ${number} was not kept`);
      return mask;
    },
    find,
    list: () => all.all().map(read),
    enable: (id, isEnabled) => {
      enable.run(isEnabled ? 1 : 0, id);
      const row = byId.get(id);
      return row && read(row);
    },
    count: (id, counter) => void counters[counter].run(id),
    useTexts: (id, texts) => void useTexts.run(texts, id),
    useSeconds: (id, seconds) => void useSeconds.run(seconds, id),
  };
}
