// `relay-phone phone` in a process of its own, with lines from a pipe.
import { expect, onTestFinished } from 'vitest';
import { DEADLINE } from './deadline.js';
import type { Workspace } from './workspace.js';

/** A phone in a process; it is killed if the test ends first. */
export interface PhoneProcess {
  type(line: string): void;
  /** Waits until its output has a text. */
  waitFor(text: string | RegExp): Promise<void>;
  output(): string;
  /** Ends its input. Returns the exit code. */
  end(): Promise<number | null>;
}

/** Starts the phone and waits until it is in hand. */
export async function startPhone(workspace: Workspace, number: string): Promise<PhoneProcess> {
  const child = workspace.start(['phone', number]);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  onTestFinished(() => void child.kill('SIGKILL'));
  const waitFor = (text: string | RegExp) => expect.poll(() => output, { timeout: DEADLINE }).toMatch(text);
  await waitFor(`${number} texts and calls`);
  return {
    type: (line) => void child.stdin?.write(`${line}\n`),
    waitFor,
    output: () => output,
    end: () => {
      child.stdin?.end();
      return ended;
    },
  };
}
