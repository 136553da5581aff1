// Starts one of our modules in its own Node.js process, with a message channel.
import { type ChildProcess, fork } from 'node:child_process';
import { debug } from '../debug.js';

/** A running process that exchanges messages; its output is in the streams `stdout` and `stderr`. */
export type ForkedProcess = ChildProcess;

/**
 * Starts a module without input. If it cannot be started, the returned process emits `error`.
 *
 * @param module its path
 * @param environment its whole environment
 */
export function forkModule(
  module: string,
  environment: Readonly<Record<string, string | undefined>>,
): ForkedProcess {
  const child = fork(module, [], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...environment },
    // Our own arguments would clash: a debugger's port, for example, is already in use.
    execArgv: [],
  });
  debug('programs', () => `started ${module} (process ${child.pid})`);
  child.once('exit', (code, signal) =>
    debug('programs', () => `process ${child.pid} ended with ${code ?? signal}`),
  );
  return child;
}
