// A small table kept in memory: rows are read from memory, and changed rows are written once per transaction.
import type { Store, Value } from '../../state/database.js';
import { createInserter } from '../../state/inserter.js';

interface WriteBackCacheOptions<Row> {
  readonly table: string;
  /** The columns that are written. */
  readonly columns: readonly (keyof Row & string)[];
  /** The SQL that reads all rows. */
  readonly select: string;
  /** Is called for each row that is read or added, to index rows by other columns. */
  readonly onRow: (row: Row) => void;
  /** Is called before the rows are read again. */
  readonly onReload: () => void;
}

/** The rows of a table. A caller that changes a row must report it with `changed` or `changedSoon`. */
interface WriteBackCache<Row> {
  find(id: number): Row | undefined;
  /** Lists the rows in the order of `select`; new rows come last. */
  all(): readonly Row[];
  add(row: Row): void;
  /** Writes a changed row at the end of the transaction. */
  changed(row: Row): void;
  /** Writes a changed row within a second or with the next `changed` one: for values that `select` can restore. */
  changedSoon(row: Row): void;
  /** Returns the id for the next new row. */
  nextId(): number;
  /** Writes all changed rows now. */
  flush(): void;
  /** Reads the table again. */
  reload(): void;
}

const WRITE_DELAY_MS = 1000;

/** Opens a table, and reads it again after a failed write. */
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
