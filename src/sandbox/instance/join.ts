// Finds the one sandbox of a state folder: joins the one that is running, or runs it here for a while.
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { once } from '../../once.js';
import type { StateFolder } from '../../state/folder.js';
import { acquireLock, findHolder, findLock, heldBy, type Lock, type LockOptions } from '../../state/lock.js';
import { type ControlClient, createControlClient } from '../control/client.js';
import { createSandbox } from '../create.js';
import type { SandboxConnections } from '../proxy/connections.js';
import type { ExecProxy } from '../proxy/proxy.js';
import type { Sandbox, SandboxOptions } from '../sandbox.js';
import {
  findSandboxAddress,
  findVerifiedOrigin,
  removeSandboxAddress,
  type SandboxAddress,
  writeSandboxAddress,
} from './address.js';

const LOCK = 'sandbox';
const DATABASE = 'sandbox.db';
/** A sandbox we may use, ours or another process's. */
export interface JoinedSandbox {
  readonly origin: string;
  readonly accountSid: string;
  readonly authToken: string;
  readonly control: ControlClient;
  /** See {@link SandboxConnections}. */
  readonly accept?: SandboxConnections['accept'];
  /** Leaves it; ends it if it runs in this process. */
  close(): Promise<void>;
}

/**
 * Joins the sandbox of a state folder: attaches to a long-running one after it has proven by a nonce that it is the
 * right one, waits for a short-lived one to end, and else runs it in this process until closed.
 *
 * @throws RelayPhoneError `needsUser`, naming the holder, when it is still held after `patience`.
 */
export async function joinSandbox(folder: StateFolder, options: LockOptions): Promise<JoinedSandbox> {
  const deadline = Date.now() + options.timeoutMs;
  for (let told = false; ; told = true) {
    const lock = findLock(folder, LOCK, options.command);
    if (lock) return runHere(folder, lock);
    const joined = await findJoinable(folder);
    if (joined) return joined;
    const holder = findHolder(folder, LOCK);
    if (Date.now() >= deadline) throw heldBy(folder, options.command, holder);
    if (!told) options.onWait?.(holder);
    await sleep(50);
  }
}

/**
 * Joins the running sandbox of a state folder, else runs it in this process so that others may join.
 *
 * @throws RelayPhoneError `needsUser`, naming the holder, when a short-lived one holds it longer than `patience`.
 */
export async function hostSandbox(
  folder: StateFolder,
  options: LockOptions & Pick<SandboxOptions, 'clock'>,
): Promise<JoinedSandbox> {
  const joined = await findJoinable(folder);
  if (joined) return joined;
  const { controlToken, ...sandbox } = await serveSandbox(folder, options);
  return { ...sandbox, control: createControlClient({ origin: sandbox.origin, controlToken }) };
}

/** Whether a sandbox was ever made in a state folder. */
export function hasSandbox(folder: StateFolder): boolean {
  return existsSync(folder.file(DATABASE));
}

/** The long-running sandbox of a state folder; undefined when none runs. */
export async function findJoinable(folder: StateFolder): Promise<JoinedSandbox | undefined> {
  const address = findSandboxAddress(folder);
  return address && attach(address);
}

/** How a sandbox is served. */
type Serving = LockOptions &
  Pick<SandboxOptions, 'port' | 'spare' | 'strict' | 'clock' | 'webhooks'> & {
    /** Also opens a proxy for other programs, with this environment's proxy behind it. */
    readonly intercepts?: Readonly<Record<string, string | undefined>>;
  };

/**
 * Runs the sandbox of a state folder as a server that others join.
 *
 * @throws RelayPhoneError `needsUser`, naming the holder, when it is still held after `patience`.
 */
export async function serveSandbox(folder: StateFolder, options: Serving): Promise<Sandbox> {
  const lock = await acquireLock(folder, LOCK, options);
  const { port, spare, strict, clock, webhooks } = options;
  const sandbox = await open(folder, lock, {
    ...(port && { port }),
    ...(spare && { spare }),
    ...(strict && { strict }),
    ...(clock && { clock }),
    ...(webhooks && { webhooks }),
  });
  const { port: bound, controlToken } = sandbox;
  const interceptor = options.intercepts && (await intercept(folder, sandbox, options));
  const interceptorPort = interceptor && { interceptorPort: interceptor.port };
  writeSandboxAddress(folder, { pid: process.pid, port: bound, controlToken, ...interceptorPort });
  const close = once(async () => {
    removeSandboxAddress(folder);
    await interceptor?.close();
    await sandbox.close();
    lock.release();
  });
  return { ...sandbox, close };
}

/** At the next port, so that a program that was told of it finds it there at the next start too. */
async function intercept(
  folder: StateFolder,
  sandbox: Sandbox,
  { intercepts: environment = {}, ...serving }: Serving,
): Promise<ExecProxy> {
  const { port = 0, spare = 0 } = serving;
  // Loaded only now: most commands run the sandbox for themselves alone.
  const { openFolderProxy } = await import('./proxy.js');
  const options = { sandbox, environment, port: port && sandbox.port + 1, spare };
  return openFolderProxy(folder, options, serving);
}

async function runHere(folder: StateFolder, lock: Lock): Promise<JoinedSandbox> {
  const sandbox = await open(folder, lock, {});
  const { origin, accountSid, authToken, controlToken } = sandbox;
  const close = async () => {
    await sandbox.close();
    lock.release();
  };
  return { origin, accountSid, authToken, control: createControlClient({ origin, controlToken }), close };
}

async function open(folder: StateFolder, lock: Lock, options: SandboxOptions): Promise<Sandbox> {
  // Whoever left an address behind without holding the lock was killed.
  removeSandboxAddress(folder);
  try {
    return await createSandbox({ ...options, database: folder.file(DATABASE) });
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** @returns undefined when nobody, or somebody else, answers at that address */
async function attach(address: SandboxAddress): Promise<JoinedSandbox | undefined> {
  const origin = await findVerifiedOrigin(address);
  if (origin === undefined) return undefined;
  const { controlToken } = address;
  const control = createControlClient({ origin, controlToken });
  const { accountSid, authToken } = await control.account();
  return { origin, accountSid, authToken, control, close: async () => undefined };
}

/** Runs a sandbox in this process that keeps nothing. */
export async function runTransientSandbox(): Promise<JoinedSandbox> {
  const { origin, accountSid, authToken, controlToken, close } = await createSandbox({});
  return { origin, accountSid, authToken, control: createControlClient({ origin, controlToken }), close };
}
