// Reads a named pipe to its end, for a limited time: another program may never write to it.
import { constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { RelayPhoneError } from '../../errors.js';

/** How {@link readPipe} waits. */
export interface PipeOptions {
  /** Milliseconds for the whole content to arrive. */
  readonly timeoutMs: number;
  /** Is called once if the content takes longer than a second. */
  readonly onSlow?: () => void;
}

const SLOW_MS = 1000;
/** Milliseconds until a pipe without a writer is opened again. */
const RETRY_MS = 20;
const MAX_BYTES = 1024 * 1024;

/**
 * Reads a named pipe until its writer closes it.
 *
 * @throws RelayPhoneError `needsUser` if nothing arrives in time, the writer does not close it, or more than 1 MB arrives;
 *   the system's error if it cannot be opened
 */
export async function readPipe(path: string, { timeoutMs, onSlow }: PipeOptions): Promise<Buffer> {
  const deadline = performance.now() + timeoutMs;
  const slow = setTimeout(() => onSlow?.(), SLOW_MS);
  try {
    for (;;) {
      const bytes = await readOnce(path, deadline - performance.now());
      if (bytes.length > 0) return bytes;
      if (performance.now() >= deadline)
        throw unusablePipe(path, `no program has written to it within ${timeoutMs / 1000} s`);
      await sleep(RETRY_MS);
    }
  } finally {
    clearTimeout(slow);
  }
}

/** Returns what one writer wrote; nothing if there was none in time. */
function readOnce(path: string, timeoutMs: number): Promise<Buffer> {
  // Without O_NONBLOCK a thread would wait for a writer, and keep the process from ending.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const socket = new Socket({ fd, readable: true, writable: false });
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const fail = (reason: string) => finish(() => reject(unusablePipe(path, reason)));
    const timer = setTimeout(
      () => {
        if (length === 0) finish(() => resolve(Buffer.alloc(0)));
        else fail('the program that writes to it does not close it');
      },
      Math.max(0, timeoutMs),
    );
    function finish(settle: () => void): void {
      clearTimeout(timer);
      socket.destroy();
      settle();
    }
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_BYTES) fail('more than 1 MB came out of it');
    });
    socket.on('end', () => finish(() => resolve(Buffer.concat(chunks))));
    socket.on('error', (error) => finish(() => reject(error)));
  });
}

function unusablePipe(path: string, reason: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `read ${path}`,
    reason: `it is a named pipe, and ${reason}`,
    tryNext: [
      'start the program that writes it, such as 1Password, and unlock it; then run it again',
      '-e PATH instead of --env-file PATH, which Node.js reads first: it empties a pipe',
      '-e PATH with a file',
    ],
  });
}
