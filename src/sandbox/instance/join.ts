// The sandbox of a state folder: commands join the running one, run it themselves for a while, or serve it for others.
import { existsSync } from 'node:fs';
import { once } from '../../once.js';
import { isLoopback, isWildcard } from '../../origin.js';
import { realNow, sleep } from '../../real-time.js';
import type { StateFolder } from '../../state/folder.js';
import { acquireLock, findHolder, findLock, heldBy, type Lock, type LockOptions } from '../../state/lock.js';
import { type ControlClient, createControlClient } from '../control/client.js';
import { verifySandbox } from '../control/proof.js';
import type { ControlAddress } from '../control/send.js';
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

/** A sandbox to use, in this process or another one. */
export interface JoinedSandbox {
  readonly origin: string;
  /** See `Sandbox.publicOrigin`. */
  readonly publicOrigin: string;
  readonly accountSid: string;
  readonly authToken: string;
  readonly control: ControlClient;
  readonly controlToken: string;
  /** True if it was started with `--strict`: a command fails if it meets something that the sandbox lacks. */
  readonly failsOnUnsupported: boolean;
  /** See {@link SandboxConnections.accept}. */
  readonly accept?: SandboxConnections['accept'];
  /** Closes the sandbox if it runs in this process; else does nothing. */
  close(): Promise<void>;
}

/**
 * Joins the sandbox of a state folder: the served one if it proves its identity, else one in this process, until closed.
 * If another command runs it for itself, this waits until that command ends.
 *
 * @throws RelayPhoneError `needsUser`, naming the holder, if another process holds it longer than `timeoutMs`.
 */
export function joinSandbox(folder: StateFolder, options: LockOptions): Promise<JoinedSandbox> {
  return joinOrRun(folder, options, (lock) => runHere(folder, lock));
}

/**
 * Joins the served sandbox of a state folder, else serves it from this process so that others can join.
 *
 * @throws RelayPhoneError `needsUser`, naming the holder, if a command holds it longer than `timeoutMs`.
 */
export function hostSandbox(
  folder: StateFolder,
  options: LockOptions &
    Pick<SandboxOptions, 'clock' | 'onWriteFailed' | 'onUnsupported'> &
    Pick<ServeOptions, 'failsOnUnsupported'>,
): Promise<JoinedSandbox> {
  return joinOrRun(folder, options, async (lock) => {
    const sandbox = await serve(folder, lock, options);
    const { failsOnUnsupported = false } = options;
    return { ...sandbox, failsOnUnsupported, control: createOwnControl(sandbox) };
  });
}

/**
 * The control client of a sandbox in this process. It reads texts without a request, because the first request to the
 * control API loads Hono and with it undici, and `init` needs nothing else of them.
 */
function createOwnControl({ phone, ...address }: Sandbox): ControlClient {
  return { ...createControlClient(address), texts: async (number) => phone(number).texts() };
}

/** Joins the served sandbox as soon as it answers, else runs one as soon as the lock is free. */
async function joinOrRun(
  folder: StateFolder,
  options: LockOptions,
  run: (lock: Lock) => Promise<JoinedSandbox>,
): Promise<JoinedSandbox> {
  const deadline = realNow() + options.timeoutMs;
  for (let hasWaited = false; ; hasWaited = true) {
    const lock = findLock(folder, LOCK, options.command);
    if (lock) return run(lock);
    // Asked again each time: a busy sandbox may be too slow to answer at first.
    const joined = await findJoinable(folder);
    if (joined) return joined;
    const holder = findHolder(folder, LOCK);
    if (realNow() >= deadline) throw heldBy(folder, options.command, holder);
    if (!hasWaited) options.onWait?.(holder);
    await sleep(50);
  }
}

/** True if a state folder has the database of a sandbox. */
export function hasSandbox(folder: StateFolder): boolean {
  return existsSync(folder.file(DATABASE));
}

/** Returns the served sandbox of a state folder, or undefined if none is running. */
export async function findJoinable(folder: StateFolder): Promise<JoinedSandbox | undefined> {
  const address = findSandboxAddress(folder);
  return address && attach(address);
}

/** The options of a served sandbox. */
type ServeOptions = LockOptions &
  Pick<
    SandboxOptions,
    | 'host'
    | 'publicOrigin'
    | 'account'
    | 'controlToken'
    | 'port'
    | 'spare'
    | 'strict'
    | 'traceparent'
    | 'allowedCountries'
    | 'clock'
    | 'webhooks'
    | 'onWriteFailed'
    | 'onUnsupported'
    | 'onTokenRenewed'
  > & {
    /** Tells the commands that join to fail if they meet something that the sandbox lacks. Default false. */
    readonly failsOnUnsupported?: boolean;
    /** True if the sandbox may only listen on `port`, whatever `spare` allows its proxy. Default false. */
    readonly isPortFixed?: boolean;
    /** Also opens the proxy for other programs; this environment may name the user's own proxy. */
    readonly proxyEnvironment?: Readonly<Record<string, string | undefined>>;
  };

/**
 * Serves the sandbox of a state folder, so that others can join.
 *
 * @throws RelayPhoneError `needsUser`, naming the holder, if another process holds it longer than `timeoutMs`.
 */
export async function serveSandbox(folder: StateFolder, options: ServeOptions): Promise<Sandbox> {
  return serve(folder, await acquireLock(folder, LOCK, options), options);
}

async function serve(folder: StateFolder, lock: Lock, options: ServeOptions): Promise<Sandbox> {
  const {
    host,
    publicOrigin,
    account,
    controlToken: givenToken,
    port,
    spare,
    strict,
    traceparent,
    allowedCountries,
    clock,
    webhooks,
    onWriteFailed,
    onUnsupported,
    onTokenRenewed,
  } = options;
  const sandbox = await open(folder, lock, {
    ...(host !== undefined && { host }),
    ...(publicOrigin !== undefined && { publicOrigin }),
    ...(account && { account }),
    ...(givenToken !== undefined && { controlToken: givenToken }),
    ...(port && { port }),
    ...(spare && !options.isPortFixed && { spare }),
    ...(strict && { strict }),
    ...(traceparent && { traceparent }),
    ...(allowedCountries && { allowedCountries }),
    ...(clock && { clock }),
    ...(webhooks && { webhooks }),
    ...(onWriteFailed && { onWriteFailed }),
    ...(onUnsupported && { onUnsupported }),
    ...(onTokenRenewed && { onTokenRenewed }),
  });
  const { port: bound, publicOrigin: url, controlToken } = sandbox;
  const proxy = options.proxyEnvironment && (await openProxy(folder, sandbox, options));
  const interceptorPort = proxy && { interceptorPort: proxy.port };
  writeSandboxAddress(folder, {
    pid: process.pid,
    port: bound,
    ...(host !== undefined && !isWildcard(host) && !isLoopback(host) && { host }),
    ...(url !== sandbox.origin && { publicOrigin: url }),
    controlToken,
    ...interceptorPort,
    ...(options.failsOnUnsupported && { failsOnUnsupported: true }),
  });
  const close = once(async () => {
    removeSandboxAddress(folder);
    await proxy?.close();
    await sandbox.close();
    lock.release();
  });
  return { ...sandbox, close };
}

/** Opens the proxy on the port after the sandbox's, so that a printed environment stays valid at the next start. */
async function openProxy(
  folder: StateFolder,
  sandbox: Sandbox,
  { proxyEnvironment: environment = {}, ...serving }: ServeOptions,
): Promise<ExecProxy> {
  const { port = 0, spare = 0 } = serving;
  // Loaded only now: most commands do not need the proxy.
  const { openFolderProxy } = await import('./proxy.js');
  const options = { sandbox, environment, port: port && sandbox.port + 1, spare };
  return openFolderProxy(folder, options, serving);
}

async function runHere(folder: StateFolder, lock: Lock): Promise<JoinedSandbox> {
  const sandbox = await open(folder, lock, {});
  const close = async () => {
    await sandbox.close();
    lock.release();
  };
  return { ...describeOwn(sandbox), close };
}

async function open(folder: StateFolder, lock: Lock, options: SandboxOptions): Promise<Sandbox> {
  // We hold the lock, so an address here is left over from a killed process.
  removeSandboxAddress(folder);
  try {
    return await createSandbox({ onUnsupported: ignore, ...options, database: folder.file(DATABASE) });
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** @returns undefined if nothing, or something else, answers at the address */
async function attach(address: SandboxAddress): Promise<JoinedSandbox | undefined> {
  const origin = await findVerifiedOrigin(address);
  if (origin === undefined) return undefined;
  const { publicOrigin = origin, controlToken, failsOnUnsupported = false } = address;
  return { ...(await join({ origin, controlToken })), publicOrigin, failsOnUnsupported };
}

/**
 * Joins a sandbox in another container, or on another machine, whose account may have any SID. The token is not sent before
 * the sandbox has proved that it has it.
 *
 * @throws RelayPhoneError `network` if nothing answers, or something else does.
 */
export async function joinRemoteSandbox(address: ControlAddress): Promise<JoinedSandbox> {
  await verifySandbox(address.origin, address.controlToken);
  return join(address);
}

async function join({ origin, controlToken }: ControlAddress): Promise<JoinedSandbox> {
  const control = createControlClient({ origin, controlToken });
  const { accountSid, authToken } = await control.account();
  return {
    origin,
    publicOrigin: origin,
    accountSid,
    authToken,
    controlToken,
    control,
    failsOnUnsupported: false,
    close: async () => undefined,
  };
}

/** Runs a sandbox in memory, in this process. */
export async function runTransientSandbox(): Promise<JoinedSandbox> {
  const sandbox = await createSandbox({ onUnsupported: ignore });
  return { ...describeOwn(sandbox), close: sandbox.close };
}

/** Describes a sandbox of this process for those that join it. */
function describeOwn(sandbox: Sandbox): Omit<JoinedSandbox, 'close'> {
  const { origin, publicOrigin, accountSid, authToken, controlToken } = sandbox;
  const control = createOwnControl(sandbox);
  return { origin, publicOrigin, accountSid, authToken, controlToken, control, failsOnUnsupported: false };
}

/** Commands show the event instead of a warning of Node.js. */
function ignore(): void {}
