// Starts the program. The only place where the process ends.
import { CommanderError } from 'commander';
import { showControls } from '../control-characters.js';
import { COMMANDS } from './commands/index.js';
import { createCliPorts } from './core/ports.js';
import { createProgram } from './core/program.js';

/** The exit code that shells expect after Ctrl-C; `ExitCode.interrupted`. */
const INTERRUPTED = 130;
/** The other signals that would end the process. */
const OTHER_SIGNALS: readonly NodeJS.Signals[] =
  process.platform === 'win32' ? ['SIGHUP', 'SIGBREAK'] : ['SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'];
const SHOW_CURSOR = '\x1b[?25h';

const cleanUps: (() => Promise<void>)[] = [];
let signalTarget: ((signal: NodeJS.Signals) => void) | undefined;
const ports = createCliPorts({
  onInterrupt: (cleanUp) => cleanUps.unshift(cleanUp),
  handSignals: (target) => {
    signalTarget = target;
    for (const signal of OTHER_SIGNALS) process.on(signal, target);
    return () => {
      signalTarget = undefined;
      for (const signal of OTHER_SIGNALS) process.off(signal, target);
    };
  },
});

let interrupted = false;
// Not `once`: the prompts end the process themselves without another listener.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => (signalTarget ? signalTarget(signal) : void endInterrupted()));
}
// Node.js would print both as they are, with the control characters that a message may quote.
process.on('uncaughtException', (error) => void endWithBug(error));
process.prependListener('warning', (warning) => {
  warning.message = showControls(warning.message);
  if (warning.stack !== undefined) warning.stack = warning.stack.split('\n').map(showControls).join('\n');
});
void main(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
});

async function main(argv: readonly string[]): Promise<number> {
  // Here and not as an option of each command, because the prompts read it from the environment too.
  if (hasOption(argv, '--no-color')) process.env.NO_COLOR = '1';
  let exitCode = 0;
  try {
    await createProgram(COMMANDS, ports, (code) => {
      exitCode = code;
    }).parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    // commander reports help and version as errors with exit code 0.
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    return end(error, argv);
  }
}

/** Shows an error. It is loaded here, because a start without an error does not need it. */
async function end(error: unknown, argv: readonly string[]): Promise<number> {
  const { endWithError } = await import('./core/end-with-error.js');
  return endWithError(ports, error, hasOption(argv, '--json'));
}

/** Ends the process after an error that nobody caught. A second one ends it at once. */
async function endWithBug(error: unknown): Promise<void> {
  process.once('uncaughtException', () => process.exit(1));
  process.exit(await end(error, process.argv.slice(2)));
}

/** True if an option is among the words before `--`; the words after it belong to another program. */
function hasOption(argv: readonly string[], option: string): boolean {
  const index = argv.indexOf(option);
  const end = argv.indexOf('--');
  return index !== -1 && (end === -1 || index < end);
}

/** Leaves nothing half done: every change was written to the journal before it was made. */
async function endInterrupted(): Promise<void> {
  // A second Ctrl-C does not wait for a clean-up that hangs.
  if (interrupted) process.exit(INTERRUPTED);
  interrupted = true;
  for (const cleanUp of cleanUps) await cleanUp().catch(() => undefined);
  // A prompt or a spinner may have hidden the cursor.
  ports.stderr.write(`${ports.isTerminal ? SHOW_CURSOR : ''}\nInterrupted.\n`);
  process.exit(INTERRUPTED);
}
