// Runs a command in the process of the test, with streams and a clock from the test.
import { tmpdir } from 'node:os';
import { PassThrough, Readable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { CommanderError } from 'commander';
import { COMMANDS } from '../../src/cli/commands/index.js';
import type { InitFlags } from '../../src/cli/commands/init/command.js';
import { run as runInit } from '../../src/cli/commands/init/run.js';
import { endWithError } from '../../src/cli/core/end-with-error.js';
import type { CliPorts } from '../../src/cli/core/ports.js';
import { createProgram } from '../../src/cli/core/program.js';
import { ExitCode, RelayPhoneError } from '../../src/errors.js';
import type { Ended } from './workspace.js';

/** The parts of the context that a test sets. */
export interface InProcessOptions {
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly flags?: Partial<InitFlags>;
}

/** Returns a context without a terminal, in which each wait takes one millisecond. */
export function createTestContext(own: Partial<CliPorts>): CliPorts {
  return {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    environment: {},
    typed: [],
    cwd: tmpdir(),
    isTerminal: false,
    hasKeyboard: () => false,
    hasColour: () => false,
    now: Date.now,
    newId: () => crypto.randomUUID(),
    sleep: () => setTimeout(1),
    onInterrupt: () => undefined,
    handSignals: () => () => undefined,
    ...own,
  };
}

/**
 * Runs the program as its `main` does, but in this process, because a new one takes a third of a second to start. There
 * are no signals and no terminal for questions.
 */
export async function runInProcess(
  args: readonly string[],
  { cwd, environment, input = '' }: { cwd: string; environment: CliPorts['environment']; input?: string },
): Promise<Ended> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const output = Promise.all([readAll(stdout), readAll(stderr)]);
  const context = createTestContext({
    stdin: Readable.from([input]),
    stdout,
    stderr,
    environment,
    typed: args,
    cwd,
    sleep: (milliseconds) => setTimeout(milliseconds),
  });
  const code = await atHome(environment.HOME, () => runProgram(context, args));
  stdout.end();
  stderr.end();
  const [out, err] = await output;
  return { code, stdout: out, stderr: err };
}

const { HOME } = process.env;
let running = 0;

/**
 * Sets HOME of this process, from which Node.js reads the home folder, so that the developer's own is not used. It is back
 * once nothing runs any more; what runs at the same time has one home.
 */
async function atHome<T>(home: string | undefined, work: () => Promise<T>): Promise<T> {
  running += 1;
  process.env.HOME = home;
  try {
    return await work();
  } finally {
    running -= 1;
    if (running === 0) process.env.HOME = HOME;
  }
}

async function runProgram(context: CliPorts, args: readonly string[]): Promise<number> {
  let code = 0;
  try {
    await createProgram(COMMANDS, context, (exitCode) => {
      code = exitCode;
    }).parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    // Commander throws for help and version too, with exit code 0.
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    return endWithError(context, error, args.includes('--json'));
  }
}

/** Runs `init --yes` with waits of one millisecond between attempts. Throws unexpected errors unchanged. */
export async function initInProcess({ cwd, environment = {}, flags = {} }: InProcessOptions): Promise<Ended> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const context = createTestContext({ stdout, stderr, environment, cwd });
  let code: number;
  try {
    code = await runInit(context, { yes: true, country: 'US', ...flags });
  } catch (error) {
    if (!(error instanceof RelayPhoneError)) throw error;
    stderr.write(error.message);
    code = error.exitCode;
  }
  return {
    code: code ?? ExitCode.bug,
    stdout: String(stdout.read() ?? ''),
    stderr: String(stderr.read() ?? ''),
  };
}
