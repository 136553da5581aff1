// Locks in the state folder that the operating system takes back when their holder dies, also by kill -9.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'libsql';
import { debug } from '../debug.js';
import { RelayPhoneError } from '../errors.js';
import type { StateFolder } from './folder.js';

/** Who holds a lock, as its holder wrote it down. */
export interface Holder {
  readonly pid: number;
  readonly command: string;
}

/** A lock that is ours until released. */
export interface Lock {
  release(): void;
}

/** How {@link acquireLock} waits. */
export interface LockOptions {
  /** What we are, for whoever finds the lock taken: `init`, `sandbox`. */
  readonly command: string;
  /** Milliseconds to wait for another holder. */
  readonly patience: number;
  /** Called once, when the lock turns out to be taken. */
  readonly onWait?: (holder: Holder | undefined) => void;
}

/** Takes the lock if it is free, without waiting. */
export function findLock(folder: StateFolder, name: string, command: string): Lock | undefined {
  const database = new Database(folder.file(`${name}.lock`));
  try {
    // The lock is SQLite's own on an otherwise empty database: an OS file lock that ends with the process.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  const note = folder.file(`${name}.holder`);
  writeFileSync(note, JSON.stringify({ pid: process.pid, command } satisfies Holder), { mode: 0o600 });
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
 * @throws RelayPhoneError `needsUser`, naming the holder, when it is still taken after `patience`.
 */
export async function acquireLock(folder: StateFolder, name: string, options: LockOptions): Promise<Lock> {
  const deadline = Date.now() + options.patience;
  let told = false;
  for (;;) {
    const lock = findLock(folder, name, options.command);
    if (lock) return lock;
    const holder = findHolder(folder, name);
    if (Date.now() >= deadline) throw heldBy(folder, options.command, holder);
    if (!told) {
      debug('locks', () => `wait for ${name} of ${folder.path}, held by ${describeHolder(holder)}`);
      options.onWait?.(holder);
    }
    told = true;
    await sleep(50);
  }
}

/**
 * Whether a process holds the lock. Looking does not take it, so that two who look never see each other as its holder;
 * but while somebody looks, {@link findLock} may not get it.
 */
export function isLocked(folder: StateFolder, name: string): boolean {
  const path = folder.file(`${name}.lock`);
  if (!existsSync(path)) return false;
  const database = new Database(path);
  try {
    database.prepare('SELECT count(*) FROM sqlite_master').get();
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  } finally {
    database.close();
  }
}

/** Who says to hold the lock; undefined when nobody does, or the note is just being written. */
export function findHolder(folder: StateFolder, name: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(folder.file(`${name}.holder`), 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

/** The error for a lock that did not become free in time. */
export function heldBy(folder: StateFolder, command: string, holder: Holder | undefined): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `start ${command}`,
    reason: `${describeHolder(holder)} is using ${folder.path}`,
    tryNext: ['wait for it to end, or end it', '--state-dir PATH with another folder'],
  });
}

function describeHolder(holder: Holder | undefined): string {
  return holder ? `relay-phone ${holder.command} (process ${holder.pid})` : 'another relay-phone';
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
}
