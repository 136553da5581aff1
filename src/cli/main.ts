// Starts the program, and is the one place where the process ends.
import { CommanderError } from 'commander';
import { COMMANDS } from './commands/index.js';
import { createCliPorts } from './core/ports.js';
import { createProgram } from './core/program.js';

/** What shells expect of a program that Ctrl-C ended; `ExitCode.interrupted`. */
const INTERRUPTED = 130;
/** What else a program may be sent, and what would end us. */
const OTHERS: readonly NodeJS.Signals[] =
  process.platform === 'win32' ? ['SIGHUP', 'SIGBREAK'] : ['SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'];
const SHOW_CURSOR = '\x1b[?25h';

const cleanUps: (() => Promise<void>)[] = [];
let heir: ((signal: NodeJS.Signals) => void) | undefined;
const ports = createCliPorts({
  onInterrupt: (cleanUp) => cleanUps.unshift(cleanUp),
  handSignals: (next) => {
    heir = next;
    for (const signal of OTHERS) process.on(signal, next);
    return () => {
      heir = undefined;
      for (const signal of OTHERS) process.off(signal, next);
    };
  },
});

let interrupted = false;
// Not `once`: the prompts end the process themselves when nobody else listens.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => (heir ? heir(signal) : void endInterrupted()));
}
void main(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
});

async function main(argv: readonly string[]): Promise<number> {
  // Here, and not as a flag of each command, because the prompts read it from the environment too.
  if (hasFlag(argv, '--no-color')) process.env.NO_COLOR = '1';
  let exitCode = 0;
  try {
    await createProgram(COMMANDS, ports, (code) => {
      exitCode = code;
    }).parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Help and version are errors to commander, with a good end.
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    // Loaded only now, as every command is: what starts the program must start fast.
    const { endWithError } = await import('./core/errors.js');
    return endWithError(ports, error, hasFlag(argv, '--json'));
  }
}

/** What stands behind `--` is for another program. */
function hasFlag(argv: readonly string[], flag: string): boolean {
  const index = argv.indexOf(flag);
  const end = argv.indexOf('--');
  return index !== -1 && (end === -1 || index < end);
}

/** Nothing is half done by this: every change was written down before it was begun. */
async function endInterrupted(): Promise<void> {
  // Asked twice, it does not wait for a clean-up that hangs.
  if (interrupted) process.exit(INTERRUPTED);
  interrupted = true;
  for (const cleanUp of cleanUps) await cleanUp().catch(() => undefined);
  // A prompt or a spinner may have hidden the cursor.
  ports.stderr.write(`${ports.isTerminal ? SHOW_CURSOR : ''}\nInterrupted.\n`);
  process.exit(INTERRUPTED);
}
