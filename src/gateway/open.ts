// Opens the exchanges of a state folder, for the gateway that records them or a command that reads them, one at a time.
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { RelayPhoneError } from '../errors.js';
import { listen } from '../http/listen.js';
import type { StateFolder } from '../state/folder.js';
import {
  findHolder,
  findLock,
  type Holder,
  heldBy,
  isLocked,
  type Lock,
  type LockOptions,
} from '../state/lock.js';
import { writePrivateFile } from '../state/private-file.js';
import {
  createGatewayClient,
  createGatewayControlListener,
  type GatewayAddress,
  type GatewayClient,
} from './control.js';
import { openRecords, type Records } from './exchanges/records.js';
import { createGateway, type Gateway, type GatewayOptions } from './gateway.js';

/** The exchanges of a state folder, to read and to add to. */
export interface OpenedExchanges extends Omit<GatewayClient, 'follow'> {
  close(): Promise<void>;
}

/**
 * Creates the gateway of a state folder. It records its exchanges there, and serves them to other processes over the
 * control API. It does not listen for webhooks.
 *
 * @throws RelayPhoneError `needsUser` if another gateway has the folder.
 */
export async function openGateway(
  folder: StateFolder,
  options: Omit<GatewayOptions, 'database'>,
  waiting: LockOptions,
): Promise<Gateway> {
  const lock = await lockIfPossible(folder, waiting);
  const gateway = createGateway({ ...options, database: folder.file(DATABASE) });
  const token = randomBytes(24).toString('hex');
  const control = await listen(createGatewayControlListener(gateway, token), { port: 0 });
  const leave = announceIfPossible(folder, { origin: control.origin, token });
  return {
    ...gateway,
    close: async () => {
      leave();
      await control.close();
      await gateway.close();
      lock?.release();
    },
  };
}

/** A folder that cannot be written does not stop the gateway, which emits that nothing is recorded. */
async function lockIfPossible(folder: StateFolder, waiting: LockOptions): Promise<Lock | undefined> {
  try {
    return await lockOr<never>(folder, waiting, () => undefined);
  } catch (error) {
    if (error instanceof RelayPhoneError) throw error;
    return undefined;
  }
}

function announceIfPossible(folder: StateFolder, address: GatewayAddress): () => void {
  try {
    return writeGatewayAddress(folder, address);
  } catch {
    return () => undefined;
  }
}

/**
 * Opens the exchanges of a state folder: through the running gateway, or else the database itself, to be closed soon.
 *
 * @throws RelayPhoneError `needsUser`, naming the holder, if they are still locked after `timeoutMs`.
 */
export async function openExchanges(folder: StateFolder, waiting: LockOptions): Promise<OpenedExchanges> {
  const held = await lockOr(folder, waiting, () => findRunningGateway(folder));
  if ('list' in held) return { ...held, close: async () => undefined };
  const records = openLocked(folder, held);
  return {
    list: async (filter) => records.list(filter),
    find: async (id) => records.find(id),
    add: async (exchange) => {
      exchange.summary.id = records.highestId() + 1;
      records.add([exchange]);
      await records.store.kept();
      return exchange;
    },
    remove: records.remove,
    close: async () => {
      records.close();
      held.release();
    },
  };
}

function openLocked(folder: StateFolder, lock: Lock): Records {
  try {
    return openRecords(folder.file(DATABASE), { now: Date.now });
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Finds the gateway that runs on a state folder; undefined if none does. */
export function findRunningGateway(folder: StateFolder): GatewayClient | undefined {
  const address = isGatewayLocked(folder) ? findGatewayAddress(folder) : undefined;
  return address && createGatewayClient(address);
}

async function lockOr<Other>(
  folder: StateFolder,
  { command, timeoutMs, onWait }: LockOptions,
  findOther: () => Other | undefined,
): Promise<Lock | Other> {
  const deadline = Date.now() + timeoutMs;
  for (let hasReported = false; ; hasReported = true) {
    const lock = findGatewayLock(folder, command);
    if (lock) return lock;
    const other = findOther();
    if (other) return other;
    const holder = findGatewayHolder(folder);
    if (Date.now() >= deadline) throw heldBy(folder, command, holder);
    if (!hasReported) onWait?.(holder);
    await sleep(50);
  }
}

const LOCK = 'gateway';
const ADDRESS_FILE = 'gateway.json';

export const DATABASE = 'gateway.db';

/** Locks the exchanges; undefined if another process has them. */
function findGatewayLock(folder: StateFolder, command: string): Lock | undefined {
  const lock = findLock(folder, LOCK, command);
  // An address without a lock was left by a gateway that was killed.
  if (lock) rmSync(folder.file(ADDRESS_FILE), { force: true });
  return lock;
}

function isGatewayLocked(folder: StateFolder): boolean {
  return isLocked(folder, LOCK);
}

function findGatewayHolder(folder: StateFolder): Holder | undefined {
  return findHolder(folder, LOCK);
}

/** Writes the address of this process's gateway. @returns removes it */
function writeGatewayAddress(folder: StateFolder, address: GatewayAddress): () => void {
  const path = folder.file(ADDRESS_FILE);
  writePrivateFile(path, JSON.stringify(address));
  return () => rmSync(path, { force: true });
}

/** Reads the address of the lock's holder; undefined if it is not a gateway, or has not written its address yet. */
export function findGatewayAddress(folder: StateFolder): GatewayAddress | undefined {
  try {
    return JSON.parse(readFileSync(folder.file(ADDRESS_FILE), 'utf8')) as GatewayAddress;
  } catch {
    return undefined;
  }
}
