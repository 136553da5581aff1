// A program of the user's that we start and that has our terminal: the app behind a tunnel, or what `exec` runs.
import { constants } from 'node:os';
import { RelayPhoneError } from '../errors.js';

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
  const { execa } = await import('execa');
  const child = execa(file, args, {
    cwd,
    env: environment,
    stdin: 'inherit',
    stdout: json ? 2 : 'inherit',
    stderr: 'inherit',
    reject: false,
    forceKillAfterDelay: FAREWELL,
  });
  const ended = child.then(({ exitCode, code, signal }) => {
    if (code === 'ENOENT' || code === 'EACCES') return Number.NaN;
    return exitCode ?? (signal === undefined ? 1 : 128 + constants.signals[signal]);
  });
  if (child.pid === undefined && Number.isNaN(await ended)) throw noProgram(file, command);
  return {
    ended,
    signal: (signal) => void child.kill(signal),
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}

function noProgram(file: string, command: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: `start ${file}`,
    reason: 'there is no such program, or it may not be run',
    tryNext: [`relay-phone ${command} -- COMMAND, as it is typed into a shell`],
  });
}
