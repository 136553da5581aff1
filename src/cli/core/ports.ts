// The ports a command gets: its streams, its environment, its clock, and whether somebody is there to be asked.
import { closeSync, openSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { findSystemCode } from '../../errors.js';

/** Everything of the outside world a command touches besides files and the network. */
export interface CliPorts {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Whether a person sees what is written and asked, and can answer. */
  readonly isTerminal: boolean;
  /** Whether keys such as Ctrl-C send their signal to the programs we start too: there is a terminal, seen or not. */
  hasKeyboard(): boolean;
  /** Whether the stream takes colour. */
  hasColour(stream: Writable): boolean;
  readonly now: () => number;
  readonly newId: () => string;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** Adds what must be done before Ctrl-C or SIGTERM ends the process; last added, first done. */
  onInterrupt(cleanUp: () => Promise<void>): void;
  /** Gives the signals that come from now on to a program, until what it returns is called. */
  handSignals(heir: (signal: NodeJS.Signals) => void): () => void;
}

/** What the process itself has to know of. */
export type Signals = Pick<CliPorts, 'onInterrupt' | 'handSignals'>;

/** The context of this process. Its streams are opened only when a command uses them: `--version` needs none. */
export function createCliPorts(signals: Signals): CliPorts {
  const { env } = process;
  return {
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return outliving(process.stdout);
    },
    get stderr() {
      return outliving(process.stderr);
    },
    get isTerminal() {
      // The questions go to stderr: in a log file nobody would see them.
      return Boolean(process.stdin.isTTY && process.stdout.isTTY && process.stderr.isTTY);
    },
    environment: env,
    cwd: process.cwd(),
    hasKeyboard,
    hasColour: (stream) => 'isTTY' in stream && Boolean(stream.isTTY) && !env.NO_COLOR && env.TERM !== 'dumb',
    now: Date.now,
    newId: () => crypto.randomUUID(),
    sleep: (milliseconds) => sleep(milliseconds),
    ...signals,
  };
}

/** Streams may all lead elsewhere, as in `| tee log`, and a terminal still be there. */
function hasKeyboard(): boolean {
  if (process.platform === 'win32') return Boolean(process.stdin.isTTY);
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}

/** A stream that nobody may read any more, as in `| head`: what was begun is ended all the same. */
function outliving(stream: Writable): Writable {
  if (stream.listenerCount('error', ignoreBrokenPipe) === 0) stream.on('error', ignoreBrokenPipe);
  return stream;
}

function ignoreBrokenPipe(error: Error): void {
  if (findSystemCode(error) !== 'EPIPE') throw error;
}
