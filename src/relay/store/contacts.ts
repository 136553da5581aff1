// Who has texted or called a mask.
import type { Store } from '../../state/database.js';
import type { Mask } from './masks.js';

/** A contact. Times are milliseconds since 1970. */
export interface Contact {
  readonly id: number;
  readonly maskId: number;
  readonly number: string;
  readonly isBlocked: boolean;
  readonly texts: number;
  readonly textsBlocked: number;
  readonly calls: number;
  readonly callsBlocked: number;
  readonly lastKind: 'text' | 'call' | null;
  readonly lastAt: number;
  readonly lastTextAt: number | null;
  readonly lastCallAt: number | null;
}

type Row = Omit<Contact, 'isBlocked'> & { readonly blocked: number };

/** See the head of this file. */
export interface Contacts {
  /** Makes a contact of a number that is none yet, unless no log is kept. */
  meet(mask: Pick<Mask, 'id' | 'keepsLog'>, number: string): { readonly isBlocked: boolean };
  /** Counts a text; its sender is now the last one. */
  countText(maskId: number, number: string, isBlocked: boolean): void;
  countCall(maskId: number, number: string, isBlocked: boolean): void;
  /** Every contact of every mask, in the order in which they came. */
  list(): readonly Contact[];
  /** @returns the contact as it is now; undefined when there is none. */
  block(id: number, isBlocked: boolean): Contact | undefined;
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
    `UPDATE contacts SET texts = texts + 1, lastAt = :now, lastTextAt = :now, lastKind = 'text', lastText = coalesce(
       (SELECT max(lastText) FROM contacts WHERE maskId = :maskId), 0) + 1
     WHERE maskId = :maskId AND number = :number`,
  );
  const callCame = store.query(
    `UPDATE contacts SET calls = calls + 1, lastAt = :now, lastCallAt = :now, lastKind = 'call'
     WHERE maskId = :maskId AND number = :number`,
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
  const all = store.query<Row>('SELECT * FROM contacts ORDER BY id');
  const byId = store.query<Row>('SELECT * FROM contacts WHERE id = ?');
  const setBlocked = store.query('UPDATE contacts SET blocked = ? WHERE id = ?');
  return {
    list: () => all.all().map(read),
    block: (id, isBlocked) => {
      setBlocked.run(isBlocked ? 1 : 0, id);
      const row = byId.get(id);
      return row && read(row);
    },
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
      else callCame.run({ maskId, number, now: now() });
    },
    numbers: (maskId) => numbers.all(maskId).map(({ number }) => number),
    findLastSender: (maskId) => last.get(maskId)?.number,
  };
}

function read({ blocked, ...row }: Row): Contact {
  return { ...row, isBlocked: blocked === 1 };
}
