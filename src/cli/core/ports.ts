// The outside world of a command: streams, environment, clock, ids, signals.
import { closeSync, openSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { findSystemCode } from '../../errors.js';

/** What a command uses of the outside world besides files and the network. */
export interface CliPorts {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The words of the command line, after `relay-phone`. */
  readonly typed: readonly string[];
  /** The working folder. Reading it throws the system's error if the folder was deleted. */
  readonly cwd: string;
  /** True if a person sees what is printed and can answer questions. */
  readonly isTerminal: boolean;
  /** True if there is a terminal, so that Ctrl-C also sends its signal to the programs we started. */
  hasKeyboard(): boolean;
  /** True if the stream gets colours: a terminal does, any other stream only with `FORCE_COLOR`; `NO_COLOR` wins. */
  hasColour(stream: Writable): boolean;
  readonly now: () => number;
  readonly newId: () => string;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /**
   * Adds a clean-up that runs before Ctrl-C or SIGTERM ends the process; the last one added runs first. One that resolves
   * with a number sets the exit code; otherwise it is 130.
   */
  onInterrupt(cleanUp: CleanUp): void;
  /** Passes signals on instead of ending the process. @returns a function that ends this */
  handSignals(target: (signal: NodeJS.Signals) => void): () => void;
}

/** What runs before Ctrl-C ends the process, and perhaps the exit code then. */
export type CleanUp = () => Promise<void> | Promise<number | undefined>;

/** What the process itself does about signals. */
export type Signals = Pick<CliPorts, 'onInterrupt' | 'handSignals'>;

/** Creates the ports of this process. A stream is opened when a command uses it: `--version` needs none. */
export function createCliPorts(signals: Signals): CliPorts {
  const { env } = process;
  return {
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return watchOutput(process.stdout, 'stdout');
    },
    get stderr() {
      return watchOutput(process.stderr, 'stderr');
    },
    get isTerminal() {
      // Questions go to stderr: nobody would see them in a log file.
      return Boolean(process.stdin.isTTY && process.stdout.isTTY && process.stderr.isTTY);
    },
    environment: env,
    typed: process.argv.slice(2),
    // Read when a command needs it, because the folder may have been deleted, and `--version` needs none.
    get cwd() {
      return process.cwd();
    },
    hasKeyboard,
    hasColour: (stream) =>
      !env.NO_COLOR && (isForced(env.FORCE_COLOR) ?? (isTty(stream) && env.TERM !== 'dumb')),
    now: Date.now,
    newId: () => crypto.randomUUID(),
    sleep: (milliseconds) => sleep(milliseconds),
    ...signals,
  };
}

/** True if the stream is a terminal. */
export function isTty(stream: Writable): boolean {
  return 'isTTY' in stream && Boolean(stream.isTTY);
}

/** See https://force-color.org; 0 and false are Node.js's own way to say no. */
function isForced(value: string | undefined): boolean | undefined {
  return value ? !['0', 'false'].includes(value) : undefined;
}

/** There may be a terminal even if all streams are redirected, as in `| tee log`. */
function hasKeyboard(): boolean {
  if (isatty(0) || process.platform === 'win32') return isatty(0);
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}

/** Codes of a closed pipe, as in `| head`, and of a closed terminal: the command still finishes what it started. */
const CLOSED: readonly (string | undefined)[] = ['EPIPE', 'EIO'];

/**
 * Makes an error of a stream say which one it is; `core/end-with-error.ts` shows that. The stream throws once: the command
 * then ends, and what it prints while it cleans up goes nowhere.
 */
function watchOutput(stream: Writable, output: string): Writable {
  if (watched.has(stream)) return stream;
  watched.add(stream);
  let hasFailed = false;
  const verifyClosed = (error: unknown) => {
    if (hasFailed) return true;
    hasFailed = true;
    if (CLOSED.includes(findSystemCode(error))) return true;
    throw error instanceof Error ? Object.assign(error, { output }) : error;
  };
  stream.on('error', verifyClosed);
  // Writing to a file throws at once.
  const write = stream.write.bind(stream) as (...words: unknown[]) => boolean;
  stream.write = (...words: unknown[]) => {
    try {
      return write(...words);
    } catch (error) {
      return verifyClosed(error);
    }
  };
  return stream;
}

const watched = new WeakSet<Writable>();
