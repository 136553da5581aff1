// Notices damage in a database file: libsql ends the process, or never answers, when it reads some damaged files.
import { isUtf8 } from 'node:buffer';
import { closeSync, openSync, readFileSync, readSync, statSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Connection } from './sqlite.js';

/**
 * What a look at a file found: `intact` it is as we closed it · `unproven` it is new, was not closed by us, or another
 * program wrote it since · `damaged`.
 */
export type FileCondition =
  | { readonly kind: 'intact' | 'unproven' }
  | { readonly kind: 'damaged'; readonly why: string };

/*
 * The header of a SQLite file, see https://www.sqlite.org/fileformat2.html#the_database_header. SQLite keeps the bytes
 * from 72 to 91 for later, and never reads them: our seal is there. It holds the change counter, so that a write by
 * another program, which raises the counter, breaks no seal but makes it void.
 */
const MAGIC = Buffer.from('SQLite format 3\0');
const HEADER_BYTES = 100;
const VERSIONS_AT = 18;
const COUNTER_AT = 24;
const SEAL_AT = 72;
const SEAL_BYTES = 8;
/** The version numbers of a file that needs no log. */
const WITHOUT_LOG = 0x01_01;
const CHUNK_BYTES = 1 << 20;

const UNPROVEN = { kind: 'unproven' } as const;

/** Looks at a file before SQLite opens it. @throws the system's error if it cannot be read */
export function inspectDatabaseFile(path: string): FileCondition {
  const before = describeChange(path);
  const condition = inspect(path);
  // Another process writes to it: SQLite will say so.
  return condition.kind === 'damaged' && describeChange(path) !== before ? UNPROVEN : condition;
}

function describeChange(path: string): string {
  return [path, `${path}-wal`]
    .map((one) => statSync(one, { bigint: true, throwIfNoEntry: false }))
    .map((stats) => `${stats?.size} ${stats?.mtimeNs}`)
    .join(' ');
}

function inspect(path: string): FileCondition {
  const size = findSize(path);
  if (size === 0) return UNPROVEN;
  if (findSize(`${path}-wal`) > 0) return inspectLog(readFileSync(`${path}-wal`));
  if (findSize(`${path}-journal`) > 0) return UNPROVEN;
  return withFile(path, 'r', (file) => {
    const header = readHeader(file);
    if (!header.subarray(0, MAGIC.length).equals(MAGIC)) return damaged('it is not a SQLite database');
    if (header.length < HEADER_BYTES) return damaged('it is cut off');
    const [counter, checksum] = [header.readUInt32BE(SEAL_AT), header.readUInt32BE(SEAL_AT + 4)];
    if (counter === 0 || counter !== header.readUInt32BE(COUNTER_AT)) return UNPROVEN;
    return checksum === sumFile(file, header) ? { kind: 'intact' } : damaged('its checksum is wrong');
  });
}

/** Seals a file that was closed: {@link inspectDatabaseFile} then notices every change that SQLite did not make. */
export function sealDatabaseFile(path: string): void {
  withFile(path, 'r+', (file) => {
    const header = readHeader(file);
    if (header.length < HEADER_BYTES || header.readUInt16BE(VERSIONS_AT) !== WITHOUT_LOG) return;
    const seal = Buffer.alloc(SEAL_BYTES);
    seal.writeUInt32BE(header.readUInt32BE(COUNTER_AT), 0);
    seal.writeUInt32BE(sumFile(file, header), 4);
    writeSync(file, seal, 0, SEAL_BYTES, SEAL_AT);
  });
}

/**
 * Checks the content of an opened file that has no valid seal: its structure, and that every text is UTF-8. It reads the
 * whole file.
 *
 * @returns what is wrong; undefined if nothing is
 * @throws SQLite's error if it cannot be read
 */
export function findContentFault(database: Connection): string | undefined {
  const [result] = database.prepare('PRAGMA integrity_check(1)').raw().all() as [string][];
  if (result?.[0] !== 'ok') return String(result?.[0]).split('\n').at(-1);
  // Read as bytes, because libsql ends the process when it reads a text that is not UTF-8.
  for (const [name, columns] of listTables(database)) {
    const bytes = columns.map((column) => `CAST(${quote(column)} AS BLOB)`).join(', ');
    const texts = columns.map((column) => `typeof(${quote(column)}) = 'text'`).join(' OR ');
    if (hasBrokenText(database, `SELECT ${bytes} FROM ${quote(name)} NOT INDEXED WHERE ${texts}`))
      return `a text in the table ${name} is not UTF-8`;
  }
  return undefined;
}

/** Each table with its columns; first the one that lists the others. */
function* listTables(database: Connection): Generator<readonly [name: string, columns: readonly string[]]> {
  yield ['sqlite_master', ['name', 'sql']];
  const rows = database
    .prepare(
      "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND m.sql NOT NULL",
    )
    .raw()
    .all() as [string, string][];
  const tables = new Map<string, string[]>();
  for (const [table, column] of rows) tables.set(table, [...(tables.get(table) ?? []), column]);
  yield* tables;
}

function hasBrokenText(database: Connection, sql: string): boolean {
  for (const row of database.prepare(sql).raw().iterate() as Iterable<(ArrayBuffer | null)[]>) {
    if (row.some((bytes) => bytes !== null && !isUtf8(new Uint8Array(bytes)))) return true;
  }
  return false;
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function damaged(why: string): FileCondition {
  return { kind: 'damaged', why };
}

function findSize(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function withFile<T>(path: string, flags: string, work: (file: number) => T): T {
  const file = openSync(path, flags);
  try {
    return work(file);
  } finally {
    closeSync(file);
  }
}

function readHeader(file: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  return header.subarray(0, readSync(file, header, 0, HEADER_BYTES, 0));
}

/** The CRC-32 of the file, except for its seal. */
function sumFile(file: number, header: Buffer): number {
  const unsealed = Buffer.from(header).fill(0, SEAL_AT, SEAL_AT + SEAL_BYTES);
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let sum = crc32(unsealed);
  for (let at = HEADER_BYTES; ; ) {
    const length = readSync(file, chunk, 0, CHUNK_BYTES, at);
    if (length === 0) return sum;
    sum = crc32(chunk.subarray(0, length), sum);
    at += length;
  }
}

const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** The magic number of a log with little-endian checksums; with big-endian ones it is one more. */
const LOG_MAGIC = 0x37_7f_06_82;

/**
 * Looks at the log that a killed process left. SQLite ignores everything from the first faulty frame on. At the end that is
 * a write that the kill cut short; anywhere else it would silently lose what was kept.
 * See https://www.sqlite.org/fileformat2.html#the_write_ahead_log.
 */
function inspectLog(log: Buffer): FileCondition {
  if (log.length < LOG_HEADER_BYTES) return UNPROVEN;
  const magic = log.readUInt32BE(0);
  const readWord = magic === LOG_MAGIC ? log.readUInt32LE.bind(log) : log.readUInt32BE.bind(log);
  const sum: [number, number] = [0, 0];
  const add = (from: number, to: number) => {
    for (let at = from; at < to; at += 8) {
      sum[0] = (sum[0] + readWord(at) + sum[1]) >>> 0;
      sum[1] = (sum[1] + readWord(at + 4) + sum[0]) >>> 0;
    }
  };
  const isSum = (at: number) => log.readUInt32BE(at) === sum[0] && log.readUInt32BE(at + 4) === sum[1];
  add(0, 24);
  if ((magic & ~1) !== LOG_MAGIC || !isSum(24)) return damaged('the start of its log is damaged');
  const frameBytes = FRAME_HEADER_BYTES + log.readUInt32BE(8);
  const salt = log.subarray(16, 24);
  // Frames of an earlier round have another salt.
  const isOfThisRound = (at: number) => log.subarray(at + 8, at + 16).equals(salt);
  let isBroken = false;
  for (let at = LOG_HEADER_BYTES; at + frameBytes <= log.length; at += frameBytes) {
    const isCurrent = isOfThisRound(at);
    if (isBroken && isCurrent) return damaged('its log is damaged');
    if (!isBroken && isCurrent) {
      add(at, at + 8);
      add(at + FRAME_HEADER_BYTES, at + frameBytes);
    }
    isBroken ||= !isCurrent || !isSum(at + 16);
  }
  return UNPROVEN;
}
