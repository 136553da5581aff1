// Starts a long-running program with our standard streams: the program of `exec`, or the app for another command.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { constants } from 'node:os';
import { debug } from '../debug.js';
import { RelayPhoneError } from '../errors.js';
import { startGuard } from './guard.js';
import {
  findStartTime,
  MARK_VARIABLE,
  type ProcessEntry,
  type ProcessTree,
  stopTree,
  stopTreeAtExit,
  waitForTree,
} from './tree.js';

/** A started program. */
export interface StartedProgram {
  /** How its processes are recognised. */
  readonly tree: ProcessTree;
  /**
   * Resolves when the program has ended, and what it left running was stopped: to its exit code, or if a signal ended it to
   * 128 plus the number of the signal, as in a shell.
   */
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
  /** True if there is a terminal: then the program stays in our session, so that it can read from the terminal. */
  readonly hasTerminal: boolean;
  /** Is called with what the program left running when it ended by itself, before that is stopped. */
  readonly onLeft?: (processes: readonly ProcessEntry[]) => void;
  /** True to start it without loading execa, except on Windows; see docs/decisions/programs.md. */
  readonly isQuick?: boolean;
}

type Child = Pick<ChildProcess, 'pid' | 'kill'> & NodeJS.EventEmitter;
type StartOptions = Pick<ProgramOptions, 'cwd' | 'environment' | 'json'> & { readonly detached: boolean };

/** Milliseconds from SIGTERM to SIGKILL. */
const GRACE_MS = 5000;
/** Milliseconds in which the descendants of a program that has ended may end by themselves, as after Ctrl-C. */
const LINGER_MS = 1000;

/**
 * Starts a program. With a terminal it is in our process group, so that it can read from the terminal and Ctrl-C reaches
 * it; without one it leads a group of its own. However our process ends, the program and its descendants are stopped.
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
  const mark = randomUUID();
  const marks = [process.env[MARK_VARIABLE], mark].filter(Boolean).join(',');
  const detached = !options.hasTerminal && process.platform !== 'win32';
  const environment = { ...options.environment, [MARK_VARIABLE]: marks };
  const child = start(file, args, { ...options, environment, detached });
  const exit = exitOf(child);
  try {
    await once(child, 'spawn');
  } catch (error) {
    debug('programs', () => `could not start ${file}`);
    throw noProgram(file, options.command, error);
  }
  const { pid } = child;
  // Not its arguments: the user may have put secrets there.
  debug('programs', () => `started ${file} (process ${pid})`);
  const startTime = pid === undefined ? undefined : findStartTime(pid);
  return control(child, { pid, startTime, leadsGroup: detached, mark }, exit, options.onLeft);
}

type Start = (file: string, args: readonly string[], options: StartOptions) => Child;

/** execa also finds programs that npm installs on Windows as batch files. */
async function loadExeca(): Promise<Start> {
  const { execa } = await import('execa');
  return (file, args, { cwd, environment, json, detached }) =>
    execa(file, args, {
      stdio: streams(json),
      cwd,
      detached,
      env: environment,
      reject: false,
      buffer: false,
      cleanup: false,
      windowsHide: false,
    });
}

const spawnProgram: Start = (file, args, { cwd, environment, json, detached }) =>
  spawn(file, args, { stdio: streams(json), cwd, detached, env: { ...process.env, ...environment } });

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

async function control(
  child: Child,
  tree: ProcessTree,
  exit: Promise<number>,
  onLeft: ProgramOptions['onLeft'],
): Promise<StartedProgram> {
  let isSignalled = false;
  let hasEnded = false;
  let stopping: Promise<void> | undefined;
  const stopAll = () => {
    stopping ??= stopTree(tree, GRACE_MS);
    return stopping;
  };
  const guard = await startGuard(tree);
  // The guard does it better: it waits, and sends SIGKILL.
  const forget = guard ? guard.dismiss : stopTreeAtExit(tree);
  const ended = exit.then(async (code) => {
    debug('programs', () => `process ${tree.pid} ended with ${code}`);
    hasEnded = true;
    // A signal of ours went to the program alone; one of the terminal went to all of them.
    const left = isSignalled || stopping ? undefined : await waitForTree(tree, LINGER_MS);
    if (left && left.length > 0 && !stopping) onLeft?.(left);
    // Windows finds no descendants of a program that has ended.
    await (process.platform === 'win32' || left?.length === 0 ? stopping : stopAll());
    forget();
    return code;
  });
  return {
    tree,
    ended,
    signal: (signal) => {
      isSignalled = true;
      child.kill(signal);
    },
    stop: async () => {
      if (!hasEnded || process.platform !== 'win32') await stopAll();
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
