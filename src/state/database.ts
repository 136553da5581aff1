// Opens a SQLite database, migrates its tables, and closes it so that one plain file is left.
import { existsSync } from 'node:fs';
import { findSystemCode, RelayPhoneError } from '../errors.js';
import { explainMachineFault, namePath, onPath } from '../machine-fault.js';
import {
  type FileCondition,
  findContentFault,
  inspectDatabaseFile,
  sealDatabaseFile,
} from './database-file.js';
import { type Connection, openSqlite, type Statement } from './sqlite.js';
import { createTurn } from './turn.js';

/** A value that SQLite can hold. No booleans: libsql ends the process if it gets one. Bytes come back as `ArrayBuffer`. */
export type Value = string | number | null | Uint8Array;

/** An opened database. */
export interface Store {
  /** Returns a statement, which is prepared when it is first used. */
  query<Row = unknown>(sql: string): Query<Row>;
  /** Runs `work`; if it throws, everything it wrote is rolled back. */
  transaction<T>(work: () => T): T;
  /**
   * The same for work that also caches what it writes: if it throws, everything that was written in this turn of the
   * event loop is rolled back, and {@link Store.onLost} is called. Free, while a transaction costs two statements.
   */
  inTurn<T>(work: () => T): T;
  /** Runs `work`, which writes cached rows, just before this turn is committed; once per turn, however often it is asked for. */
  atEnd(work: () => void): void;
  /** Runs work that replaces whole tables in a transaction: caches of their rows are stale afterwards. */
  replace(work: () => void): void;
  /** Counts the calls of {@link Store.replace}, so that a cache knows when it is stale. */
  generation(): number;
  /**
   * Resolves when everything written so far is committed and survives the death of the process; undefined if it is
   * already. Everything written in one turn of the event loop is committed at its end, which makes small writes cheap.
   */
  kept(): Promise<void> | undefined;
  /** Calls `listener` whenever a turn could not be committed, with the reason: caches of what it wrote are wrong. */
  onLost(listener: (error: unknown) => void): void;
  close(): void;
}

/** One SQL statement with positional (`?`) or named (`:name`) parameters. */
export interface Query<Row> {
  get(...values: Value[] | [Record<string, Value>]): Row | undefined;
  all(...values: Value[] | [Record<string, Value>]): Row[];
  /** Positional values may be one array. @returns the number of changed rows */
  run(...values: Value[] | [Record<string, Value>] | [readonly Value[]]): number;
}

/** The tables of a database. */
export interface Schema {
  /** The part of the product that owns it, for error messages: `sandbox`. */
  readonly owner: string;
  /** What the user loses with the file, for advice: `the recorded webhooks`. */
  readonly content: string;
  /**
   * The migrations from an empty database to today's tables; `PRAGMA user_version` counts those that were applied.
   * Existing databases have applied them: append new ones, never change an old one.
   */
  readonly steps: readonly string[];
}

/**
 * Opens the database at `path` (`:memory:` for none) and applies the migrations it lacks. It is locked until closed.
 *
 * @throws RelayPhoneError `needsUser` if another process holds it, another program or a newer relay-phone wrote it, it is
 *   damaged, or the machine does not let us use it. Later errors of SQLite name the file.
 */
export function openDatabase(path: string, schema: Schema): Store {
  const database = open(path, schema);
  const createQuery = <Row>(sql: string, beforeWrite: () => void) =>
    createNamedQuery<Row>(database, path, sql, beforeWrite);
  const control = (sql: string) => createQuery(sql, () => {}).run;
  const turn = createTurn(control('BEGIN IMMEDIATE'), control('COMMIT'), control('ROLLBACK'));
  const query = <Row>(sql: string) => createQuery<Row>(sql, turn.begin);
  const [save, release, undo] = [query('SAVEPOINT work'), query('RELEASE work'), query('ROLLBACK TO work')];
  let generation = 0;
  function transaction<T>(work: () => T): T {
    save.run();
    try {
      return work();
    } catch (error) {
      undo.run();
      throw error;
    } finally {
      release.run();
    }
  }

  function inTurn<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      turn.lose(error);
      throw error;
    }
  }

  return {
    query,
    transaction,
    inTurn,
    atEnd: turn.atEnd,
    replace: (work) => {
      transaction(work);
      generation += 1;
    },
    generation: () => generation,
    kept: turn.kept,
    onLost: turn.onLost,
    close: () => {
      turn.end();
      closeDatabase(database, path);
    },
  };
}

function open(path: string, schema: Schema): Connection {
  let database: Connection | undefined;
  try {
    const condition = inspectClosed(path);
    if (condition.kind === 'damaged') throw damagedDatabase(path, schema, condition.why);
    database = openSqlite(path);
    // An exclusive lock keeps a second process out, and halves what a commit costs.
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    const fault = condition.kind === 'unproven' ? findContentFault(database) : undefined;
    if (fault !== undefined) throw damagedDatabase(path, schema, fault);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    // Every 16 MB the log is copied into the file: each copy waits for the disk, whatever its size.
    database.exec('PRAGMA wal_autocheckpoint = 4000');
    prepareSchema(database, path, schema);
    openPaths.add(path);
    return database;
  } catch (error) {
    if (database) abandon(database);
    throw error instanceof RelayPhoneError ? error : cannotOpen(path, schema, error);
  }
}

/** The files that this process has open: reading one would release the locks that it has on it. */
const openPaths = new Set<string>();

function inspectClosed(path: string): FileCondition {
  return path === ':memory:' || openPaths.has(path) ? { kind: 'intact' } : inspectDatabaseFile(path);
}

function prepareSchema(database: Connection, path: string, schema: Schema): void {
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  const newest = schema.steps.length;
  if (version > newest) throw newerDatabase(path, schema, version);
  if (version === newest) return;
  if (version === 0 && database.prepare('SELECT 1 FROM sqlite_master').get())
    throw foreignDatabase(path, schema);
  const steps = schema.steps.slice(version).join('');
  database.exec(`BEGIN IMMEDIATE; ${steps} PRAGMA user_version = ${newest}; COMMIT`);
}

function createNamedQuery<Row>(
  database: Connection,
  path: string,
  sql: string,
  beforeWrite: () => void,
): Query<Row> {
  let statement: Statement | undefined;
  const run = <T>(work: (prepared: Statement) => T): T => {
    try {
      statement ??= database.prepare(sql);
      return work(statement);
    } catch (error) {
      throw namePath(error, path);
    }
  };
  return {
    get: (...values) => run((prepared) => prepared.get(bind(values)) as Row | undefined),
    all: (...values) => run((prepared) => prepared.all(bind(values)) as Row[]),
    run: (...values) => {
      beforeWrite();
      return run((prepared) => prepared.run(bind(values)).changes);
    },
  };
}

/** Passes positional values as one array: libsql copies separate arguments twice. */
function bind(
  values: Value[] | [Record<string, Value>] | [readonly Value[]],
): readonly Value[] | Record<string, Value> {
  const [first] = values;
  if (Array.isArray(first)) return first;
  const areNamed = typeof first === 'object' && first !== null && !(first instanceof Uint8Array);
  return areNamed ? first : (values as Value[]);
}

/** @throws SQLite's error if the log cannot be copied into the file; the next start does that */
function closeDatabase(database: Connection, path: string): void {
  openPaths.delete(path);
  try {
    endWork(database);
  } catch (error) {
    throw namePath(error, path);
  }
  if (path !== ':memory:') onPath(path, () => sealDatabaseFile(path));
}

function endWork(database: Connection): void {
  try {
    // Prepared statements keep libsql's connection alive after close(), so the lock is released here;
    // SQLite does that only outside of WAL mode, at the next read.
    database.exec('PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL; SELECT 1 FROM sqlite_master');
  } finally {
    database.close();
  }
}

/** Closes a database that could not be opened completely. */
function abandon(database: Connection): void {
  try {
    endWork(database);
  } catch {
    // The error that matters is why it could not be opened.
  }
}

function newerDatabase(path: string, { owner, steps }: Schema, version: number): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `open the ${owner} database ${path}`,
    reason: `a newer relay-phone wrote it (version ${version}, this one knows ${steps.length})`,
    tryNext: ['npx relay-phone@latest', '--state-dir PATH with another folder'],
  });
}

function foreignDatabase(path: string, { owner }: Schema): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `open the ${owner} database ${path}`,
    reason: 'another program wrote it',
    tryNext: ['move it to another place', '--state-dir PATH with another folder'],
  });
}

function damagedDatabase(path: string, schema: Schema, why: string, cause?: unknown): RelayPhoneError {
  const { owner, content } = schema;
  const log = existsSync(`${path}-wal`) ? ` and ${path}-wal` : '';
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `open the ${owner} database ${path}`,
    reason: `it is damaged (${why})`,
    tryNext: [
      `move ${path}${log} away: the next run makes a new one, and ${content} are lost`,
      'nothing else is lost: .env, the journal of changes and the other files stay as they are',
      'or put a copy of it back, if you have one',
    ],
    cause,
  });
}

function cannotOpen(path: string, schema: Schema, cause: unknown): RelayPhoneError {
  const code = findSystemCode(cause) ?? '';
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return damagedDatabase(path, schema, code, cause);
  const { owner } = schema;
  const task = `open the ${owner} database ${path}`;
  if (code.startsWith('SQLITE_BUSY')) {
    return new RelayPhoneError({
      kind: 'needsUser',
      task,
      reason: 'another process is using it',
      tryNext: [`end the other ${owner}`],
      cause,
    });
  }
  const { reason, tryNext } = explainMachineFault(namePath(cause, path)) ?? {
    reason: String(cause),
    tryNext: ['--state-dir PATH with another folder'],
  };
  return new RelayPhoneError({ kind: 'needsUser', task, reason, tryNext, cause });
}
