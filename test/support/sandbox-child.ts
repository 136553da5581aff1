// Runs `relay-phone sandbox` as a process of its own, as a developer does in a second terminal.
import type { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Workspace } from './workspace.js';

/** A running sandbox server; it is killed when the test ends before it. */
export interface SandboxChild {
  readonly pid: number;
  /** Read off its output. */
  readonly origin: string;
  readonly accountSid: string;
  /** All of its output up to now. */
  output(): string;
  isRunning(): boolean;
  /** Sends a signal and waits for the end; null is the exit code of a process that was killed. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Milliseconds after which a server that has not said its address never will. */
const PATIENCE = 20_000;
const ADDRESS = /The sandbox is at (http:\/\/127\.0\.0\.1:\d+), account (AC[0-9a-f]{32})\./;

/** Starts the server and waits until it says where it is. */
export async function startSandbox(workspace: Workspace, ...flags: string[]): Promise<SandboxChild> {
  const child = workspace.start(['sandbox', ...flags]);
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    return (await exited)[0];
  };
  onTestFinished(async () => void (isRunning() && (await end('SIGKILL'))));
  const output = collect(child);
  const [, origin = '', accountSid = ''] = await waitForAddress(output, isRunning);
  return { pid: child.pid ?? 0, origin, accountSid, output, isRunning, end };
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

async function waitForAddress(output: () => string, isRunning: () => boolean): Promise<RegExpExecArray> {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const address = ADDRESS.exec(output());
    if (address) return address;
    if (!isRunning() || Date.now() > deadline) throw new Error(`the sandbox did not start: ${output()}`);
    await sleep(1);
  }
}
