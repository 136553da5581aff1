// Runs a short program to its end and returns its output.
import { debug } from '../debug.js';
import { stopTree, stopTreeAtExit } from './tree.js';

/** The options of {@link runProgram}. */
export interface RunProgramOptions {
  readonly cwd: string;
  /** The whole environment of the program. Default: ours. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds until the program and its descendants are ended. Default: no limit. */
  readonly timeoutMs?: number;
  /** Ends the program and its descendants. */
  readonly signal?: AbortSignal | undefined;
}

/** The output and the exit of a program. */
export interface ProgramResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Undefined if the program could not be started, or a signal ended it. */
  readonly exitCode: number | undefined;
  /** The reason why it could not be started (such as `ENOENT`) or was ended by us; undefined if it ended by itself. */
  readonly failureCode: string | undefined;
}

const MAX_OUTPUT_CHARACTERS = 2 ** 24;
/** Milliseconds from SIGTERM to SIGKILL. */
const GRACE_MS = 1000;

/** Runs a program without input. Never throws: `failureCode` is set if the program could not be started. */
export async function runProgram(
  file: string,
  args: readonly string[],
  { cwd, environment, timeoutMs, signal }: RunProgramOptions,
): Promise<ProgramResult> {
  if (signal?.aborted) return { stdout: '', stderr: '', exitCode: undefined, failureCode: 'ABORT_ERR' };
  const { execa } = await import('execa');
  const running = execa(file, args, {
    cwd,
    stdin: 'ignore',
    reject: false,
    cleanup: false,
    stripFinalNewline: false,
    maxBuffer: MAX_OUTPUT_CHARACTERS,
    ...(environment && { env: environment, extendEnv: false }),
  });
  debug('programs', () => `started ${[file, ...args].join(' ')} (process ${running.pid})`);
  const forget = stopTreeAtExit({ pid: running.pid });
  let failureCode: string | undefined;
  const end = (code: string) => {
    failureCode ??= code;
    void stopTree({ pid: running.pid }, GRACE_MS);
  };
  const abort = () => end('ABORT_ERR');
  const timer = timeoutMs === undefined ? undefined : setTimeout(end, timeoutMs, 'ETIMEDOUT');
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const { stdout, stderr, exitCode, code } = await running;
    debug(
      'programs',
      () => `process ${running.pid} ended with ${exitCode ?? failureCode ?? code ?? 'a signal'}`,
    );
    return {
      stdout: String(stdout ?? ''),
      stderr: String(stderr ?? ''),
      exitCode,
      failureCode: failureCode ?? code,
    };
  } finally {
    forget();
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
