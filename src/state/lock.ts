// Locks in the state folder. The operating system releases them when their holder dies, also by kill -9.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { debug } from '../debug.js';
import { findSystemCode, RelayPhoneError } from '../errors.js';
import { namePath } from '../machine-fault.js';
import { realNow, sleep } from '../real-time.js';
import type { StateFolder } from './folder.js';
import { writePrivateFile } from './private-file.js';
import { openSqlite } from './sqlite.js';

/** The holder of a lock, as it described itself. */
export interface Holder {
  readonly pid: number;
  readonly command: string;
}

/** A lock that this process holds until released. */
export interface Lock {
  release(): void;
}

/** How {@link acquireLock} waits. */
export interface LockOptions {
  /** The command that takes the lock, such as `init`; shown to others that wait for it. */
  readonly command: string;
  /** Milliseconds to wait for another holder. */
  readonly timeoutMs: number;
  /** Is called once if the lock is taken. */
  readonly onWait?: (holder: Holder | undefined) => void;
}

/**
 * Takes the lock without waiting; returns undefined if another process holds it.
 *
 * @throws RelayPhoneError `needsUser` if libsql does not work here, else the error of the system or of SQLite, which names
 *   the file.
 */
export function findLock(folder: StateFolder, name: string, command: string): Lock | undefined {
  const path = folder.file(`${name}.lock`);
  const note = folder.file(`${name}.holder`);
  const database = openSqlite(path);
  try {
    // SQLite's own lock on an empty database is an OS file lock, which ends with the process.
    // Nothing is ever written to it, so it needs no journal, which SQLite would create and flush to the disk.
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF');
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    writePrivateFile(note, JSON.stringify({ pid: process.pid, command } satisfies Holder));
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw isSqlite(error) ? namePath(error, path) : error;
  }
  debug('locks', () => `took ${name} of ${folder.path} for ${command}`);
  return {
    release: () => {
      rmSync(note, { force: true });
      database.close();
      debug('locks', () => `released ${name} of ${folder.path}`);
    },
  };
}

/**
 * Takes the lock, waiting for its holder to end.
 *
 * @throws RelayPhoneError `needsUser`, naming the holder, if it is still taken after `timeoutMs`.
 */
export async function acquireLock(folder: StateFolder, name: string, options: LockOptions): Promise<Lock> {
  const deadline = realNow() + options.timeoutMs;
  let hasReported = false;
  for (;;) {
    const lock = findLock(folder, name, options.command);
    if (lock) return lock;
    const holder = findHolder(folder, name);
    if (realNow() >= deadline) throw heldBy(folder, options.command, holder);
    if (!hasReported) {
      debug('locks', () => `wait for ${name} of ${folder.path}, held by ${describeHolder(holder)}`);
      options.onWait?.(holder);
    }
    hasReported = true;
    await sleep(50);
  }
}

/**
 * True if a process holds the lock. Asking does not take it, so that two that ask never see each other as its holder;
 * but {@link findLock} may fail while another process asks.
 */
export function isLocked(folder: StateFolder, name: string): boolean {
  const path = folder.file(`${name}.lock`);
  if (!existsSync(path)) return false;
  const database = openSqlite(path);
  try {
    database.prepare('SELECT count(*) FROM sqlite_master').get();
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw namePath(error, path);
  } finally {
    database.close();
  }
}

/** Returns the holder of the lock, or undefined if there is none or its note is being written. */
export function findHolder(folder: StateFolder, name: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(folder.file(`${name}.holder`), 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

/** Returns the error for a lock that did not become free in time. */
export function heldBy(folder: StateFolder, command: string, holder: Holder | undefined): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `start ${command}`,
    reason: `${describeHolder(holder)} is using ${folder.path}`,
    tryNext: ['wait for it to end, or end it', '--state-dir PATH with another folder'],
  });
}

/** Names the holder of a lock, for people. */
export function describeHolder(holder: Holder | undefined): string {
  return holder ? `relay-phone ${holder.command} (process ${holder.pid})` : 'another relay-phone';
}

function isBusy(error: unknown): boolean {
  return findSystemCode(error)?.startsWith('SQLITE_BUSY') ?? false;
}

function isSqlite(error: unknown): boolean {
  return findSystemCode(error)?.startsWith('SQLITE_') ?? false;
}
