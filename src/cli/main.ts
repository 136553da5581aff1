// Starts the program. The only place where the process ends.
import { isatty } from 'node:tty';
import { CommanderError } from 'commander';
import { formatSafeJson, showControls } from '../control-characters.js';
import { RelayPhoneError } from '../errors.js';
import { explainMachineFault } from '../machine-fault.js';
import { COMMANDS } from './commands/index.js';
import { type CleanUp, createCliPorts } from './core/ports.js';
import { createProgram } from './core/program.js';

/** The exit code that shells expect after Ctrl-C; `ExitCode.interrupted`. */
const INTERRUPTED = 130;
/** The signals that end a command: those of the system, of a terminal that is closed, and of the keyboard. */
const ENDING_SIGNALS: readonly NodeJS.Signals[] = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  process.platform === 'win32' ? 'SIGBREAK' : 'SIGQUIT',
];
/** The other signals, which only a started program gets. */
const OTHER_SIGNALS: readonly NodeJS.Signals[] = process.platform === 'win32' ? [] : ['SIGUSR1', 'SIGUSR2'];
/** Milliseconds that the clean-up after a crash may take. */
const CLEAN_UP_TIMEOUT_MS = 30_000;
/** Milliseconds after which the process ends although something is left open. */
const LINGER_MS = 1000;
const SHOW_CURSOR = '\x1b[?25h';

/** The standard streams that are a terminal at the start. */
const terminals = [0, 1, 2].filter((fd) => isatty(fd));
const cleanUps: CleanUp[] = [];
let signalTarget: ((signal: NodeJS.Signals) => void) | undefined;
const ports = createCliPorts({
  onInterrupt: (one) => cleanUps.unshift(one),
  handSignals: (target) => {
    signalTarget = target;
    for (const signal of OTHER_SIGNALS) process.on(signal, target);
    return () => {
      signalTarget = undefined;
      for (const signal of OTHER_SIGNALS) process.off(signal, target);
    };
  },
});

/** Set once something other than the command decides how the process ends. */
let ending: 'interrupted' | 'crashed' | undefined;
let cleaning: Promise<number | undefined> | undefined;
// Not `once`: the prompts end the process themselves without another listener.
for (const signal of ENDING_SIGNALS) {
  process.on(signal, () => (signalTarget ? signalTarget(signal) : void endInterrupted(signal)));
}
// Node.js would print both as they are, with the control characters that a message may quote. A rejection that nobody
// handles arrives here too.
process.on('uncaughtException', (error) => void endCrashed(error));
process.prependListener('warning', (warning) => {
  warning.message = showControls(warning.message);
  if (warning.stack !== undefined) warning.stack = warning.stack.split('\n').map(showControls).join('\n');
});
// Nothing is left to do: without this, Node.js would first take its whole memory apart.
process.once('beforeExit', exit);
void main(process.argv.slice(2)).then((exitCode) => {
  if (ending) return;
  process.exitCode = exitCode;
  if (isTerminalGone()) exit(exitCode);
  endSoon();
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

/** Shows an error. It is loaded here, because a start without an error does not need it. @returns the exit code */
async function end(error: unknown, argv: readonly string[]): Promise<number> {
  const isJson = hasOption(argv, '--json');
  try {
    const { endWithError } = await import('./core/end-with-error.js');
    return endWithError(ports, error, isJson);
  } catch (loadError) {
    return endUnloaded(
      explainMachineFault(error) ?? explainMachineFault(loadError) ?? incomplete(loadError),
      isJson,
    );
  }
}

/** Shows an error with what is loaded already: too many files are open, or the package is incomplete. */
function endUnloaded(error: RelayPhoneError, isJson: boolean): number {
  const lines = [...error.lines, ...error.tryNext.map((what) => `  Try: ${what}`)];
  ports.stderr.write(`${lines.map(showControls).join('\n')}\n`);
  if (isJson) ports.stdout.write(`${formatSafeJson({ error })}\n`);
  return error.exitCode;
}

function incomplete(cause: unknown): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'load relay-phone',
    reason: String(cause),
    tryNext: ['npm install relay-phone again', 'in a clone of its repository: npm run build'],
    cause,
  });
}

/** Ends the process even if a command that failed left something open, but not before its output is written. */
function endSoon(): void {
  const end = () => (isWriting() ? endSoon() : process.exit());
  setTimeout(end, LINGER_MS).unref();
}

function isWriting(): boolean {
  return process.stdout.writableLength > 0 || process.stderr.writableLength > 0;
}

/** Ends the process after an error that nobody caught, and cleans up first. Further ones are of no interest. */
async function endCrashed(error: unknown): Promise<void> {
  if (ending === 'crashed') return;
  ending = 'crashed';
  const exitCode = await end(error, process.argv.slice(2)).catch(() => 1);
  setTimeout(() => process.exit(exitCode), CLEAN_UP_TIMEOUT_MS);
  await cleanUp();
  exit(exitCode);
}

/** Node.js 20 aborts in its own exit if its terminal was closed; then the process ends as SIGHUP would have ended it. */
function exit(exitCode: number): void {
  if (isTerminalGone() && process.platform !== 'win32') {
    process.removeAllListeners('SIGHUP');
    process.kill(process.pid, 'SIGHUP');
  }
  process.exit(exitCode);
}

function isTerminalGone(): boolean {
  return terminals.some((fd) => !isatty(fd));
}

/** True if an option is among the words before `--`; the words after it belong to another program. */
function hasOption(argv: readonly string[], option: string): boolean {
  const index = argv.indexOf(option);
  const end = argv.indexOf('--');
  return index !== -1 && (end === -1 || index < end);
}

/** Leaves nothing half done: every change was written to the journal before it was made. */
async function endInterrupted(signal: NodeJS.Signals): Promise<void> {
  // A terminal that is closed may send SIGHUP several times, and beside another signal.
  if (ending && signal === 'SIGHUP') return;
  // A second Ctrl-C does not wait for a clean-up that hangs.
  if (ending) process.exit(INTERRUPTED);
  ending = 'interrupted';
  const exitCode = await cleanUp();
  // A prompt or a spinner may have hidden the cursor.
  ports.stderr.write(`${ports.isTerminal ? SHOW_CURSOR : ''}\nInterrupted.\n`);
  exit(exitCode ?? INTERRUPTED);
}

/** Runs every clean-up, once. @returns the exit code of the first that has one */
function cleanUp(): Promise<number | undefined> {
  cleaning ??= (async () => {
    let exitCode: number | undefined;
    // Taken out one by one: a clean-up may ask for another one.
    for (let one = cleanUps.shift(); one; one = cleanUps.shift()) {
      const found = await one().catch(() => undefined);
      exitCode ??= found ?? undefined;
    }
    return exitCode;
  })();
  return cleaning;
}
