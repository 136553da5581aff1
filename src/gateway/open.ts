// Opens the exchanges of a state folder: for the gateway that fills them, and for commands that look at them.
import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
import {
  createGatewayClient,
  createGatewayControlListener,
  type GatewayAddress,
  type GatewayClient,
} from './control.js';
import { openRecords, type Records } from './exchanges/records.js';
import { createGateway, type Gateway, type GatewayOptions } from './gateway.js';

/** Exchanges to look at and to add to. */
export interface OpenedExchanges extends Omit<GatewayClient, 'follow'> {
  close(): Promise<void>;
}

/**
 * Makes the gateway of a state folder, which keeps its exchanges there and lets other processes look at them. It does not
 * listen by itself.
 *
 * @throws RelayPhoneError `needsUser` when another gateway has the folder.
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

/** In a folder that cannot be written, traffic flows all the same; the gateway itself tells that nothing is recorded. */
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
 * Opens the exchanges of a state folder: those of the gateway that runs, else the file itself, for as short as possible.
 *
 * @throws RelayPhoneError `needsUser`, naming the holder, when they are still held after `timeoutMs`.
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

/** The gateway that runs on a state folder; undefined when none does. */
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

/** The file of the exchanges in a state folder. */
export const DATABASE = 'gateway.db';

/** Takes the exchanges if nobody has them. */
function findGatewayLock(folder: StateFolder, command: string): Lock | undefined {
  const lock = findLock(folder, LOCK, command);
  // Whoever left an address behind without holding the lock was killed.
  if (lock) rmSync(folder.file(ADDRESS_FILE), { force: true });
  return lock;
}

/** Whether somebody has them. */
function isGatewayLocked(folder: StateFolder): boolean {
  return isLocked(folder, LOCK);
}

/** Who says to have them. */
function findGatewayHolder(folder: StateFolder): Holder | undefined {
  return findHolder(folder, LOCK);
}

/** Says where the gateway that holds them is asked. @returns takes it back */
function writeGatewayAddress(folder: StateFolder, address: GatewayAddress): () => void {
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
