// Writes an .env file atomically: a reader finds the old file or the new one, never a part of either.
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { findSystemCode, RelayPhoneError } from '../../errors.js';

/** The options of {@link saveEnvFile}. */
export interface SaveOptions {
  /** The bytes that the file must still have; undefined if it must not exist. */
  readonly expected: Buffer | undefined;
  /** Writes all bytes to an open file. */
  readonly write?: (file: number, bytes: Buffer) => void;
}

const REASONS: Readonly<Record<string, readonly [reason: string, advice: string]>> = {
  ENOSPC: ['the disk is full', 'free some space, then run it again'],
  EDQUOT: ['your disk quota is used up', 'free some space, then run it again'],
  EROFS: ['its file system is read-only', '--env-file PATH with a file you may write to'],
  EACCES: ['its folder may not be written to', 'give yourself the right to write to its folder'],
  ENOENT: ['its folder does not exist', 'create the folder, then run it again'],
};

/**
 * Replaces the file at `path`, or the target of a symbolic link there. It never gains permissions: a new file gets 0600,
 * an existing one keeps only the owner's read and write permission.
 *
 * @throws RelayPhoneError `needsUser`, with the old file unchanged, if the file no longer has the expected bytes or
 *   cannot be written.
 */
export function saveEnvFile(path: string, bytes: Buffer, options: SaveOptions): void {
  try {
    const target = findWriteTarget(path);
    const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      writeTemporary(temporary, bytes, fs.statSync(target, { throwIfNoEntry: false }), options);
      verifySame(path, findBytes(target), options.expected);
      fs.renameSync(temporary, target);
    } finally {
      fs.rmSync(temporary, { force: true });
    }
  } catch (error) {
    throw findSystemCode(error) === undefined ? error : unwritable(path, error);
  }
}

/**
 * Returns the path of the file that {@link saveEnvFile} writes. Follows symbolic links, also if the last one points to a file
 * that does not exist yet.
 *
 * @throws the system's error if its folder does not exist.
 */
export function findWriteTarget(path: string): string {
  try {
    return fs.realpathSync(path);
  } catch (error) {
    if (findSystemCode(error) !== 'ENOENT') throw error;
  }
  const here = join(fs.realpathSync(dirname(path)), basename(path));
  const isLink = fs.lstatSync(here, { throwIfNoEntry: false })?.isSymbolicLink();
  return isLink ? findWriteTarget(resolve(dirname(here), fs.readlinkSync(here))) : here;
}

function writeTemporary(path: string, bytes: Buffer, old: fs.Stats | undefined, options: SaveOptions): void {
  const { write = fs.writeFileSync } = options;
  const file = fs.openSync(path, 'wx', 0o600);
  try {
    write(file, bytes);
    if (process.platform !== 'win32' && old) keepOwnerAndMode(file, old);
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
}

function keepOwnerAndMode(file: number, old: fs.Stats): void {
  try {
    fs.fchownSync(file, old.uid, old.gid);
  } catch (error) {
    // Only root may change the owner; for other users the file becomes their own.
    if (findSystemCode(error) !== 'EPERM') throw error;
  }
  fs.fchmodSync(file, old.mode & 0o600);
}

function findBytes(path: string): Buffer | undefined {
  try {
    return fs.readFileSync(path);
  } catch (error) {
    if (findSystemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function verifySame(path: string, found: Buffer | undefined, expected: Buffer | undefined): void {
  if (found === expected || (found && expected?.equals(found))) return;
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: `save ${path}`,
    reason: 'another program changed it in the meantime',
    tryNext: ['run it again'],
  });
}

function unwritable(path: string, cause: unknown): RelayPhoneError {
  const code = findSystemCode(cause) ?? '';
  const [reason, advice] = REASONS[code] ?? ['it cannot be written', '--env-file PATH with another file'];
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `save ${path}`,
    reason: `${reason} (${code})`,
    tryNext: [advice],
    cause,
  });
}
