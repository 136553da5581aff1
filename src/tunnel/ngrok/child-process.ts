// Starts and ends the child process that runs ngrok's SDK, and keeps its output away from relay-phone's stdout.
import type { Readable } from 'node:stream';
import { findPackageFile } from '../../package-file.js';
import { type ForkedProcess, forkModule } from '../../programs/fork.js';
import type { FromChild, ToChild } from './protocol.js';
import { formatRedacted } from './redact.js';

interface ChildOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Removed from everything that the child prints. */
  readonly secret: string;
  /** Is called with each line that the SDK prints. */
  readonly log: ((line: string) => void) | undefined;
}

/** The running child process. */
export interface NgrokChild {
  readonly pid: number | undefined;
  send(message: ToChild): void;
  onMessage(listener: (message: FromChild) => void): void;
  /** Resolves with how the process ended, as a clause for people. */
  readonly ended: Promise<string>;
  kill(): void;
}

/** Starts the child process. `ended` reports a failure to start. */
export function startChild({ environment, secret, log }: ChildOptions): NgrokChild {
  const child = forkModule(findPackageFile('dist/ngrok-child.js'), withoutOurs(environment));
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) drain(stream, (line) => log?.(formatRedacted(line, secret)));
  }
  return {
    pid: child.pid,
    send: (message) => void child.send(message, () => undefined),
    onMessage: (listener) => void child.on('message', (message) => listener(message as FromChild)),
    ended: ending(child),
    kill: () => void child.kill('SIGKILL'),
  };
}

function ending(child: ForkedProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`the ngrok process failed (${error.message})`));
    child.once('exit', (code, signal) =>
      resolve(`the ngrok process ended (${signal ?? `exit code ${code}`})`),
    );
  });
}

/** Leaves out secrets that the child does not need, and Node.js options that are meant for relay-phone only. */
function withoutOurs(environment: ChildOptions['environment']): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !/^(TWILIO_|NGROK_|RELAY_PHONE_|NODE_OPTIONS$)/i.test(name),
    ),
  );
}

/** Reads a stream to its end, even if nobody listens: a full pipe would block the child. */
function drain(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = (lines.pop() ?? '').slice(-10_000);
    for (const line of lines) if (line.trim() !== '') onLine(line);
  });
}
