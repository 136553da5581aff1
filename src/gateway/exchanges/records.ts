// The database of exchanges: a table of forwarded ones and a table of refused ones, limited in number and age.

import {
  type Exchange,
  type ExchangeFilter,
  type ExchangeSummary,
  isMatch,
} from '../../exchanges/exchange.js';
import { openDatabase, type Store, type Value } from '../../state/database.js';
import { createInserter } from '../../state/inserter.js';

/** How long exchanges are kept without another limit: a week, in milliseconds. */
export const DEFAULT_AGE_MS = 7 * 24 * 60 * 60_000;
/** The limit of forwarded exchanges. */
export const PASSED_LIMITS = { maxCount: 2000 } as const;
/** The limit of refused exchanges. */
export const REFUSED_LIMITS = { maxCount: 500 } as const;
/** Old exchanges are removed each time this many were added, and after this time. */
const [PRUNE_EVERY, PRUNE_INTERVAL_MS] = [100, 60_000] as const;

/** An open database of exchanges. */
export interface Records {
  /** Adds exchanges in this turn's transaction. */
  add(exchanges: readonly Exchange[]): void;
  /** Replaces the summary of an exchange, if it is still kept. */
  updateSummary(summary: ExchangeSummary): void;
  find(id: number): Exchange | undefined;
  /** Lists exchanges, newest first. */
  list(filter: ExchangeFilter): ExchangeSummary[];
  /** Lists the exchanges with a higher id, forwarded and refused ones, oldest first. */
  after(id: number, limit: number): ExchangeSummary[];
  /** Lists the subjects of the newest forwarded exchanges, oldest first. */
  listSubjects(): string[];
  highestId(): number;
  /**
   * Removes the exchanges before a time, and their bytes from the disk.
   *
   * @param before milliseconds since 1970
   * @returns how many it removed
   */
  remove(before: number): Promise<number>;
  readonly store: Store;
  close(): void;
}

/** Options of {@link openRecords}. */
export interface RecordsOptions {
  readonly now: () => number;
  /** How many forwarded exchanges are kept. Default 2000. */
  readonly maxExchanges?: number | undefined;
  /** How long exchanges are kept, in milliseconds, also by later runs. Default: as the last gateway kept them. */
  readonly maxAgeMs?: number | undefined;
}

/**
 * Opens the database at `path`.
 *
 * @throws RelayPhoneError `needsUser` if it cannot be opened, for example because another process has it.
 */
export function openRecords(
  path: string,
  { now, maxExchanges = PASSED_LIMITS.maxCount, maxAgeMs }: RecordsOptions,
): Records {
  const store = openDatabase(path, {
    owner: 'gateway',
    content: 'the recorded requests',
    steps: GATEWAY_SCHEMA,
  });
  // Removed texts are overwritten, not only marked as free.
  store.query('PRAGMA secure_delete = ON').all();
  const ageMs = keepAgeLimit(store, maxAgeMs);
  const exchanges = createExchangeTable(store, 'exchanges', maxExchanges);
  const refusals = createExchangeTable(store, 'refusals', REFUSED_LIMITS.maxCount);
  let unpruned = 0;
  const prune = () => {
    unpruned = 0;
    for (const table of [exchanges, refusals]) table.prune(now() - ageMs);
  };
  prune();
  const timer = setInterval(() => pruneIfPossible(store, prune), PRUNE_INTERVAL_MS).unref();
  return {
    add: (many) => {
      for (const one of many) (one.summary.refusal === null ? exchanges : refusals).add(one);
      unpruned += many.length;
      if (unpruned >= PRUNE_EVERY) store.atEnd(prune);
    },
    updateSummary: (summary) => (summary.refusal === null ? exchanges : refusals).updateSummary(summary),
    find: (wanted) => exchanges.find(wanted) ?? refusals.find(wanted),
    list: (filter) => (filter.refused ? refusals : exchanges).list(filter),
    after: (id, limit) => sortById([...exchanges.after(id, limit), ...refusals.after(id, limit)], limit),
    listSubjects: exchanges.listSubjects,
    highestId: () => Math.max(exchanges.highestId(), refusals.highestId()),
    remove: async (before) => {
      const removed = exchanges.removeBefore(before) + refusals.removeBefore(before);
      await store.kept();
      // The log has the removed rows until it is copied into the file.
      store.query('PRAGMA wal_checkpoint(TRUNCATE)').all();
      return removed;
    },
    store,
    close: () => {
      clearInterval(timer);
      prune();
      store.close();
    },
  };
}

/** A full disk is reported by the next exchange that cannot be written. */
function pruneIfPossible(store: Store, prune: () => void): void {
  try {
    store.inTurn(prune);
  } catch {
    // Tried again a minute later.
  }
}

/** Stores the limit, if there is a new one. @returns how long exchanges are kept, in milliseconds */
function keepAgeLimit(store: Store, maxAgeMs: number | undefined): number {
  if (maxAgeMs !== undefined) {
    store
      .query(
        "INSERT INTO limits VALUES ('maxAgeMs', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      )
      .run(maxAgeMs);
    return maxAgeMs;
  }
  const kept = store.query<{ value: number }>("SELECT value FROM limits WHERE name = 'maxAgeMs'").get();
  return kept?.value ?? DEFAULT_AGE_MS;
}

interface ExchangeTable {
  add(exchange: Exchange): void;
  updateSummary(summary: ExchangeSummary): void;
  find(id: number): Exchange | undefined;
  list(filter: ExchangeFilter): ExchangeSummary[];
  after(id: number, limit: number): ExchangeSummary[];
  listSubjects(): string[];
  highestId(): number;
  /** Removes exchanges above the maximum count, and those before a time in milliseconds since 1970. */
  prune(before: number): void;
  /** Removes those before a time in milliseconds since 1970. @returns how many */
  removeBefore(before: number): number;
}

interface Row {
  readonly id: number;
  readonly subject: string | null;
  readonly summary: string;
  readonly requestHead: string;
  readonly answerHead: string;
  readonly cut: number;
  readonly requestBody: ArrayBuffer;
  readonly answerBody: ArrayBuffer;
}

const COLUMNS = [
  'id',
  'at',
  'subject',
  'summary',
  'requestHead',
  'answerHead',
  'cut',
  'requestBody',
  'answerBody',
] as const;
/** The bits of the column `cut`. */
const [REQUEST_CUT, ANSWER_CUT] = [1, 2] as const;
/** How many summaries a search reads at a time. */
const PAGE_SIZE = 200;

function createExchangeTable(store: Store, name: 'exchanges' | 'refusals', maxCount: number): ExchangeTable {
  const inserter = createInserter(store, name, COLUMNS);
  const one = store.query<Row>(`SELECT * FROM ${name} WHERE id = ?`);
  const page = store.query<Pick<Row, 'id' | 'summary'>>(
    `SELECT id, summary FROM ${name} WHERE id < ? ORDER BY id DESC LIMIT ${PAGE_SIZE}`,
  );
  const next = store.query<Pick<Row, 'summary'>>(
    `SELECT summary FROM ${name} WHERE id > ? ORDER BY id LIMIT ?`,
  );
  const subjects = store.query<{ subject: string | null }>(
    `SELECT subject FROM ${name} ORDER BY id DESC LIMIT 2000`,
  );
  const highest = store.query<{ id: number | null }>(`SELECT max(id) AS id FROM ${name}`);
  const dropMany = store.query(
    `DELETE FROM ${name} WHERE id <= (SELECT id FROM ${name} ORDER BY id DESC LIMIT 1 OFFSET ?)`,
  );
  const update = store.query(`UPDATE ${name} SET summary = ? WHERE id = ?`);
  const dropOld = store.query(`DELETE FROM ${name} WHERE at < ?`);

  function* newestFirst(start = Number.MAX_SAFE_INTEGER): Iterable<ExchangeSummary> {
    for (let before = start; ; ) {
      const rows = page.all(before);
      for (const row of rows) yield readSummary(row.summary);
      const last = rows.at(-1);
      if (!last || rows.length < PAGE_SIZE) return;
      before = last.id;
    }
  }

  return {
    add: (exchange) => inserter.add(formatRow(exchange)),
    updateSummary: (summary) => {
      inserter.flush();
      update.run(JSON.stringify(summary), summary.id);
    },
    find: (id) => {
      inserter.flush();
      const row = one.get(id);
      return row && readRow(row);
    },
    list: (filter) => {
      inserter.flush();
      const limit = Math.min(filter.limit ?? maxCount, maxCount);
      const found: ExchangeSummary[] = [];
      for (const summary of newestFirst(filter.before)) {
        if (found.length >= limit) break;
        if (isMatch(summary, filter)) found.push(summary);
      }
      return found;
    },
    after: (id, limit) => {
      inserter.flush();
      return next.all(id, limit).map(({ summary }) => readSummary(summary));
    },
    listSubjects: () =>
      subjects
        .all()
        .map(({ subject }) => subject)
        .filter((subject) => subject !== null)
        .reverse(),
    highestId: () => highest.get()?.id ?? 0,
    prune: (before) => {
      inserter.flush();
      dropMany.run(maxCount);
      dropOld.run(before);
    },
    removeBefore: (before) => {
      inserter.flush();
      return dropOld.run(before);
    },
  };
}

/** Sorts exchanges by id, and returns the first ones. */
export function sortById(summaries: readonly ExchangeSummary[], limit: number): ExchangeSummary[] {
  return summaries.toSorted((one, other) => one.id - other.id).slice(0, limit);
}

function formatRow(exchange: Exchange): Value[] {
  const { summary, isRequestCut, isAnswerCut } = exchange;
  return [
    summary.id,
    summary.at,
    exchange.subject,
    JSON.stringify(summary),
    exchange.requestHead,
    exchange.answerHead,
    (isRequestCut ? REQUEST_CUT : 0) + (isAnswerCut ? ANSWER_CUT : 0),
    exchange.requestBody,
    exchange.answerBody,
  ];
}

function readSummary(text: string): ExchangeSummary {
  return JSON.parse(text) as ExchangeSummary;
}

function readRow(row: Row): Exchange {
  return {
    summary: readSummary(row.summary),
    subject: row.subject,
    requestHead: row.requestHead,
    requestBody: Buffer.from(row.requestBody),
    isRequestCut: (row.cut & REQUEST_CUT) !== 0,
    answerHead: row.answerHead,
    answerBody: Buffer.from(row.answerBody),
    isAnswerCut: (row.cut & ANSWER_CUT) !== 0,
  };
}

/** The columns of both tables, which share their ids. `summary` is JSON, because it is only read as a whole. */
const COLUMN_DEFINITIONS = `
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, subject TEXT, summary TEXT NOT NULL,
  requestHead TEXT NOT NULL, answerHead TEXT NOT NULL, cut INTEGER NOT NULL, requestBody BLOB NOT NULL, answerBody BLOB NOT NULL
`;

const FIRST_TABLES = `
CREATE TABLE exchanges (${COLUMN_DEFINITIONS});
CREATE TABLE refusals (${COLUMN_DEFINITIONS});
`;

const LIMITS = `
CREATE TABLE limits (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
`;

/** The migrations, oldest first. Existing databases have run them: append new ones, never change one. */
const GATEWAY_SCHEMA: readonly string[] = [FIRST_TABLES, LIMITS];
