// The contacts of each mask: the numbers that texted or called it.
import type { Store } from '../../state/database.js';
import type { Mask } from './masks.js';
import { createWriteBackCache } from './write-back-cache.js';

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

interface Row extends Omit<{ -readonly [name in keyof Contact]: Contact[name] }, 'isBlocked'> {
  blocked: number;
  /** The id of the outgoing row that forwards the contact's last text; null without one. The highest is the newest. */
  lastText: number | null;
}

/** A contact as the counters and the block check need it. */
export type ContactRef = Pick<Contact, 'id' | 'isBlocked'>;

/** The table `contacts`. */
export interface Contacts {
  /** Finds or creates the contact of a number; undefined if the owner keeps no log. */
  findOrCreate(mask: Pick<Mask, 'id' | 'keepsLog'>, number: string): ContactRef | undefined;
  /** Counts a text and makes its sender the last one. @param textId the outgoing row that forwards the text */
  countText(contact: ContactRef, textId: number): void;
  countCall(contact: ContactRef): void;
  /** Counts a blocked text or call. */
  countBlocked(contact: ContactRef, counter: 'textsBlocked' | 'callsBlocked'): void;
  /** Writes the counters now. */
  flush(): void;
  /** Lists the contacts of all masks, oldest first. */
  list(): readonly Contact[];
  /** Blocks or unblocks a contact. @returns the changed contact; undefined if none has the id */
  setBlocked(id: number, isBlocked: boolean): Contact | undefined;
  listNumbers(maskId: number): readonly string[];
  /** Finds the sender of the mask's last forwarded text; undefined if none was forwarded. */
  findLastSender(maskId: number): string | undefined;
}

/** Texts that were counted but not written before the process died are counted again from the outgoing table. */
const SELECT_CONTACTS = `
SELECT contacts.*, texts + coalesce(newer.count, 0) AS texts, coalesce(newer.id, lastText) AS lastText,
  iif(newer.at >= lastAt, 'text', lastKind) AS lastKind, max(lastAt, coalesce(newer.at, 0)) AS lastAt,
  coalesce(newer.at, lastTextAt) AS lastTextAt
FROM contacts LEFT JOIN (
  SELECT contactId, count(*) AS count, max(outgoing.id) AS id, max(outgoing.createdAt) AS at
  FROM outgoing JOIN contacts ON contacts.id = contactId
  WHERE outgoing.id > coalesce(lastText, 0) GROUP BY contactId
) AS newer ON newer.contactId = contacts.id ORDER BY contacts.id`;

/** Opens the table. @param now returns milliseconds since 1970 */
export function createContacts(store: Store, now: () => number): Contacts {
  const byMask = new Map<number, Map<string, Row>>();
  const rows = createWriteBackCache<Row>(store, {
    table: 'contacts',
    columns: Object.keys(newContact(0, 0, '', 0)) as (keyof Row)[],
    select: SELECT_CONTACTS,
    onRow: (row) => void ofMask(row.maskId).set(row.number, row),
    onReload: () => byMask.clear(),
  });

  function ofMask(maskId: number): Map<string, Row> {
    const known = byMask.get(maskId) ?? new Map<string, Row>();
    byMask.set(maskId, known);
    return known;
  }

  return {
    list: () => rows.all().map(formatContactRow),
    setBlocked: (id, isBlocked) => {
      const row = rows.find(id);
      if (!row) return undefined;
      row.blocked = isBlocked ? 1 : 0;
      rows.changed(row);
      return formatContactRow(row);
    },
    findOrCreate: ({ id: maskId, keepsLog }, number) => {
      const known = ofMask(maskId).get(number);
      if (known) return { id: known.id, isBlocked: known.blocked === 1 };
      if (!keepsLog) return undefined;
      // A copy, because a substring keeps the whole request body in memory.
      const row = newContact(rows.nextId(), maskId, Buffer.from(number).toString(), now());
      rows.add(row);
      return { id: row.id, isBlocked: false };
    },
    countText: ({ id }, textId) => {
      const row = rows.find(id);
      if (!row) return;
      row.texts += 1;
      row.lastText = textId;
      row.lastKind = 'text';
      row.lastAt = now();
      row.lastTextAt = row.lastAt;
      rows.changedSoon(row);
    },
    countCall: ({ id }) => {
      const row = rows.find(id);
      if (!row) return;
      row.calls += 1;
      row.lastKind = 'call';
      row.lastAt = now();
      row.lastCallAt = row.lastAt;
      rows.changed(row);
    },
    countBlocked: ({ id }, counter) => {
      const row = rows.find(id);
      if (!row) return;
      row[counter] += 1;
      rows.changed(row);
    },
    flush: rows.flush,
    listNumbers: (maskId) => [...ofMask(maskId).keys()],
    findLastSender: (maskId) => {
      const senders = [...ofMask(maskId).values()].filter(({ lastText }) => lastText !== null);
      return senders.toSorted((one, other) => (other.lastText ?? 0) - (one.lastText ?? 0))[0]?.number;
    },
  };
}

function newContact(id: number, maskId: number, number: string, lastAt: number): Row {
  return {
    id,
    maskId,
    number,
    blocked: 0,
    texts: 0,
    textsBlocked: 0,
    calls: 0,
    callsBlocked: 0,
    lastText: null,
    lastKind: null,
    lastAt,
    lastTextAt: null,
    lastCallAt: null,
  };
}

function formatContactRow({ blocked, lastText: _order, ...row }: Row): Contact {
  return { ...row, isBlocked: blocked === 1 };
}
