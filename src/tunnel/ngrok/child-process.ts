// Starts and ends the process that runs ngrok's SDK, and keeps what that prints away from ours.
import type { Readable } from 'node:stream';
import { findPackageFile } from '../../package-file.js';
import { type ForkedProcess, forkModule } from '../../programs/fork.js';
import type { FromChild, ToChild } from './protocol.js';
import { formatRedacted } from './redact.js';

/** How the child may be started. */
interface ChildOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Taken out of everything the child prints. */
  readonly secret: string;
  /** Gets what the SDK prints, line by line. */
  readonly log: ((line: string) => void) | undefined;
}

/** A running child. */
export interface NgrokChild {
  readonly pid: number | undefined;
  send(message: ToChild): void;
  onMessage(listener: (message: FromChild) => void): void;
  /** Resolves with how it ended, for people. */
  readonly ended: Promise<string>;
  kill(): void;
}

/** Starts a child. What fails at the start is told by `ended`. */
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

/** Secrets the child has no use for, and options of Node.js that are meant for us alone. */
function withoutOurs(environment: ChildOptions['environment']): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !/^(TWILIO_|NGROK_|RELAY_PHONE_|NODE_OPTIONS$)/i.test(name),
    ),
  );
}

/** Reads a stream to its end, whether anybody listens or not: a full pipe would stop the child. */
function drain(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = (lines.pop() ?? '').slice(-10_000);
    for (const line of lines) if (line.trim() !== '') onLine(line);
  });
}
