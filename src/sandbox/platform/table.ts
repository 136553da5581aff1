// Tables of listed resources: rows numbered from 1, listed newest first.

import type { Query, Store, Value } from './database.js';
import { rowOfSid } from './formats.js';

/** The columns of every listed resource. */
export interface Numbered {
  readonly seq: number;
  readonly sid: string;
}

/** The rows of a page: newest first, from an edge or an offset. */
export interface Window {
  readonly limit: number;
  readonly offset: number;
  /** Only rows older than this one. */
  readonly olderThan?: number;
  /** Only the rows just newer than this one. */
  readonly newerThan?: number;
}

/** Creates a function that returns the next row number: 1, 2, … Never the same twice, even if rows are deleted or restored. */
export function createCounter(store: Store, table: string): () => number {
  const highest = store.query<{ top: number | null }>(`SELECT max(seq) AS top FROM ${table}`);
  let last = 0;
  let generation: number | undefined;
  return () => {
    if (generation !== store.generation()) last = Math.max(last, highest.get()?.top ?? 0);
    generation = store.generation();
    last += 1;
    return last;
  };
}

/** Creates a function that finds a row by its SID. The SID ends in the row's number, so no index is needed. */
export function createFinder<Row extends Numbered>(
  store: Store,
  table: string,
): (sid: string) => Row | undefined {
  const find = store.query<Row>(`SELECT * FROM ${table} WHERE seq = ? AND sid = ?`);
  return (sid) => {
    const seq = rowOfSid(sid);
    return Number.isNaN(seq) ? undefined : find.get(seq, sid);
  };
}

/**
 * Creates a function that lists the rows of a window, newest first.
 *
 * @param condition SQL with named parameters, whose values each call passes
 */
export function createListing<Row extends Numbered>(store: Store, table: string, condition = 'TRUE') {
  const from = `SELECT * FROM ${table} WHERE ${condition}`;
  const older: Query<Row> = store.query(
    `${from} AND seq < :edge ORDER BY seq DESC LIMIT :limit OFFSET :offset`,
  );
  const newer: Query<Row> = store.query(`${from} AND seq > :edge ORDER BY seq LIMIT :limit`);
  return (window: Window, values: Record<string, Value> = {}): Row[] => {
    const { limit, offset } = window;
    if (window.newerThan !== undefined) {
      return newer.all({ ...values, edge: window.newerThan, limit }).reverse();
    }
    return older.all({ ...values, edge: window.olderThan ?? Number.MAX_SAFE_INTEGER, limit, offset });
  };
}
