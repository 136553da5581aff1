// Where a running `serve` is: written down in the state folder, and believed only while that process holds its lock.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { findSystemCode } from '../../../errors.js';
import type { StateFolder } from '../../../state/folder.js';
import { acquireLock, isLocked } from '../../../state/lock.js';

const LOCK = 'serve';
const FILE = 'relay-origin';
/** Milliseconds: somebody who looks holds the lock up for an instant. */
const PATIENCE = 5000;
/** Addresses to listen on that are none to go to. */
const ANYWHERE: readonly string[] = ['0.0.0.0', '::'];

/**
 * Says that the relay is at this port, from when it is bound until it is freed. Only for the process that has the
 * relay's database: the file is written first, so that whoever finds the lock taken finds its holder's origin.
 *
 * @returns takes it back; to be called before the port is freed
 */
export async function announceRelay(
  folder: StateFolder,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<() => void> {
  const path = folder.file(FILE);
  const name = ANYWHERE.includes(host) ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  writeFileSync(`${path}.new`, `http://${name}:${port}`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  const lock = await acquireLock(folder, LOCK, { command: 'serve', timeoutMs: PATIENCE });
  return () => {
    lock.release();
    rmSync(path, { force: true });
  };
}

/** The origin of the `serve` that runs on this state folder; undefined when none does, whatever the file says. */
export function findRelay(folder: StateFolder): string | undefined {
  if (!isLocked(folder, LOCK)) return undefined;
  try {
    return readFileSync(folder.file(FILE), 'utf8');
  } catch (error) {
    // It ended this instant.
    if (findSystemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
