// Where the sandbox of a state folder says how to reach it, and whether it is still there.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { StateFolder } from '../../state/folder.js';
import { verifySandbox } from '../control/proof.js';

/** How to reach a sandbox in another process. */
export interface SandboxAddress {
  readonly pid: number;
  readonly port: number;
  readonly controlToken: string;
  /** Where programs that use it as a proxy find it. */
  readonly interceptorPort?: number;
}

const FILE = 'sandbox.json';

/** Writes it down, for the owner alone. */
export function writeSandboxAddress(folder: StateFolder, address: SandboxAddress): void {
  writeFileSync(folder.file(FILE), JSON.stringify(address), { mode: 0o600 });
}

/** Takes it away. */
export function removeSandboxAddress(folder: StateFolder): void {
  rmSync(folder.file(FILE), { force: true });
}

/** The address that stands there; nobody need be at it. */
export function findSandboxAddress(folder: StateFolder): SandboxAddress | undefined {
  const path = folder.file(FILE);
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as SandboxAddress;
  } catch {
    // It is being written or taken away this very moment.
    return undefined;
  }
}

/** The origin of the sandbox at an address; undefined unless it has proven to be the one. */
export function findVerifiedOrigin({ port, controlToken }: SandboxAddress): Promise<string | undefined> {
  const origin = `http://127.0.0.1:${port}`;
  return verifySandbox(origin, controlToken).then(
    () => origin,
    () => undefined,
  );
}

/** The origin of the long-running sandbox of a state folder; undefined when none runs. */
export async function findRunningSandbox(folder: StateFolder): Promise<string | undefined> {
  const address = findSandboxAddress(folder);
  return address && findVerifiedOrigin(address);
}
