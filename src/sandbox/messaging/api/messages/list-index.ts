// Finds the rows of a page of messages in memory: only those rows are read from the table.
import type { Store } from '../../../platform/database.js';
import type { Window } from '../../../platform/table.js';
import type { Message, MessageFilter } from './message.js';

/** The columns that lists of messages are filtered by. */
type IndexedColumns = Pick<Message, 'seq' | 'sender' | 'recipient' | 'sentAt'>;

/** An index of all messages by the columns that lists are filtered by. Each change of such a column is noted here. */
export interface ListIndex {
  /** Adds a message that is about to be stored; its row is the newest. */
  add(entry: IndexedColumns): void;
  /** Sets the time at which messages were sent, milliseconds since 1970. */
  markSent(messages: readonly Pick<Message, 'seq'>[], at: number): void;
  remove(seq: number): void;
  /** The rows that match the filter and lie in the window, newest first. */
  choose(window: Window, filter: MessageFilter): number[];
  /** Drops the index; it is read from the table when next needed. */
  forget(): void;
}

/**
 * Opens the index.
 *
 * @param blockSize how many consecutive rows share one time span, so that a search can skip them together
 */
export function createListIndex(store: Store, blockSize = 1024): ListIndex {
  const all = store.query<IndexedColumns>('SELECT seq, sender, recipient, sentAt FROM messages ORDER BY seq');
  let known: Columns | undefined;
  const read = () => {
    known ??= createColumns(all.all(), blockSize);
    return known;
  };
  const forget = () => {
    known = undefined;
  };
  store.onLost(forget);
  return {
    add: (entry) => read().add(entry),
    // An index that is read later reads the time from the table.
    markSent: (messages, at) => {
      for (const { seq } of messages) known?.setTime(seq, at);
    },
    remove: (seq) => known?.remove(seq),
    choose: (window, filter) => read().choose(window, filter),
    forget,
  };
}

/** The columns as arrays; a message has the same position in each. */
interface Columns extends Omit<ListIndex, 'markSent' | 'forget'> {
  setTime(seq: number, at: number): void;
}

function createColumns(entries: readonly IndexedColumns[], blockSize: number): Columns {
  const rows: number[] = [];
  const senders: string[] = [];
  const recipients: string[] = [];
  /** NaN until the message is sent: neither before nor after any time. */
  const times: number[] = [];
  const spans: { first: number; last: number }[] = [];
  const bySender = new Map<string, number[]>();
  const byRecipient = new Map<string, number[]>();
  const removed = new Set<number>();

  function add({ seq, sender, recipient, sentAt }: IndexedColumns): void {
    const position = rows.length;
    rows.push(seq);
    senders.push(sender);
    recipients.push(recipient);
    times.push(Number.NaN);
    addPosition(bySender, sender, position);
    addPosition(byRecipient, recipient, position);
    if (position % blockSize === 0)
      spans.push({ first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY });
    if (sentAt !== null) setTime(seq, sentAt);
  }

  function setTime(seq: number, at: number): void {
    const position = findFirst(rows, seq);
    const span = spans[Math.floor(position / blockSize)];
    if (!span || rows[position] !== seq) return;
    times[position] = at;
    span.first = Math.min(span.first, at);
    span.last = Math.max(span.last, at);
  }

  function choose({ limit, offset, olderThan, newerThan }: Window, filter: MessageFilter): number[] {
    const positions = narrow(filter);
    const start = (seq: number) => findIndex(positions, findFirst(rows, seq));
    if (newerThan !== undefined) return walk(positions, start(newerThan + 1), 1, limit, filter).reverse();
    const newest = start(olderThan ?? Number.POSITIVE_INFINITY) - 1;
    return walk(positions, newest, -1, offset + limit, filter).slice(offset);
  }

  /** The positions that match one of the filter's numbers, the rarer one if it has two; undefined means all. */
  function narrow({ sender, recipient }: MessageFilter): readonly number[] | undefined {
    const sent = sender === undefined ? undefined : (bySender.get(sender) ?? []);
    const received = recipient === undefined ? undefined : (byRecipient.get(recipient) ?? []);
    return sent && received && sent.length < received.length ? sent : (received ?? sent);
  }

  function walk(
    positions: readonly number[] | undefined,
    start: number,
    step: 1 | -1,
    limit: number,
    filter: MessageFilter,
  ): number[] {
    const found: number[] = [];
    for (let index = start; found.length < limit; index += step) {
      const position = positions ? positions[index] : index;
      const row = position === undefined ? undefined : rows[position];
      if (position === undefined || row === undefined) break;
      const block = Math.floor(position / blockSize);
      if (isOutside(block, filter)) index = findEdge(positions, block, step);
      else if (fits(position, filter) && !removed.has(row)) found.push(row);
    }
    return found;
  }

  /** The last index of a block in the direction of the walk. */
  function findEdge(positions: readonly number[] | undefined, block: number, step: 1 | -1): number {
    return step < 0
      ? findIndex(positions, block * blockSize)
      : findIndex(positions, (block + 1) * blockSize) - 1;
  }

  function isOutside(block: number, { sentFrom, sentBefore }: MessageFilter): boolean {
    const span = spans[block];
    if (!span) return true;
    return (
      (sentFrom !== undefined && span.last < sentFrom) ||
      (sentBefore !== undefined && span.first >= sentBefore)
    );
  }

  function fits(position: number, { sender, recipient, sentFrom, sentBefore }: MessageFilter): boolean {
    const time = times[position] ?? Number.NaN;
    return (
      (sender === undefined || senders[position] === sender) &&
      (recipient === undefined || recipients[position] === recipient) &&
      (sentFrom === undefined || time >= sentFrom) &&
      (sentBefore === undefined || time < sentBefore)
    );
  }

  for (const entry of entries) add(entry);
  return { add, setTime, remove: (seq) => void removed.add(seq), choose };
}

function addPosition(positions: Map<string, number[]>, key: string, position: number): void {
  const list = positions.get(key);
  if (list) list.push(position);
  else positions.set(key, [position]);
}

/** The index of a position in a list of positions, or of the next one; without a list, all positions are in it. */
function findIndex(positions: readonly number[] | undefined, position: number): number {
  return positions ? findFirst(positions, position) : position;
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
