// Opens a SQLite database, migrates its tables, and closes it so that one plain file is left.
import Database from 'libsql';
import { findSystemCode, RelayPhoneError } from '../errors.js';
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
  /** Calls `listener` whenever a turn could not be committed: caches of what it wrote are wrong. */
  onLost(listener: () => void): void;
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
  /**
   * The migrations from an empty database to today's tables; `PRAGMA user_version` counts those that were applied.
   * Existing databases have applied them: append new ones, never change an old one.
   */
  readonly steps: readonly string[];
}

/**
 * Opens the database at `path` (`:memory:` for none) and applies the migrations it lacks. It is locked until closed.
 *
 * @throws RelayPhoneError `needsUser` if another process holds it, or another program or a newer relay-phone wrote it.
 */
export function openDatabase(path: string, schema: Schema): Store {
  const database = open(path, schema);
  const control = (sql: string) => createQuery(database, sql, () => {}).run;
  const turn = createTurn(control('BEGIN IMMEDIATE'), control('COMMIT'), control('ROLLBACK'));
  const query = <Row>(sql: string) => createQuery<Row>(database, sql, turn.begin);
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
      closeDatabase(database);
    },
  };
}

function open(path: string, schema: Schema): Database.Database {
  let database: Database.Database | undefined;
  try {
    database = new Database(path);
    // An exclusive lock keeps a second process out, and halves what a commit costs.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    // Every 16 MB the log is copied into the file: each copy waits for the disk, whatever its size.
    database.exec('PRAGMA wal_autocheckpoint = 4000');
    prepareSchema(database, path, schema);
    return database;
  } catch (error) {
    if (database) abandon(database);
    throw error instanceof RelayPhoneError ? error : cannotOpen(path, schema, error);
  }
}

function prepareSchema(database: Database.Database, path: string, schema: Schema): void {
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  const newest = schema.steps.length;
  if (version > newest) throw newerDatabase(path, schema, version);
  if (version === newest) return;
  if (version === 0 && database.prepare('SELECT 1 FROM sqlite_master').get())
    throw foreignDatabase(path, schema);
  const steps = schema.steps.slice(version).join('');
  database.exec(`BEGIN IMMEDIATE; ${steps} PRAGMA user_version = ${newest}; COMMIT`);
}

function createQuery<Row>(database: Database.Database, sql: string, beforeWrite: () => void): Query<Row> {
  let statement: Database.Statement | undefined;
  const prepared = () => {
    statement ??= database.prepare(sql);
    return statement;
  };
  return {
    get: (...values) => prepared().get(bind(values)) as Row | undefined,
    all: (...values) => prepared().all(bind(values)) as Row[],
    run: (...values) => {
      beforeWrite();
      return prepared().run(bind(values)).changes;
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

function closeDatabase(database: Database.Database): void {
  // Prepared statements keep libsql's connection alive after close(), so the lock is released here;
  // SQLite does that only outside of WAL mode, at the next read.
  database.exec('PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL; SELECT 1 FROM sqlite_master');
  database.close();
}

/** Closes a database that could not be opened completely. */
function abandon(database: Database.Database): void {
  try {
    closeDatabase(database);
  } catch {
    // The error that matters is why it could not be opened.
    database.close();
  }
}

function newerDatabase(path: string, { owner, steps }: Schema, version: number): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `open the ${owner} database ${path}`,
    reason: `a newer relay-phone wrote it (version ${version}, this one knows ${steps.length})`,
    tryNext: ['npx relay-phone@latest', 'another database file'],
  });
}

function foreignDatabase(path: string, { owner }: Schema): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `open the ${owner} database ${path}`,
    reason: 'another program wrote it',
    tryNext: ['another database file'],
  });
}

function cannotOpen(path: string, { owner }: Schema, cause: unknown): RelayPhoneError {
  const code = findSystemCode(cause) ?? String(cause);
  const busy = code.startsWith('SQLITE_BUSY');
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `open the ${owner} database ${path}`,
    reason: busy ? 'another process is using it' : `it is not a readable database (${code})`,
    tryNext: [busy ? `end the other ${owner}` : 'another database file'],
    cause,
  });
}
