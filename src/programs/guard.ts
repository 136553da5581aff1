// A process that stops a program if we end without doing so: after kill -9, a crash of Node.js, or out of memory.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { debug } from '../debug.js';
import { findPackageFile } from '../package-file.js';
import type { ProcessTree } from './tree.js';

/** Waits in a shell, which is small and starts quickly, until our end of the pipe is closed; then starts Node.js. */
const WAIT = 'read -r _ || exec "$@"';
const MODULE = 'dist/program-guard.cjs';

/** A running guard. */
export interface Guard {
  /** Ends the guard; the program is left alone. */
  dismiss(): void;
}

/**
 * Starts a guard in a session of its own, so that no terminal, and no signal to our group, ends it with us. The operating
 * system closes our end of its pipe however we end.
 *
 * @returns undefined if it cannot be started, as on a system without a shell
 */
export async function startGuard(tree: ProcessTree): Promise<Guard | undefined> {
  try {
    const child = spawnGuard(JSON.stringify(tree));
    // Without a listener, an error after the start would be thrown.
    child.on('error', () => undefined);
    await once(child, 'spawn');
    const { stdin } = child;
    stdin?.on('error', () => undefined);
    child.unref();
    if (stdin && 'unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
    debug('programs', () => `started a guard for process ${tree.pid} (process ${child.pid})`);
    return { dismiss: () => void stdin?.end('\n') };
  } catch (error) {
    debug('programs', () => `started no guard (${error})`);
    return undefined;
  }
}

function spawnGuard(tree: string): ChildProcess {
  const guard = [process.execPath, findPackageFile(MODULE), tree];
  // The guard outlives the program's working folder, and needs only PATH: `ps` is there.
  const options = { cwd: '/', env: { PATH: process.env.PATH }, detached: true } as const;
  const stdio: ['pipe', 'ignore', 'ignore'] = ['pipe', 'ignore', 'ignore'];
  return process.platform === 'win32'
    ? spawn(process.execPath, guard.slice(1), { ...options, cwd: undefined, stdio, windowsHide: true })
    : spawn('/bin/sh', ['-c', WAIT, 'relay-phone-guard', ...guard], { ...options, stdio });
}
