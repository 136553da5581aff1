// Starts a long-running program with our standard streams: the program of `exec`, or the app for another command.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { debug } from '../debug.js';
import { RelayPhoneError } from '../errors.js';
import { stopTree, stopTreeAtExit } from './tree.js';

/** A started program. */
export interface StartedProgram {
  /** Resolves to the exit code; if a signal ended the program, to 128 plus its number, as in a shell. */
  readonly ended: Promise<number>;
  /** Sends a signal to the program, not to its descendants; no effect after it has ended. */
  signal(signal: NodeJS.Signals): void;
  /** Sends SIGTERM to the program and its descendants, and SIGKILL after five seconds. */
  stop(): Promise<void>;
}

/** The options of {@link startProgram}. */
export interface ProgramOptions {
  /** The command that starts it, such as `tunnel`; for advice. */
  readonly command: string;
  readonly cwd: string;
  /** Added to our environment; a variable that is undefined is removed. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** True if our stdout holds a JSON document: then the program's output goes to stderr. */
  readonly json: boolean;
  /** True to start it without loading execa, except on Windows; see docs/decisions/programs.md. */
  readonly isQuick?: boolean;
}

type Child = Pick<ChildProcess, 'pid' | 'kill'> & NodeJS.EventEmitter;
type StartOptions = Pick<ProgramOptions, 'cwd' | 'environment' | 'json'>;

const GRACE_MS = 5000;

/**
 * Starts a program in our process group, so that it can read from the terminal and Ctrl-C reaches it. When our process
 * exits, the program and its descendants get SIGTERM.
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
  // Not its arguments: the user may have put secrets there.
  debug('programs', () => `started ${file} (process ${child.pid})`);
  return control(child, exit);
}

type Start = (file: string, args: readonly string[], options: StartOptions) => Child;

/** execa also finds programs that npm installs on Windows as batch files. */
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
    // After the start, an error means only that a signal could not be sent; the program still runs.
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
    reason: 'the program does not exist or is not executable',
    tryNext: [`relay-phone ${command} -- COMMAND, as you would type it into a shell`],
    cause,
  });
}
