// Opens an SQLite database of ours, with the tables of its kind, and closes it so that one plain file is left.
import Database from 'libsql';
import { findSystemCode, RelayPhoneError } from '../errors.js';
import { createTurn } from './turn.js';

/** What SQLite can hold. Not booleans: libsql ends the process when it is handed one. Bytes come back as `ArrayBuffer`. */
export type Value = string | number | null | Uint8Array;

/** An opened database. */
export interface Store {
  /** A statement, prepared when it is first used. */
  query<Row = unknown>(sql: string): Query<Row>;
  /** Keeps all that `work` writes, or nothing of it when it throws. */
  transaction<T>(work: () => T): T;
  /**
   * The same for work that remembers what it writes: when it throws, nothing is kept of what anybody wrote in this
   * turn, and {@link Store.onLost} is told. It costs nothing, where a transaction costs two statements.
   */
  inTurn<T>(work: () => T): T;
  /** Has `work`, which writes what was only remembered, done just before this turn is kept; once, however often it is asked for. */
  atEnd(work: () => void): void;
  /** The same for work that changes tables as a whole: whoever remembers what stood in them has to look again. */
  replace(work: () => void): void;
  /** Changes with every {@link Store.replace}. */
  generation(): number;
  /**
   * Resolves when everything written so far is kept, and with it survives the death of the process;
   * undefined when it is already. What is written in one turn of the event loop is kept at once, at its end:
   * that makes many small writes cheap.
   */
  kept(): Promise<void> | undefined;
  /** Calls `listener` whenever what was written could not be kept: what was remembered of it is wrong. */
  onLost(listener: () => void): void;
  close(): void;
}

/** One SQL statement with positional (`?`) or named (`:name`) parameters. */
export interface Query<Row> {
  get(...values: Value[] | [Record<string, Value>]): Row | undefined;
  all(...values: Value[] | [Record<string, Value>]): Row[];
  /** Many positional values may come as one array. @returns how many rows it changed. */
  run(...values: Value[] | [Record<string, Value>] | [readonly Value[]]): number;
}

/** What a database holds. */
export interface Schema {
  /** Whose it is, for error messages: `sandbox`. */
  readonly owner: string;
  /**
   * The steps from nothing to today's tables; a database whose `PRAGMA user_version` is n has seen the first n.
   * Databases have them behind them: append, never change one.
   */
  readonly steps: readonly string[];
}

/**
 * Opens the database at `path` (`:memory:` for none), making the tables it does not have yet.
 * It belongs to this process until closed.
 *
 * @throws RelayPhoneError `needsUser` when another process has it, or another program or a newer relay-phone wrote it.
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
    // The log is copied into the file every 16 MB: each time waits for the disk, whatever the amount.
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

/** Named values as they are, and positional ones as one array: libsql copies separate arguments twice. */
function bind(
  values: Value[] | [Record<string, Value>] | [readonly Value[]],
): readonly Value[] | Record<string, Value> {
  const [first] = values;
  if (Array.isArray(first)) return first;
  const areNamed = typeof first === 'object' && first !== null && !(first instanceof Uint8Array);
  return areNamed ? first : (values as Value[]);
}

function closeDatabase(database: Database.Database): void {
  // Prepared statements keep libsql's connection alive after close(), so its lock is given up by hand;
  // SQLite does that only outside of WAL mode, and at the next read.
  database.exec('PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL; SELECT 1 FROM sqlite_master');
  database.close();
}

/** Closes a database that could not be opened properly. */
function abandon(database: Database.Database): void {
  try {
    closeDatabase(database);
  } catch {
    // Why it could not be opened is the error to tell.
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
    reason: 'it is the database of something else',
    tryNext: ['another database file'],
  });
}

function cannotOpen(path: string, { owner }: Schema, cause: unknown): RelayPhoneError {
  const code = findSystemCode(cause) ?? String(cause);
  const busy = code.startsWith('SQLITE_BUSY');
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `open the ${owner} database ${path}`,
    reason: busy ? 'another process is using it' : `it cannot be read as one (${code})`,
    tryNext: [busy ? `end the other ${owner}` : 'another database file'],
    cause,
  });
}
