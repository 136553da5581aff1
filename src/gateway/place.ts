// The one holder of a state folder's exchanges: the gateway that runs on it, or a command that reads them for a moment.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { StateFolder } from '../state/folder.js';
import { findHolder, findLock, type Holder, isLocked, type Lock } from '../state/lock.js';

const LOCK = 'gateway';
const ADDRESS_FILE = 'gateway.json';

/** The file of the exchanges in a state folder. */
export const DATABASE = 'gateway.db';

/** Where a running gateway is asked about its exchanges, and what it asks for. */
export interface GatewayAddress {
  readonly origin: string;
  readonly token: string;
}

/** Takes the exchanges if nobody has them. */
export function findGatewayLock(folder: StateFolder, command: string): Lock | undefined {
  const lock = findLock(folder, LOCK, command);
  // Whoever left an address behind without holding the lock was killed.
  if (lock) rmSync(folder.file(ADDRESS_FILE), { force: true });
  return lock;
}

/** Whether somebody has them. */
export function isGatewayLocked(folder: StateFolder): boolean {
  return isLocked(folder, LOCK);
}

/** Who says to have them. */
export function findGatewayHolder(folder: StateFolder): Holder | undefined {
  return findHolder(folder, LOCK);
}

/** Says where the gateway that holds them is asked. @returns takes it back */
export function writeGatewayAddress(folder: StateFolder, address: GatewayAddress): () => void {
  const path = folder.file(ADDRESS_FILE);
  writeFileSync(`${path}.new`, JSON.stringify(address), { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return () => rmSync(path, { force: true });
}

/** The address of whoever holds them; undefined when that is no gateway, or it says so only in an instant. */
export function findGatewayAddress(folder: StateFolder): GatewayAddress | undefined {
  try {
    return JSON.parse(readFileSync(folder.file(ADDRESS_FILE), 'utf8')) as GatewayAddress;
  } catch {
    return undefined;
  }
}
