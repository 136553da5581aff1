// Reads an .env file as its two readers do: dotenv (Node tools) and python-decouple (Firefox Relay).
import { readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { hideSecretVariables } from '../../debug.js';
import { findSystemCode, RelayPhoneError } from '../../errors.js';
import { toBytes } from './lines.js';

/** The values that a reader finds in a file, by key. */
export type EnvValues = ReadonlyMap<string, string>;

/** An .env file as it was read. */
export interface EnvFile {
  /** The given path. */
  readonly path: string;
  /** The path of the file behind any symbolic links. */
  readonly realPath: string;
  readonly bytes: Buffer;
  /** Its permission bits; meaningless on Windows. */
  readonly mode: number;
  /** The values that dotenv reads. */
  readonly values: EnvValues;
}

/** The characters that Python's `str.strip()` removes: unlike JavaScript's `trim` \x1c to \x1f and \x85, but not U+FEFF. */
const PYTHON_SPACES = new Set(
  '\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000',
);

/** Returns what dotenv 18 reads, by running it. */
export function readWithDotenv(bytes: Buffer): EnvValues {
  return new Map(Object.entries(parse(bytes)));
}

/**
 * Returns what python-decouple 3.8 reads: `RepositoryEnv` in https://github.com/HBNetwork/python-decouple.
 * Bytes that are not UTF-8 become U+FFFD here, where Python would refuse the whole file.
 */
export function readWithDecouple(bytes: Buffer): EnvValues {
  const values = new Map<string, string>();
  for (const line of bytes.toString('utf8').split(/\r\n|\r|\n/)) {
    const text = strip(line);
    const equals = text.indexOf('=');
    if (equals === -1 || text.startsWith('#')) continue;
    values.set(strip(text.slice(0, equals)), unquote(strip(text.slice(equals + 1))));
  }
  return values;
}

/** True if python-decouple reads the value as true. */
export function isTrue(value: string): boolean {
  return /^(y|yes|t|true|on|1)$/i.test(value);
}

/**
 * Reads the file, following symbolic links; returns undefined if it does not exist.
 *
 * @throws RelayPhoneError `needsUser` if it cannot be read, is not a regular file, is larger than 1 MB, or is not text.
 */
export function readEnvFile(path: string): EnvFile | undefined {
  try {
    const stats = statSync(path);
    verifyRegular(path, stats);
    verifySize(path, stats);
    const bytes = readFileSync(path);
    verifyText(path, bytes);
    const mode = stats.mode & 0o7777;
    const values = readWithDotenv(bytes);
    hideSecretVariables(values);
    return { path, realPath: realpathSync(path), bytes, mode, values };
  } catch (error) {
    const code = findSystemCode(error);
    if (code === 'ENOENT') return undefined;
    if (code === undefined) throw error;
    throw unreadable(path, `it cannot be read (${code})`, 'give yourself the right to read it', error);
  }
}

/** The values that each of the two readers sees in one file. */
export type Views = readonly [dotenv: EnvValues, decouple: EnvValues];

/** Reads a text of one character per byte with both readers. */
export function readBoth(text: string): Views {
  const bytes = toBytes(text);
  return [readWithDotenv(bytes), readWithDecouple(bytes)];
}

/** Returns the value of a key if both readers see the same one, else undefined. */
export function findAgreed([dotenv, decouple]: Views, key: string): string | undefined {
  const value = dotenv.get(key);
  return value === decouple.get(key) ? value : undefined;
}

/** True if each reader sees the same value of the key in `then` and `now`. */
export function isUnchanged(then: Views, now: Views, key: string): boolean {
  return then[0].get(key) === now[0].get(key) && then[1].get(key) === now[1].get(key);
}

/** True if each reader sees the same value of every other key in `then` and `now`. */
export function areOthersUnchanged(then: Views, now: Views, key: string): boolean {
  const keys = new Set([then, now].flat().flatMap((values) => [...values.keys()]));
  keys.delete(key);
  return [...keys].every((other) => isUnchanged(then, now, other));
}

const STARTERS = ['.env-dist', '.env.example'];

/** Returns the path of the folder's `.env-dist` (Relay's name), else of its `.env.example`; undefined without both. */
export function findStarter(folder: string): string | undefined {
  return STARTERS.map((name) => join(folder, name)).find((path) =>
    statSync(path, { throwIfNoEntry: false })?.isFile(),
  );
}

function verifyRegular(path: string, stats: Stats): void {
  // Reading a named pipe would wait for a writer, perhaps for ever.
  if (!stats.isFile()) throw unreadable(path, 'it is not a regular file', 'move it out of the way');
}

/** The largest file that is read. Editing takes time that grows with the square of the size. */
const MAX_BYTES = 1024 * 1024;

function verifySize(path: string, { size }: Stats): void {
  if (size <= MAX_BYTES) return;
  const megabytes = (size / MAX_BYTES).toFixed(1);
  throw unreadable(
    path,
    `it is too large for an .env file: ${megabytes} MB, and 1 MB is the most`,
    'remove from it what is not a setting',
  );
}

function verifyText(path: string, bytes: Buffer): void {
  const start = bytes.subarray(0, 2).toString('hex');
  if (start !== 'fffe' && start !== 'feff' && !bytes.includes(0)) return;
  throw unreadable(path, 'it is UTF-16 or not text at all', 'save it as UTF-8 in your editor');
}

function unreadable(path: string, reason: string, advice: string, cause?: unknown): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `read ${path}`,
    reason,
    tryNext: [advice, '--env-file PATH with another file'],
    cause,
  });
}

function strip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && PYTHON_SPACES.has(text.charAt(start))) start += 1;
  while (end > start && PYTHON_SPACES.has(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function unquote(value: string): string {
  const first = value.charAt(0);
  const quoted = value.length >= 2 && (first === '"' || first === "'") && value.endsWith(first);
  return quoted ? value.slice(1, -1) : value;
}
