// Takes a snapshot of all tables as one text, restores one, and empties the tables.
import { createHash } from 'node:crypto';
import { RelayPhoneError } from '../../errors.js';
import type { Store, Value } from './database.js';
import { CONTENT_TABLES, SANDBOX_SCHEMA } from './schema.js';

/** A {@link Value} in JSON: bytes are base64. */
type Cell = string | number | null | { readonly base64: string };

/** A {@link Value} as the database returns it. */
type ReadValue = Exclude<Value, Uint8Array> | ArrayBuffer;

/** The content of a snapshot; a row's cells are in the order of its table's columns. */
export interface SnapshotContent {
  readonly account: { readonly friendlyName: string; readonly balance: number };
  readonly tables: { readonly [table in (typeof CONTENT_TABLES)[number]]: readonly (readonly Cell[])[] };
}

/** The line above the JSON: the number of schema steps, and the checksum. */
const HEADING = /^relay-phone snapshot (\d{1,9}) ([0-9a-f]{64})\n/;

/** Empties all tables except the account's. */
export function emptyTables(store: Store): void {
  for (const table of CONTENT_TABLES) store.query(`DELETE FROM ${table}`).run();
}

/** Takes a snapshot of all tables and of the account's name and balance, for {@link readSnapshot}. */
export function takeSnapshot(store: Store): string {
  const account = store
    .query<SnapshotContent['account']>('SELECT friendlyName, balance FROM account')
    .all()[0];
  const tables = CONTENT_TABLES.map((table) => {
    const rows = store.query<Record<string, ReadValue>>(`SELECT * FROM ${table}`).all();
    return [table, rows.map((row) => Object.values(row).map(formatCell))];
  });
  const json = JSON.stringify({ account, tables: Object.fromEntries(tables) });
  return `relay-phone snapshot ${SANDBOX_SCHEMA.length} ${checksum(json)}\n${json}`;
}

/**
 * Reads a snapshot of {@link takeSnapshot}.
 *
 * @throws RelayPhoneError `usage` if it is not a snapshot, was changed, or is of a version with other tables.
 */
export function readSnapshot(snapshot: string): SnapshotContent {
  const [heading, version, sum] = HEADING.exec(snapshot) ?? [];
  if (heading === undefined) throw badSnapshot('this is not a snapshot');
  if (Number(version) !== SANDBOX_SCHEMA.length) {
    throw badSnapshot(
      `it was taken by another version (${version}, this one reads ${SANDBOX_SCHEMA.length})`,
    );
  }
  const json = snapshot.slice(heading.length);
  if (checksum(json) !== sum) throw badSnapshot('it is incomplete or was changed');
  return JSON.parse(json) as SnapshotContent;
}

/** Replaces the content of all tables with a snapshot's. */
export function replaceContent(store: Store, { account, tables }: SnapshotContent): void {
  store.replace(() => {
    emptyTables(store);
    for (const table of CONTENT_TABLES) fill(store, table, tables[table]);
    store
      .query('UPDATE account SET friendlyName = ?, balance = ?')
      .run(account.friendlyName, account.balance);
  });
}

function fill(
  store: Store,
  table: string,
  rows: SnapshotContent['tables'][keyof SnapshotContent['tables']],
): void {
  const placeholders = rows[0]?.map(() => '?').join(', ');
  const insert = store.query(`INSERT INTO ${table} VALUES (${placeholders})`);
  for (const row of rows) insert.run(...row.map(readCell));
}

function formatCell(value: ReadValue): Cell {
  return value instanceof ArrayBuffer ? { base64: Buffer.from(value).toString('base64') } : value;
}

function readCell(cell: Cell): Value {
  return typeof cell === 'object' && cell !== null ? Buffer.from(cell.base64, 'base64') : cell;
}

function checksum(json: string): string {
  return createHash('sha256').update(json).digest('hex');
}

function badSnapshot(reason: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: "restore the sandbox's snapshot",
    reason,
    tryNext: ['a snapshot taken by sandbox.snapshot() of this version of relay-phone'],
  });
}
