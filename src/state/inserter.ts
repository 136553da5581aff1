// Writes rows many at a time, at the end of the turn: one statement costs less than one for each row.
import type { Store, Value } from './database.js';

/** See the head of this file. Rows that are not written yet are in no table: whoever reads it flushes first. */
export interface Inserter {
  /** @param row the values of the columns, in their order */
  add(row: readonly Value[]): void;
  /** Writes at once what was added. */
  flush(): void;
}

/** How many rows the statements take; the last one takes what the others leave. */
const SIZES = [16, 8, 4, 2, 1] as const;

/**
 * Makes one.
 *
 * @param columns the names of those that are given
 * @param replaces whether a row takes the place of one with the same id
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
  const statements = SIZES.map((size) => ({
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
