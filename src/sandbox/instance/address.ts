// The address file of a state folder: how to reach its served sandbox.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import type { StateFolder } from '../../state/folder.js';
import { writePrivateFile } from '../../state/private-file.js';
import { verifySandbox } from '../control/proof.js';

/** How to reach a served sandbox. */
export interface SandboxAddress {
  readonly pid: number;
  readonly port: number;
  readonly controlToken: string;
  /** The port of the proxy for other programs, if there is one. */
  readonly interceptorPort?: number;
}

const FILE = 'sandbox.json';

/** Writes the address file, mode 0600. */
export function writeSandboxAddress(folder: StateFolder, address: SandboxAddress): void {
  writePrivateFile(folder.file(FILE), JSON.stringify(address));
}

/** Removes the address file. */
export function removeSandboxAddress(folder: StateFolder): void {
  rmSync(folder.file(FILE), { force: true });
}

/** Returns the written address, or undefined if there is none; the sandbox may have ended since. */
export function findSandboxAddress(folder: StateFolder): SandboxAddress | undefined {
  const path = folder.file(FILE);
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as SandboxAddress;
  } catch {
    // It is being written or removed right now.
    return undefined;
  }
}

/** Returns the origin of the sandbox at an address, or undefined if it does not prove its identity. */
export function findVerifiedOrigin({ port, controlToken }: SandboxAddress): Promise<string | undefined> {
  const origin = `http://127.0.0.1:${port}`;
  return verifySandbox(origin, controlToken).then(
    () => origin,
    () => undefined,
  );
}

/** Returns the origin of the served sandbox of a state folder, or undefined if none is running. */
export async function findRunningSandbox(folder: StateFolder): Promise<string | undefined> {
  const address = findSandboxAddress(folder);
  return address && findVerifiedOrigin(address);
}
