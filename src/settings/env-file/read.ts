// Reads an .env file as its two readers do: dotenv (Node tools) and python-decouple (Firefox Relay).
import { readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { hideSecretVariables } from '../../debug.js';
import { findSystemCode, RelayPhoneError } from '../../errors.js';
import { findSealedFile } from '../../secret-forms.js';
import { describeSpecialFile } from '../../special-file.js';
import { toBytes } from './lines.js';
import { readPipe } from './pipe.js';

/** The values that a reader finds in a file, by key. */
export type EnvValues = ReadonlyMap<string, string>;

/** An .env file as it was read. */
export interface EnvFile {
  /** The given path. */
  readonly path: string;
  /** The path of the file behind any symbolic links; the given path of a named pipe. */
  readonly realPath: string;
  readonly bytes: Buffer;
  /** Its permission bits; meaningless on Windows. */
  readonly mode: number;
  /** False for a named pipe and the null device. */
  readonly isRegular: boolean;
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

/** Reads an `.env` file, following symbolic links; returns undefined if it does not exist. A named pipe is read once. */
export type EnvReader = (path: string) => Promise<EnvFile | undefined>;

/** The options of {@link createEnvReader}. */
export interface EnvReaderOptions {
  /** Is called if a named pipe gives nothing for a second. */
  readonly onSlowPipe?: (path: string) => void;
  /** Milliseconds for the content of a named pipe to arrive. Default 10,000. */
  readonly pipeTimeoutMs?: number;
}

/**
 * Creates the reader of one command. Each read of a file sees its current content; a named pipe gives its content only once, so
 * later reads return what the first one got.
 *
 * @throws RelayPhoneError (the reader) `needsUser` if the file cannot be read, is not text, or is a folder, socket or device
 */
export function createEnvReader({ onSlowPipe, pipeTimeoutMs = 10_000 }: EnvReaderOptions = {}): EnvReader {
  const pipes = new Map<string, Promise<EnvFile>>();
  return async (path) => {
    try {
      const stats = statSync(path);
      const special = describeSpecialFile(path, stats);
      if (special?.kind === 'pipe') {
        const options = { timeoutMs: pipeTimeoutMs, onSlow: () => onSlowPipe?.(path) };
        const reading =
          pipes.get(path) ?? readPipe(path, options).then((bytes) => createEnvFile(path, path, bytes, stats));
        pipes.set(path, reading);
        return await reading;
      }
      if (special?.kind === 'null') return createEnvFile(path, path, Buffer.alloc(0), stats);
      if (special) throw unreadable(path, `it is ${special.name}`, special.writeAdvice);
      return createEnvFile(path, realpathSync(path), readFileSync(path), stats);
    } catch (error) {
      const code = findSystemCode(error);
      if (code === 'ENOENT') return undefined;
      if (code === undefined) throw error;
      throw unreadable(path, `it cannot be read (${code})`, 'give yourself the right to read it', error);
    }
  };
}

function createEnvFile(path: string, realPath: string, bytes: Buffer, stats: Stats): EnvFile {
  verifyText(path, bytes);
  const values = readWithDotenv(bytes);
  hideSecretVariables(values);
  return { path, realPath, bytes, mode: stats.mode & 0o7777, isRegular: stats.isFile(), values };
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

function verifyText(path: string, bytes: Buffer): void {
  const sealed = findSealedFile(bytes);
  if (sealed) throw unreadable(path, `it is ${sealed.name}`, sealed.advice);
  if (isUtf16(bytes)) throw unreadable(path, 'it is UTF-16', 'save it as UTF-8 in your editor');
  if (bytes.includes(0))
    throw unreadable(
      path,
      'it is not text',
      `find out what it is, and do not save it in an editor: file ${path}`,
    );
}

/** True if it starts with a byte order mark of UTF-16, or if every second byte of its start is zero. */
function isUtf16(bytes: Buffer): boolean {
  if (['fffe', 'feff'].includes(bytes.subarray(0, 2).toString('hex'))) return true;
  const start = [...bytes.subarray(0, Math.min(64, bytes.length - (bytes.length % 2)))];
  const isZeroAt = (rest: number) => start.every((byte, at) => (at % 2 === rest) === (byte === 0));
  return start.length > 0 && (isZeroAt(0) || isZeroAt(1));
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
