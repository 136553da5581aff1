// Starts a program that goes on beside us with our streams: what `exec` runs, or the app that another command needs.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { debug } from '../debug.js';
import { RelayPhoneError } from '../errors.js';
import { stopTree, stopTreeAtExit } from './tree.js';

/** A program that was started. */
export interface StartedProgram {
  /** Its exit code; 128 and the number of the signal for one that a signal ended, as in a shell. */
  readonly ended: Promise<number>;
  /** Sends a signal to the program alone, as a terminal's shell would; nothing when it has ended. */
  signal(signal: NodeJS.Signals): void;
  /** Asks it and all that it started to end, and makes them after five seconds. */
  stop(): Promise<void>;
}

/** How {@link startProgram} starts one. */
export interface ProgramOptions {
  /** For advice, such as `tunnel`. */
  readonly command: string;
  readonly cwd: string;
  /** Added to our environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether our stdout is taken by a document, so that what the program prints goes to stderr. */
  readonly json: boolean;
  /** Starts it without loading execa, except on Windows (docs/decisions/programs.md). */
  readonly isQuick?: boolean;
}

type Child = Pick<ChildProcess, 'pid' | 'kill'> & NodeJS.EventEmitter;
type StartOptions = Pick<ProgramOptions, 'cwd' | 'environment' | 'json'>;

const GRACE_MS = 5000;

/**
 * Starts a program in our process group, so that it may read from the terminal and one Ctrl-C reaches it. When our
 * process exits, it and all that it started are asked to end.
 *
 * @param command the program and its arguments
 * @throws RelayPhoneError `usage` if the program does not exist or may not be run.
 */
export async function startProgram(
  [file = '', ...args]: readonly string[],
  options: ProgramOptions,
): Promise<StartedProgram> {
  const isQuick = options.isQuick && process.platform !== 'win32';
  const start = isQuick ? spawnProgram : await loadExeca();
  const child = start(file, args, options);
  const exit = exitOf(child);
  try {
    await once(child, 'spawn');
  } catch (error) {
    debug('programs', () => `could not start ${file}`);
    throw noProgram(file, options.command, error);
  }
  // Its arguments are the user's, and may hold secrets that we do not know.
  debug('programs', () => `started ${file} (process ${child.pid})`);
  return control(child, exit);
}

type Start = (file: string, args: readonly string[], options: StartOptions) => Child;

/** Finds also what npm installs on Windows, where it is a batch file. */
async function loadExeca(): Promise<Start> {
  const { execa } = await import('execa');
  return (file, args, { cwd, environment, json }) =>
    execa(file, args, {
      stdio: streams(json),
      cwd,
      env: environment,
      reject: false,
      buffer: false,
      cleanup: false,
      windowsHide: false,
    });
}

const spawnProgram: Start = (file, args, { cwd, environment, json }) =>
  spawn(file, args, { stdio: streams(json), cwd, env: { ...process.env, ...environment } });

function streams(json: boolean): ['inherit', 'inherit' | 2, 'inherit'] {
  return ['inherit', json ? 2 : 'inherit', 'inherit'];
}

function exitOf(child: Child): Promise<number> {
  return new Promise((resolve) => {
    child.once('exit', (code: number | null, signal: NodeJS.Signals | null) =>
      resolve(code ?? 128 + constants.signals[signal ?? 'SIGTERM']),
    );
    // After it was started only an error of sending it a signal, which does not end it.
    child.on('error', () => undefined);
  });
}

function control(child: Child, exit: Promise<number>): StartedProgram {
  let hasEnded = false;
  const { pid } = child;
  const forget = stopTreeAtExit(pid);
  const ended = exit.then((code) => {
    debug('programs', () => `process ${pid} ended with ${code}`);
    hasEnded = true;
    forget();
    return code;
  });
  return {
    ended,
    signal: (signal) => void child.kill(signal),
    stop: async () => {
      if (!hasEnded) await stopTree(pid, GRACE_MS);
      await ended;
    },
  };
}

function noProgram(file: string, command: string, cause: unknown): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: `start ${file}`,
    reason: 'there is no such program, or it may not be run',
    tryNext: [`relay-phone ${command} -- COMMAND, as it is typed into a shell`],
    cause,
  });
}
