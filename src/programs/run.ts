// Runs a short program to its end and gives what it printed.
import { debug } from '../debug.js';
import { stopTree, stopTreeAtExit } from './tree.js';

/** How {@link runProgram} runs one. */
export interface RunProgramOptions {
  readonly cwd: string;
  /** All of its environment. Default: ours. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds until it and all that it started are ended. Default: no limit. */
  readonly timeoutMs?: number;
  /** Ends it and all that it started. */
  readonly signal?: AbortSignal | undefined;
}

/** How it ended. */
export interface ProgramResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Undefined when it could not be started, or a signal ended it. */
  readonly exitCode: number | undefined;
  /** Why it could not be started, or was ended by us: a code such as `ENOENT`. Undefined when it ended by itself. */
  readonly failureCode: string | undefined;
}

const MAX_OUTPUT_CHARACTERS = 2 ** 24;
/** Milliseconds from being asked to end to being made to. */
const GRACE_MS = 1000;

/** Runs a program without input. Never throws: a program that cannot be started is a result too. */
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
  const forget = stopTreeAtExit(running.pid);
  let failureCode: string | undefined;
  const end = (code: string) => {
    failureCode ??= code;
    void stopTree(running.pid, GRACE_MS);
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
