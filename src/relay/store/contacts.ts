// Who has texted or called a mask.
import type { Store } from '../../state/database.js';
import type { Mask } from './masks.js';

/** See the head of this file. */
export interface Contacts {
  /** Makes a contact of a number that is none yet, unless no log is kept. */
  meet(mask: Pick<Mask, 'id' | 'keepsLog'>, number: string): { readonly isBlocked: boolean };
  /** Counts a text; its sender is now the last one. */
  countText(maskId: number, number: string, isBlocked: boolean): void;
  countCall(maskId: number, number: string, isBlocked: boolean): void;
  numbers(maskId: number): readonly string[];
  /** Who was the last to send a text that was not blocked. */
  findLastSender(maskId: number): string | undefined;
}

/** Opens the table. @param now milliseconds since 1970 */
export function createContacts(store: Store, now: () => number): Contacts {
  const insert = store.query(
    'INSERT INTO contacts (maskId, number, lastAt) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const find = store.query<{ blocked: number }>(
    'SELECT blocked FROM contacts WHERE maskId = ? AND number = ?',
  );
  const textCame = store.query(
    `UPDATE contacts SET texts = texts + 1, lastAt = :now, lastText = coalesce(
       (SELECT max(lastText) FROM contacts WHERE maskId = :maskId), 0) + 1
     WHERE maskId = :maskId AND number = :number`,
  );
  const callCame = store.query(
    'UPDATE contacts SET calls = calls + 1, lastAt = ? WHERE maskId = ? AND number = ?',
  );
  const textBlocked = store.query(
    'UPDATE contacts SET textsBlocked = textsBlocked + 1 WHERE maskId = ? AND number = ?',
  );
  const callBlocked = store.query(
    'UPDATE contacts SET callsBlocked = callsBlocked + 1 WHERE maskId = ? AND number = ?',
  );
  const numbers = store.query<{ number: string }>('SELECT number FROM contacts WHERE maskId = ? ORDER BY id');
  const last = store.query<{ number: string }>(
    'SELECT number FROM contacts WHERE maskId = ? AND lastText IS NOT NULL ORDER BY lastText DESC LIMIT 1',
  );
  return {
    meet: ({ id, keepsLog }, number) => {
      if (keepsLog) insert.run(id, number, now());
      return { isBlocked: find.get(id, number)?.blocked === 1 };
    },
    countText: (maskId, number, isBlocked) => {
      if (isBlocked) textBlocked.run(maskId, number);
      else textCame.run({ maskId, number, now: now() });
    },
    countCall: (maskId, number, isBlocked) => {
      if (isBlocked) callBlocked.run(maskId, number);
      else callCame.run(now(), maskId, number);
    },
    numbers: (maskId) => numbers.all(maskId).map(({ number }) => number),
    findLastSender: (maskId) => last.get(maskId)?.number,
  };
}
