// Starts a module of ours in a Node.js process of its own, with a channel for messages.
import { type ChildProcess, fork } from 'node:child_process';
import { debug } from '../debug.js';

/** A running process that takes and sends messages. What it prints comes as the streams `stdout` and `stderr`. */
export type ForkedProcess = ChildProcess;

/**
 * Starts `module`, a path, with `environment` as all of its environment, without input. That it could not be started is
 * an `error` event of what is returned.
 */
export function forkModule(
  module: string,
  environment: Readonly<Record<string, string | undefined>>,
): ForkedProcess {
  const child = fork(module, [], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...environment },
    // None of ours: a debugger's port, for one, is taken.
    execArgv: [],
  });
  debug('programs', () => `started ${module} (process ${child.pid})`);
  child.once('exit', (code, signal) =>
    debug('programs', () => `process ${child.pid} ended with ${code ?? signal}`),
  );
  return child;
}
