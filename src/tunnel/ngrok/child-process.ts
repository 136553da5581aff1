// Starts and ends the child process that runs ngrok's SDK, and keeps its output away from relay-phone's stdout.
import type { Readable } from 'node:stream';
import { findPackageFile } from '../../package-file.js';
import { type ForkedProcess, forkModule } from '../../programs/fork.js';
import type { FromChild, ToChild } from './protocol.js';
import { formatRedacted } from './redact.js';

interface ChildOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A text that is removed from everything the child prints. */
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

/** Starts the child process. If it does not start, `ended` says why. */
export function startChild({ environment, secret, log }: ChildOptions): NgrokChild {
  const child = forkModule(findPackageFile('dist/ngrok-child.cjs'), createChildEnvironment(environment));
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) drain(stream, (line) => log?.(formatRedacted(line, secret)));
  }
  return {
    pid: child.pid,
    send: (message) => void child.send(message, () => undefined),
    onMessage: (listener) => void child.on('message', (message) => listener(message as FromChild)),
    ended: waitForEnd(child),
    kill: () => void child.kill('SIGKILL'),
  };
}

function waitForEnd(child: ForkedProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`the ngrok process failed (${error.message})`));
    child.once('exit', (code, signal) =>
      resolve(`the ngrok process ended (${signal ?? `exit code ${code}`})`),
    );
  });
}

/** Removes the secrets and settings that the child does not need, and the Node.js options meant for relay-phone. */
function createChildEnvironment(environment: ChildOptions['environment']): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !/^(TWILIO_|NGROK_|RELAY_PHONE_|NODE_OPTIONS$)/i.test(name),
    ),
  );
}

/** Reads a stream to its end, even if there is no log: a full pipe would block the child. */
function drain(stream: Readable, onLine: (line: string) => void): void {
  let incompleteLine = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = `${incompleteLine}${chunk}`.split('\n');
    incompleteLine = (lines.pop() ?? '').slice(-10_000);
    for (const line of lines) if (line.trim() !== '') onLine(line);
  });
}
