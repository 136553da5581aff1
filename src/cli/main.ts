// Starts the program, and is the one place where the process ends.
import { CommanderError } from 'commander';
import { createContext } from './context.js';
import { createProgram } from './program.js';

/** What shells expect of a program that Ctrl-C ended; `ExitCode.interrupted`. */
const INTERRUPTED = 130;

const cleanUps: (() => Promise<void>)[] = [];
const context = createContext((cleanUp) => cleanUps.unshift(cleanUp));

process.once('SIGINT', () => void endInterrupted());
process.once('SIGTERM', () => void endInterrupted());
process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  try {
    await createProgram(context, (code) => {
      exitCode = code;
    }).parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Help and version are errors to commander, with a good end.
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    // Loaded only now, as every command is: what starts the program must start fast.
    const { endWithError } = await import('./ending.js');
    return endWithError(context, error, argv.includes('--json'));
  }
}

/** Nothing is half done by this: every change was written down before it was begun. */
async function endInterrupted(): Promise<never> {
  for (const cleanUp of cleanUps) await cleanUp().catch(() => undefined);
  context.stderr.write('\nInterrupted.\n');
  process.exit(INTERRUPTED);
}
