// A small table that is held in memory: read there, and written once a turn, whatever changed how often.
import type { Store, Value } from '../../state/database.js';
import { createInserter } from '../../state/inserter.js';

/** What is mirrored. */
interface WriteBackCacheOptions<Row> {
  readonly table: string;
  /** Those that are written. */
  readonly columns: readonly (keyof Row & string)[];
  /** Reads all rows. */
  readonly select: string;
  /** Told of each row that is read or added, for whoever finds them by something else than their id. */
  readonly onRow: (row: Row) => void;
  /** Told before the rows are read again. */
  readonly onReload: () => void;
}

/** See the head of this file. Whoever makes or changes a row has to say so. */
interface WriteBackCache<Row> {
  find(id: number): Row | undefined;
  /** In the order of `select`, and of being added. */
  all(): readonly Row[];
  /** Takes up a new row. */
  add(row: Row): void;
  /** Has a row that was changed in memory written at the end of the turn. */
  changed(row: Row): void;
  /** The same within a second, or with the next one that cannot wait: for what `select` finds out by itself. */
  changedSoon(row: Row): void;
  /** The id of the next new row. */
  nextId(): number;
  /** Writes at once what was changed, and waits for no more. */
  flush(): void;
  /** Reads the table again. */
  reload(): void;
}

/** Milliseconds. */
const WRITE_DELAY_MS = 1000;

/** Opens it. What could not be kept is forgotten. */
export function createWriteBackCache<Row extends { readonly id: number }>(
  store: Store,
  { table, columns, select, onRow, onReload }: WriteBackCacheOptions<Row>,
): WriteBackCache<Row> {
  const read = store.query<Row>(select);
  const writer = createInserter(store, table, columns, true);
  const rows = new Map<number, Row>();
  const touched = new Set<Row>();
  let highest = 0;
  let timer: NodeJS.Timeout | undefined;

  function take(row: Row): void {
    rows.set(row.id, row);
    highest = Math.max(highest, row.id);
    onRow(row);
  }

  function reload(): void {
    touched.clear();
    rows.clear();
    onReload();
    for (const row of read.all()) take(row);
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    for (const row of touched) writer.add(columns.map((column) => row[column] as Value));
    touched.clear();
    writer.flush();
  }

  function changed(row: Row): void {
    touched.add(row);
    store.atEnd(flush);
  }

  reload();
  store.onLost(reload);
  return {
    find: (id) => rows.get(id),
    all: () => [...rows.values()],
    add: (row) => {
      take(row);
      changed(row);
    },
    changed,
    changedSoon: (row) => {
      touched.add(row);
      timer ??= setTimeout(() => store.atEnd(flush), WRITE_DELAY_MS);
    },
    nextId: () => highest + 1,
    flush,
    reload,
  };
}
