// Inserts rows in batches at the end of the turn: one statement for many rows costs less than one for each.
import type { Store, Value } from './database.js';

/** A batch of rows for one table. Rows that are not flushed are not in the table: flush before reading it. */
export interface Inserter {
  /** Adds a row; its values are in the order of the columns. */
  add(row: readonly Value[]): void;
  /** Writes all added rows now. */
  flush(): void;
}

/** How many rows each prepared statement inserts, largest first. */
const BATCH_SIZES = [16, 8, 4, 2, 1] as const;

/**
 * Creates an empty batch.
 *
 * @param columns the names of the inserted columns
 * @param replaces true to update the row that has the same id
 */
export function createInserter(
  store: Store,
  table: string,
  columns: readonly string[],
  replaces = false,
): Inserter {
  const places = `(${columns.map(() => '?').join(', ')})`;
  const updates = columns.map((column) => `${column} = excluded.${column}`).join(', ');
  const conflict = replaces ? `ON CONFLICT (id) DO UPDATE SET ${updates}` : '';
  const head = `INSERT INTO ${table} (${columns.join(', ')}) VALUES`;
  const statements = BATCH_SIZES.map((size) => ({
    length: size * columns.length,
    insert: store.query(`${head} ${Array(size).fill(places).join(', ')} ${conflict}`),
  }));
  let waiting: Value[] = [];

  function flush(): void {
    const values = waiting;
    waiting = [];
    let from = 0;
    for (const { length, insert } of statements) {
      for (; values.length - from >= length; from += length) insert.run(values.slice(from, from + length));
    }
  }

  store.onLost(() => {
    waiting = [];
  });
  return {
    add: (row) => {
      waiting.push(...row);
      store.atEnd(flush);
    },
    flush,
  };
}
