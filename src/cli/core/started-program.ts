// A program of the user's that we start and that has our terminal: the app behind a tunnel, or what `exec` runs.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { RelayPhoneError } from '../../errors.js';

/** A program that was started. */
export interface StartedProgram {
  /** Its exit code; 128 and the number of the signal for one that a signal ended, as in a shell. */
  readonly ended: Promise<number>;
  /** Sends it a signal; nothing when it has ended. */
  signal(signal: NodeJS.Signals): void;
  /** Asks it to end, and makes it after five seconds. */
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
}

/** Milliseconds. */
const FAREWELL = 5000;

/**
 * Starts a program with our streams.
 *
 * @throws RelayPhoneError `usage` when there is no such program.
 */
export async function startProgram(
  [file = '', ...args]: readonly string[],
  { command, cwd, environment, json }: ProgramOptions,
): Promise<StartedProgram> {
  const spawnHere = await findSpawn();
  const child = spawnHere(file, args, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ['inherit', json ? 2 : 'inherit', 'inherit'],
  });
  const ended = endOf(child);
  const stopWithUs = () => void child.kill();
  process.once('exit', stopWithUs);
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw noProgram(file, command, error);
  }
  return {
    ended: ended.finally(() => process.off('exit', stopWithUs)),
    signal: (signal) => void child.kill(signal),
    stop: async () => {
      child.kill();
      const make = setTimeout(() => child.kill('SIGKILL'), FAREWELL);
      await ended.finally(() => clearTimeout(make));
    },
  };
}

/** On Windows spawn itself would not find what npm installs. */
async function findSpawn(): Promise<typeof spawn> {
  return process.platform === 'win32' ? ((await import('cross-spawn')).default as typeof spawn) : spawn;
}

function endOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGTERM']));
    // After it was started only an error of sending it a signal, which does not end it.
    child.on('error', () => undefined);
  });
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
