// Writes an .env file: by a rename, so that a reader finds the old file or the new one; in place where that is impossible.
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { findSystemCode, RelayPhoneError } from '../../errors.js';
import { describeSpecialFile } from '../../special-file.js';
import { keepWriteRecord, removeWriteRecord } from './interrupted-write.js';

/** The options of {@link saveEnvFile}. */
export interface SaveOptions {
  /** The bytes that the file must still have; undefined if it must not exist. */
  readonly expected: Buffer | undefined;
  /** The private folder that holds both versions while a file is written in place; see `interrupted-write.ts`. */
  readonly backups: string;
  /** Writes all bytes to an open file. */
  readonly write?: (file: number, bytes: Buffer) => void;
}

const REASONS: Readonly<Record<string, readonly [reason: string, advice: string]>> = {
  ENOSPC: ['the disk is full', 'free some space, then run it again'],
  EDQUOT: ['your disk quota is used up', 'free some space, then run it again'],
  EROFS: ['its file system is read-only', '--env-file PATH with a file you may write to'],
  EACCES: ['it may not be written to', 'give yourself the right to write to it, or to its folder'],
  EPERM: [
    'it may not be written to',
    'give yourself the right to write to it (chattr -i, if it is immutable)',
  ],
  EBUSY: [
    'it is mounted here, so that it can be neither replaced nor removed',
    'give yourself the right to write to it, or remove the mount',
  ],
  ENOENT: ['its folder does not exist', 'create the folder, then run it again'],
};

/** What the system answers if a file cannot be replaced, but may be writable: a mount, or a folder of somebody else. */
const IRREPLACEABLE = ['EBUSY', 'EXDEV', 'EACCES', 'EPERM', 'EROFS'];

/**
 * Saves the file at `path`, or the target of a symbolic link there. A new file gets 0600; an existing one keeps its
 * permissions, its owner and its group. It is written in place if a rename would change them, would break a hard link, or is
 * impossible, as for a file that is mounted into a container.
 *
 * @throws RelayPhoneError `needsUser`, with the old file unchanged, if the file no longer has the expected bytes, cannot be
 *   written, or is a named pipe or a device.
 */
export function saveEnvFile(path: string, bytes: Buffer, options: SaveOptions): void {
  try {
    const target = findWriteTarget(path);
    const old = fs.statSync(target, { throwIfNoEntry: false });
    verifyRegular(path, old);
    if (old && losesByRename(old) && isWritable(target)) writeInPlace(path, target, bytes, options);
    else replaceOrWrite(path, target, bytes, old, options);
  } catch (error) {
    throw findSystemCode(error) === undefined ? error : unwritable(`save ${path}`, error);
  }
}

/** Removes a file that we created. @throws RelayPhoneError `needsUser` if that is impossible */
export function removeEnvFile(path: string): void {
  try {
    fs.rmSync(path);
  } catch (error) {
    throw findSystemCode(error) === undefined ? error : unwritable(`remove ${path}`, error);
  }
}

/** Why a file cannot be written, independent of its content. */
export interface WriteObstacle {
  /** To complete the sentence "it is …". */
  readonly name: string;
  /** What to do instead. */
  readonly advice: string;
}

/**
 * Returns why a file is never written: it is a named pipe or a device, or it may neither be written to nor replaced. Undefined for
 * any other, and for one that does not exist.
 *
 * @throws the system's error if it cannot be found out
 */
export function findWriteObstacle(path: string): WriteObstacle | undefined {
  const stats = fs.statSync(path, { throwIfNoEntry: false });
  if (!stats) return undefined;
  const special = describeSpecialFile(path, stats);
  if (special) return { name: special.name, advice: special.writeAdvice };
  const target = findWriteTarget(path);
  const code = findAccessFault(target);
  if (code === undefined) return undefined;
  const isReplaceable = code !== 'EROFS' && !isMountPoint(target) && isWritable(dirname(target));
  if (isReplaceable) return undefined;
  return { name: 'read-only here', advice: 'make it or its folder writable' };
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

/** Neither a rename nor a write may hit a named pipe or a device. */
function verifyRegular(path: string, stats: fs.Stats | undefined): void {
  const special = stats && describeSpecialFile(path, stats);
  if (!special) return;
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: `save ${path}`,
    reason: `it is ${special.name}`,
    tryNext: [special.writeAdvice, '--env-file PATH with a file'],
  });
}

function replaceOrWrite(
  path: string,
  target: string,
  bytes: Buffer,
  old: fs.Stats | undefined,
  options: SaveOptions,
): void {
  const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    writeTemporary(temporary, bytes, old, options);
    verifySame(path, findBytes(target), options.expected);
    fs.renameSync(temporary, target);
  } catch (error) {
    const isIrreplaceable = IRREPLACEABLE.includes(findSystemCode(error) ?? '');
    if (!old || !isIrreplaceable || !isWritable(target)) throw error;
    writeInPlace(path, target, bytes, options);
  } finally {
    fs.rmSync(temporary, { force: true });
  }
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
  // The rights of a group that the file could not keep are not for another group.
  const isSameGroup = fs.fstatSync(file).gid === old.gid;
  fs.fchmodSync(file, old.mode & (isSameGroup ? 0o777 : 0o707));
}

/** True if a rename would break a hard link, or take the file away from its owner or its group. */
function losesByRename({ nlink, uid, gid }: fs.Stats): boolean {
  const own = process.getuid?.();
  if (own === undefined) return false;
  const isKept =
    own === 0 || (uid === own && [process.getegid?.(), ...(process.getgroups?.() ?? [])].includes(gid));
  return nlink > 1 || !isKept;
}

function isWritable(path: string): boolean {
  return findAccessFault(path) === undefined;
}

/** Returns why a file may not be written to, as the system's code; undefined if it may. */
function findAccessFault(path: string): string | undefined {
  try {
    fs.accessSync(path, fs.constants.W_OK);
    return undefined;
  } catch (error) {
    const code = findSystemCode(error);
    if (code === undefined) throw error;
    return code;
  }
}

/** True if a single file is mounted there, which cannot be replaced. Follows https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html. */
function isMountPoint(path: string): boolean {
  if (process.platform !== 'linux') return false;
  const lines = fs.readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  const decode = (name: string) =>
    name.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
  return lines.some((line) => decode(line.split(' ')[4] ?? '') === path);
}

/** Never truncates first: at every moment the file and the record together hold every byte of both versions. */
function writeInPlace(path: string, target: string, bytes: Buffer, options: SaveOptions): void {
  const { expected, backups, write = fs.writeFileSync } = options;
  verifySame(path, findBytes(target), expected);
  const before = expected ?? Buffer.alloc(0);
  keepWriteRecord(backups, { path: target, before, after: bytes });
  const file = fs.openSync(target, 'r+');
  try {
    write(file, bytes);
    fs.ftruncateSync(file, bytes.length);
    fs.fsyncSync(file);
  } catch (error) {
    // The old bytes need no more space than they had.
    fs.writeSync(file, before, 0, before.length, 0);
    fs.ftruncateSync(file, before.length);
    removeWriteRecord(backups);
    throw error;
  } finally {
    fs.closeSync(file);
  }
  removeWriteRecord(backups);
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

function unwritable(task: string, cause: unknown): RelayPhoneError {
  const code = findSystemCode(cause) ?? '';
  const [reason, advice] = REASONS[code] ?? ['it cannot be written', '--env-file PATH with another file'];
  return new RelayPhoneError({
    kind: 'needsUser',
    task,
    reason: `${reason} (${code})`,
    tryNext: [advice],
    cause,
  });
}
