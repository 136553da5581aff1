// Announces to other commands where `serve` listens, in a file that is valid only while `serve` holds its lock.
import { readFileSync, rmSync } from 'node:fs';
import { findSystemCode } from '../../errors.js';
import type { StateFolder } from '../../state/folder.js';
import { acquireLock, isLocked } from '../../state/lock.js';
import { writePrivateFile } from '../../state/private-file.js';

const LOCK = 'serve';
const FILE = 'relay-origin';
/** A command that checks the lock holds it for an instant. */
const LOCK_TIMEOUT_MS = 5000;

/**
 * Announces the origin at which the relay listens. Only for the process that has opened the relay's database. The file is
 * written before the lock is taken, so that it names the lock's holder whenever the lock is held.
 *
 * @returns a function that withdraws the announcement; call it before the port is closed
 */
export async function announceRelay(folder: StateFolder, origin: string): Promise<() => void> {
  const path = folder.file(FILE);
  writePrivateFile(path, origin);
  const lock = await acquireLock(folder, LOCK, { command: 'serve', timeoutMs: LOCK_TIMEOUT_MS });
  return () => {
    lock.release();
    rmSync(path, { force: true });
  };
}

/** Returns the origin of the `serve` that runs with this state folder; undefined if none runs. */
export function findRelay(folder: StateFolder): string | undefined {
  if (!isLocked(folder, LOCK)) return undefined;
  try {
    return readFileSync(folder.file(FILE), 'utf8');
  } catch (error) {
    // It ended a moment ago.
    if (findSystemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
