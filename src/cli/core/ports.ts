// The outside world of a command: streams, environment, clock, ids, signals.
import { closeSync, openSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { findSystemCode } from '../../errors.js';

/** What a command uses of the outside world besides files and the network. */
export interface CliPorts {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly environment: Readonly<Record<string, string | undefined>>;
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
  /** Adds a clean-up that runs before Ctrl-C or SIGTERM ends the process; the last one added runs first. */
  onInterrupt(cleanUp: () => Promise<void>): void;
  /** Passes signals on instead of ending the process. @returns a function that ends this */
  handSignals(target: (signal: NodeJS.Signals) => void): () => void;
}

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
      return ignoringBrokenPipe(process.stdout);
    },
    get stderr() {
      return ignoringBrokenPipe(process.stderr);
    },
    get isTerminal() {
      // Questions go to stderr: nobody would see them in a log file.
      return Boolean(process.stdin.isTTY && process.stdout.isTTY && process.stderr.isTTY);
    },
    environment: env,
    cwd: process.cwd(),
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
  if (process.platform === 'win32') return Boolean(process.stdin.isTTY);
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}

/** Ignores a closed pipe, as in `| head`: the command still finishes what it started. */
function ignoringBrokenPipe(stream: Writable): Writable {
  if (stream.listenerCount('error', ignoreBrokenPipe) === 0) stream.on('error', ignoreBrokenPipe);
  return stream;
}

function ignoreBrokenPipe(error: Error): void {
  if (findSystemCode(error) !== 'EPIPE') throw error;
}
