// Runs the built CLI on a pseudo-terminal, where a test reads the output and types.
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { onTestFinished } from 'vitest';
import { DEADLINE } from './deadline.js';
import { CLI } from './workspace.js';

/** The codes of special keys; `clear` empties the line. */
export const KEY = {
  enter: '\r',
  down: '\x1b[B',
  ctrlC: '\x03',
  ctrlD: '\x04',
  ctrlZ: '\x1a',
  clear: '\x15',
} as const;

/** The folder of the CLI, and its environment besides `PATH`, `HOME` and `TERM`. */
export interface TerminalOptions {
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Another program and its first arguments, in place of the built CLI. */
  readonly program?: readonly [string, ...string[]];
}

/** One run of the CLI on a terminal; it is killed if the test ends first. */
export interface Terminal {
  /** Everything the terminal received, including control sequences. */
  received(): string;
  /** The same without control sequences. */
  shown(): string;
  /** Waits for `text` to appear after the text waited for before. Throws if the run ends first, or at the deadline. */
  waitFor(text: string): Promise<void>;
  type(...keys: readonly string[]): void;
  /** Sends a signal; POSIX systems only. */
  kill(signal: string): void;
  /** Waits for `question`, then types. */
  answer(question: string, ...keys: readonly string[]): Promise<void>;
  /** The exit code, once everything has been received. Rejects with what is shown if it still runs at the deadline. */
  readonly ended: Promise<number>;
}

/** Columns, more than any line has, so that no text is wrapped. */
const WIDTH = 400;

const pty = await import('@lydell/node-pty').catch(() => undefined);

/** Whether this machine supports pseudo-terminals: Linux, macOS and Windows on x64 and arm64 have a binary. */
export const hasTerminals = pty !== undefined;

/** Starts the built CLI on a terminal. */
export function startOnTerminal(args: readonly string[], options: TerminalOptions): Terminal {
  const child = spawn(args, options);
  let [received, seen] = ['', 0];
  let exitCode: number | undefined;
  child.onData((data) => {
    received += data;
  });
  const exit = new Promise<number>((resolve) => {
    child.onExit((end) => {
      exitCode = end.exitCode;
      resolve(exitCode);
    });
  });
  onTestFinished(async () => {
    if (exitCode === undefined) child.kill();
    await exit;
  });

  const shown = () => stripVTControlCharacters(received);
  const type = (...keys: readonly string[]) => child.write(keys.join(''));
  const waitFor = async (text: string) => {
    const deadline = Date.now() + DEADLINE;
    for (;;) {
      // Checked before the screen, because the last output arrives before the exit.
      const over = exitCode !== undefined || Date.now() > deadline;
      const at = shown().indexOf(text, seen);
      seen = at < 0 ? seen : at + text.length;
      if (at >= 0) return;
      if (over) throw new Error(`no "${text}" (exit code ${exitCode ?? 'none yet'}):\n${shown()}`);
      await sleep(5);
    }
  };
  const neverEnds = async () => {
    await sleep(DEADLINE, undefined, { ref: false });
    throw new Error(`it still runs:\n${shown()}`);
  };
  const answer = async (question: string, ...keys: readonly string[]) => {
    await waitFor(question);
    type(...keys);
  };
  return {
    received: () => received,
    shown,
    waitFor,
    type,
    kill: (signal) => child.kill(signal),
    answer,
    get ended() {
      return Promise.race([exit, neverEnds()]);
    },
  };
}

function spawn(args: readonly string[], options: TerminalOptions) {
  const { cwd, environment, program = [process.execPath, CLI] } = options;
  if (!pty) throw new Error('Failed to make a terminal: @lydell/node-pty has no binary for this machine.');
  const { PATH, XDG_CONFIG_HOME } = process.env;
  const env = { PATH, XDG_CONFIG_HOME, HOME: cwd, TERM: 'xterm-256color', ...environment };
  const [file, ...first] = program;
  const child = pty.spawn(file, [...first, ...args], { cwd, env, cols: WIDTH, rows: 50 });
  if (process.platform !== 'win32') readToEnd(child);
  return child;
}

/** How long the end of the output may come after the exit: as long as a descendant has the terminal open. */
const MAX_OUTPUT_MS = 10_000;

/**
 * Reads the output to its end. node-pty closes the terminal 200 ms after the exit, and drops what it has not read by then:
 * on a busy machine that was everything.
 */
function readToEnd(child: object): void {
  const { _socket: socket } = child as { readonly _socket: Socket };
  const destroy = socket.destroy.bind(socket);
  // The end of the output is an error of the socket. node-pty gives none.
  socket.destroy = (error) => {
    if (error) return destroy(error);
    setTimeout(destroy, MAX_OUTPUT_MS).unref();
    return socket;
  };
}
