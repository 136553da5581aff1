// What a command has to close at its end, however it comes: last opened, first closed.
import type { CliPorts } from '../../core/ports.js';

/** See the head of this file. */
export interface Closing {
  last(close: () => Promise<void>): void;
  /** Ends the command with an error. */
  fail(error: unknown): void;
  /** What {@link Closing.fail} was given. */
  readonly failed: Promise<Error>;
  end(): Promise<void>;
}

/** Makes one; an interruption ends it too. */
export function createClosing(ports: CliPorts): Closing {
  const closes: (() => Promise<void>)[] = [];
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<Error>((resolve) => {
    fail = (error) => resolve(error instanceof Error ? error : new Error(String(error)));
  });
  let ended: Promise<void> | undefined;
  /** One that cannot be closed keeps nobody from closing the others. */
  async function closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = closes.pop(); close; close = closes.pop()) {
      await close().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
  const end = () => {
    ended ??= closeAll();
    return ended;
  };
  ports.onInterrupt(end);
  return { last: (close) => void closes.push(close), fail, failed, end };
}
