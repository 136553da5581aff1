// The keys under which masks show their cards: whoever has one sees the mask, and nothing else.
import { randomInt } from 'node:crypto';
import type { Store } from '../../state/database.js';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const LENGTH = 6;

/** See the head of this file. */
export interface VCards {
  /** The key of a mask, made where there is none. */
  keyOf(maskId: number): string;
  /** The mask's number; undefined for a key that is none's. */
  findNumber(key: string): string | undefined;
}

/** Opens the column. */
export function createVCards(store: Store): VCards {
  const key = store.query<{ cardKey: string | null }>('SELECT cardKey FROM masks WHERE id = ?');
  const number = store.query<{ number: string }>('SELECT number FROM masks WHERE cardKey = ?');
  const keep = store.query('UPDATE masks SET cardKey = ? WHERE id = ?');
  return {
    keyOf: (maskId) => {
      const kept = key.get(maskId)?.cardKey;
      if (kept) return kept;
      const made = Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
      keep.run(made, maskId);
      return made;
    },
    findNumber: (wanted) => number.get(wanted)?.number,
  };
}
