// What lists of messages are filtered by, in memory: it finds the few rows of a page, and only those are read.
import type { Store } from '../../../platform/database.js';
import type { Window } from '../../../platform/table.js';
import { type Columns, createColumns, type FilterColumns } from './columns.js';
import type { Message, MessageFilter } from './store.js';

/** All messages, as far as lists are filtered by it. Whoever writes one of its columns says so here. */
export interface ListIndex {
  /** Takes in a message that is about to be filed; its row is the newest. */
  add(entry: FilterColumns): void;
  /** These were sent, at that time. */
  markSent(messages: readonly Pick<Message, 'seq'>[], at: number): void;
  remove(seq: number): void;
  /** The rows that match and lie in the window, newest first. */
  choose(window: Window, filter: MessageFilter): number[];
  /** Says that the table was changed from outside: it is read again when next needed. */
  forget(): void;
}

/** Opens it; the table is read when it is first needed. For `blockSize` see {@link createColumns}. */
export function createListIndex(store: Store, blockSize = 1024): ListIndex {
  const all = store.query<FilterColumns>('SELECT seq, sender, recipient, sentAt FROM messages ORDER BY seq');
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
    // What is not read yet will be read as it is by then.
    markSent: (messages, at) => {
      for (const { seq } of messages) known?.setTime(seq, at);
    },
    remove: (seq) => known?.remove(seq),
    choose: (window, filter) => read().choose(window, filter),
    forget,
  };
}
