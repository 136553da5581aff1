// The address file of a state folder: how to reach its served sandbox.
import { readFileSync, rmSync } from 'node:fs';
import { findSystemCode, RelayPhoneError } from '../../errors.js';
import { LATE } from '../../http/failure.js';
import { formatOrigin } from '../../origin.js';
import type { StateFolder } from '../../state/folder.js';
import { writePrivateFile } from '../../state/private-file.js';
import { verifySandbox } from '../control/proof.js';

/** How to reach a served sandbox. */
export interface SandboxAddress {
  readonly pid: number;
  readonly port: number;
  /** The address that it listens on, if 127.0.0.1 does not reach it. */
  readonly host?: string;
  /** The origin in the URLs that it hands out, if it is another one than where it listens. */
  readonly publicOrigin?: string;
  readonly controlToken: string;
  /** The port of the proxy for other programs, if there is one. */
  readonly interceptorPort?: number;
  /** True if commands fail that meet something the sandbox lacks. */
  readonly failsOnUnsupported?: true;
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
  try {
    return JSON.parse(readFileSync(folder.file(FILE), 'utf8')) as SandboxAddress;
  } catch (error) {
    // It is being written or removed right now.
    if (error instanceof SyntaxError || findSystemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Returns the origin of the sandbox at an address, or undefined if it does not prove its identity. */
export function findVerifiedOrigin(address: SandboxAddress): Promise<string | undefined> {
  const origin = originOf(address);
  return verifySandbox(origin, address.controlToken).then(
    () => origin,
    () => undefined,
  );
}

/**
 * Returns the origin of the served sandbox of a state folder, or undefined if none is running.
 *
 * @throws RelayPhoneError `network` if something listens there and does not answer: it may be the sandbox, or not
 */
export async function findRunningSandbox(folder: StateFolder): Promise<string | undefined> {
  const address = findSandboxAddress(folder);
  if (!address) return undefined;
  const origin = originOf(address);
  try {
    await verifySandbox(origin, address.controlToken);
    return origin;
  } catch (error) {
    if (error instanceof RelayPhoneError && findSystemCode(error.cause) === LATE) throw error;
    return undefined;
  }
}

function originOf({ host = '127.0.0.1', port }: SandboxAddress): string {
  return formatOrigin(host, port);
}
