// Closes what a command has opened, in reverse order, however the command ends.
import type { CliPorts } from '../../core/ports.js';

/** What is open, and how the command ends. */
export interface Closing {
  /** Adds something to close; the last one added is closed first. */
  add(close: () => Promise<void>): void;
  /** Ends the command with an error. */
  fail(error: unknown): void;
  /** Resolves with the error of {@link Closing.fail}. */
  readonly failed: Promise<Error>;
  /** Closes everything. A failure to close one thing does not keep the others open. @throws the first failure */
  closeAll(): Promise<void>;
}

/** Creates an empty list of things to close. Ctrl-C closes them too. */
export function createClosing(ports: CliPorts): Closing {
  const closes: (() => Promise<void>)[] = [];
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<Error>((resolve) => {
    fail = (error) => resolve(error instanceof Error ? error : new Error(String(error)));
  });
  let closed: Promise<void> | undefined;
  async function closeEach(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = closes.pop(); close; close = closes.pop()) {
      await close().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
  const closeAll = () => {
    closed ??= closeEach();
    return closed;
  };
  ports.onInterrupt(closeAll);
  return { add: (close) => void closes.push(close), fail, failed, closeAll };
}
