// Runs a command inside the test's own process, with streams and a clock of the test's.
import { tmpdir } from 'node:os';
import { PassThrough } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { InitFlags } from '../../src/cli/commands/init/command.js';
import { run as runInit } from '../../src/cli/commands/init/run.js';
import type { CliPorts } from '../../src/cli/core/ports.js';
import { ExitCode, RelayPhoneError } from '../../src/errors.js';
import type { Ended } from './workspace.js';

/** What of the context a test sets itself. */
export interface InProcessOptions {
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly flags?: Partial<InitFlags>;
}

/** A context of nobody's, whose waits are cut to a millisecond. */
export function createTestContext(own: Partial<CliPorts>): CliPorts {
  return {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    environment: {},
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

/** Runs `init --yes`; waits between attempts are cut to a millisecond. A bug comes out as the exception it is. */
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
