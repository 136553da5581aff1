// Everything that a sandbox holds besides its account, as a whole: emptied, taken as one text, and put back.
import { createHash } from 'node:crypto';
import { RelayPhoneError } from '../../errors.js';
import type { Store, Value } from './database.js';
import { CONTENT_TABLES, SANDBOX_SCHEMA } from './schema.js';

/** What JSON has for a {@link Value}: bytes are in base64. */
type Cell = string | number | null | { readonly base64: string };

/** How a {@link Value} comes back from the tables. */
type Kept = Exclude<Value, Uint8Array> | ArrayBuffer;

/** A world as a snapshot holds it; the cells of a row are in the order of its table's columns. */
export interface SnapshotContent {
  readonly account: { readonly friendlyName: string; readonly balance: number };
  readonly tables: { readonly [table in (typeof CONTENT_TABLES)[number]]: readonly (readonly Cell[])[] };
}

/** What stands above a snapshot's JSON: the tables it fits, and its checksum. */
const HEADING = /^relay-phone snapshot (\d{1,9}) ([0-9a-f]{64})\n/;

/** Empties every table but the account's. */
export function emptyTables(store: Store): void {
  for (const table of CONTENT_TABLES) store.query(`DELETE FROM ${table}`).run();
}

/** Takes a snapshot of all tables, and of the account's name and balance: text that {@link readSnapshot} reads. */
export function takeSnapshot(store: Store): string {
  const account = store
    .query<SnapshotContent['account']>('SELECT friendlyName, balance FROM account')
    .all()[0];
  const tables = CONTENT_TABLES.map((table) => {
    const rows = store.query<Record<string, Kept>>(`SELECT * FROM ${table}`).all();
    return [table, rows.map((row) => Object.values(row).map(formatCell))];
  });
  const json = JSON.stringify({ account, tables: Object.fromEntries(tables) });
  return `relay-phone snapshot ${SANDBOX_SCHEMA.length} ${checksum(json)}\n${json}`;
}

/**
 * Reads what {@link takeSnapshot} took.
 *
 * @throws RelayPhoneError `usage` when it is something else, was changed, or was taken by a relay-phone whose tables
 *   are not like ours.
 */
export function readSnapshot(snapshot: string): SnapshotContent {
  const [heading, version, sum] = HEADING.exec(snapshot) ?? [];
  if (heading === undefined) throw badSnapshot('that is no snapshot');
  if (Number(version) !== SANDBOX_SCHEMA.length) {
    throw badSnapshot(
      `it was taken by another version (${version}, this one reads ${SANDBOX_SCHEMA.length})`,
    );
  }
  const json = snapshot.slice(heading.length);
  if (checksum(json) !== sum) throw badSnapshot('it is not whole, or was changed');
  return JSON.parse(json) as SnapshotContent;
}

/** Puts the content of a snapshot in the place of what the tables hold. */
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
  const places = rows[0]?.map(() => '?').join(', ');
  const insert = store.query(`INSERT INTO ${table} VALUES (${places})`);
  for (const row of rows) insert.run(...row.map(readCell));
}

function formatCell(value: Kept): Cell {
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
    tryNext: ['a snapshot that sandbox.snapshot() of this relay-phone gave'],
  });
}
