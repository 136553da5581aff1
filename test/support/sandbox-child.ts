// Runs a server of the built CLI as a separate process, as a developer does in a second terminal.
import type { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { DEADLINE } from './deadline.js';
import type { Workspace } from './workspace.js';

/** A running server of the built CLI; it is killed if the test ends first. */
export interface ServerChild {
  readonly pid: number;
  /** Returns all of its output so far. */
  output(): string;
  isRunning(): boolean;
  /** Resolves with its exit code, or null if it was killed, once its output is complete. */
  readonly exited: Promise<number | null>;
  /**
   * Sends a signal and waits for the exit. Returns the exit code, or null if it was killed. The last lines may not have
   * arrived by then: `output` is complete once `exited` resolves.
   */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** A running sandbox server. */
export interface SandboxChild extends ServerChild {
  /** Parsed from its output. */
  readonly origin: string;
  readonly accountSid: string;
}

const ADDRESS = /The sandbox is at (http:\/\/127\.0\.0\.1:\d+), account (AC[0-9a-f]{32})\./;

/** Starts the sandbox and waits until it prints its origin. */
export async function startSandbox(workspace: Workspace, ...flags: string[]): Promise<SandboxChild> {
  const { child, address } = await startServer(workspace, ['sandbox', ...flags], ADDRESS);
  const [, origin = '', accountSid = ''] = address;
  return { ...child, origin, accountSid };
}

/** Starts a server and waits until its output matches `pattern`. */
export async function startServer(
  workspace: Workspace,
  args: readonly string[],
  pattern: RegExp,
  environment: Readonly<Record<string, string>> = {},
  openFiles?: number,
): Promise<{ readonly child: ServerChild; readonly address: RegExpExecArray }> {
  const child = workspace.start(args, { environment, ...(openFiles !== undefined && { openFiles }) });
  const killed = once(child, 'exit') as Promise<[number | null]>;
  // Only then is the output complete; after a kill, a program that it started may keep the streams open.
  const exited = once(child, 'close').then(([code]) => code as number | null);
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    return (await killed)[0];
  };
  onTestFinished(async () => void (isRunning() && (await end('SIGKILL'))));
  const output = collect(child);
  const address = await waitForAddress(output, isRunning, pattern);
  return { child: { pid: child.pid ?? 0, output, isRunning, exited, end }, address };
}

function collect(child: ReturnType<typeof spawn>): () => string {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return () => output;
}

async function waitForAddress(
  output: () => string,
  isRunning: () => boolean,
  pattern: RegExp,
): Promise<RegExpExecArray> {
  const deadline = Date.now() + DEADLINE;
  for (;;) {
    const address = pattern.exec(output());
    if (address) return address;
    if (!isRunning() || Date.now() > deadline) throw new Error(`the server did not start: ${output()}`);
    await sleep(1);
  }
}
