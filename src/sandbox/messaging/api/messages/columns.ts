// The columns of the table of messages that lists are filtered by, each an array, and quick ways through them.
import type { Window } from '../../../platform/table.js';
import type { Message, MessageFilter } from './store.js';

/** What of a message lists are filtered by. */
export type FilterColumns = Pick<Message, 'seq' | 'sender' | 'recipient' | 'sentAt'>;

/** The columns; a message's place in them is that of its row among all rows. */
export interface Columns {
  /** Adds the newest message. */
  add(entry: FilterColumns): void;
  /** Says when a message was sent. */
  setTime(seq: number, at: number): void;
  remove(seq: number): void;
  /** The rows that match and lie in the window, newest first. */
  choose(window: Window, filter: MessageFilter): number[];
}

/**
 * Fills the columns with messages in the order of their rows. `blockSize` neighbours have their times summed up, so
 * that one look tells whether any of them can match.
 */
export function createColumns(entries: readonly FilterColumns[], blockSize: number): Columns {
  const rows: number[] = [];
  const senders: string[] = [];
  const recipients: string[] = [];
  /** NaN, which is neither before nor after anything, until it is sent. */
  const times: number[] = [];
  const spans: { first: number; last: number }[] = [];
  const bySender = new Map<string, number[]>();
  const byRecipient = new Map<string, number[]>();
  const removed = new Set<number>();

  function add({ seq, sender, recipient, sentAt }: FilterColumns): void {
    const place = rows.length;
    rows.push(seq);
    senders.push(sender);
    recipients.push(recipient);
    times.push(Number.NaN);
    file(bySender, sender, place);
    file(byRecipient, recipient, place);
    if (place % blockSize === 0)
      spans.push({ first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY });
    if (sentAt !== null) setTime(seq, sentAt);
  }

  function setTime(seq: number, at: number): void {
    const place = findFirst(rows, seq);
    const span = spans[Math.floor(place / blockSize)];
    if (!span || rows[place] !== seq) return;
    times[place] = at;
    span.first = Math.min(span.first, at);
    span.last = Math.max(span.last, at);
  }

  function choose({ limit, offset, olderThan, newerThan }: Window, filter: MessageFilter): number[] {
    const places = narrow(filter);
    const start = (seq: number) => findIndex(places, findFirst(rows, seq));
    if (newerThan !== undefined) return walk(places, start(newerThan + 1), 1, limit, filter).reverse();
    const newest = start(olderThan ?? Number.POSITIVE_INFINITY) - 1;
    return walk(places, newest, -1, offset + limit, filter).slice(offset);
  }

  /** The places that a filter's numbers leave, as far as one of them tells; undefined for all. */
  function narrow({ sender, recipient }: MessageFilter): readonly number[] | undefined {
    const sent = sender === undefined ? undefined : (bySender.get(sender) ?? []);
    const received = recipient === undefined ? undefined : (byRecipient.get(recipient) ?? []);
    return sent && received && sent.length < received.length ? sent : (received ?? sent);
  }

  function walk(
    places: readonly number[] | undefined,
    start: number,
    step: 1 | -1,
    limit: number,
    filter: MessageFilter,
  ): number[] {
    const found: number[] = [];
    for (let index = start; found.length < limit; index += step) {
      const place = places ? places[index] : index;
      const row = place === undefined ? undefined : rows[place];
      if (place === undefined || row === undefined) break;
      const block = Math.floor(place / blockSize);
      if (isOutside(block, filter)) index = findEdge(places, block, step);
      else if (fits(place, filter) && !removed.has(row)) found.push(row);
    }
    return found;
  }

  /** The last index of a block, in the direction of the walk. */
  function findEdge(places: readonly number[] | undefined, block: number, step: 1 | -1): number {
    return step < 0 ? findIndex(places, block * blockSize) : findIndex(places, (block + 1) * blockSize) - 1;
  }

  function isOutside(block: number, { sentFrom, sentBefore }: MessageFilter): boolean {
    const span = spans[block];
    if (!span) return true;
    return (
      (sentFrom !== undefined && span.last < sentFrom) ||
      (sentBefore !== undefined && span.first >= sentBefore)
    );
  }

  function fits(place: number, { sender, recipient, sentFrom, sentBefore }: MessageFilter): boolean {
    const time = times[place] ?? Number.NaN;
    return (
      (sender === undefined || senders[place] === sender) &&
      (recipient === undefined || recipients[place] === recipient) &&
      (sentFrom === undefined || time >= sentFrom) &&
      (sentBefore === undefined || time < sentBefore)
    );
  }

  for (const entry of entries) add(entry);
  return { add, setTime, remove: (seq) => void removed.add(seq), choose };
}

function file(places: Map<string, number[]>, key: string, place: number): void {
  const list = places.get(key);
  if (list) list.push(place);
  else places.set(key, [place]);
}

/** Where a place stands in a list of places, or would; the list of all is left out. */
function findIndex(places: readonly number[] | undefined, place: number): number {
  return places ? findFirst(places, place) : place;
}

/** The index of the first of ascending numbers that is not below `bound`. */
function findFirst(ascending: readonly number[], bound: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? bound) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
