// Finds a port for a server of another process.
import { listen } from '../../src/http/listen.js';

/** Below the ports that systems give to outgoing connections, so that nothing takes one before the server does. */
const [FIRST, PER_WORKER] = [20_000, 1000];

const worker = Number(process.env.VITEST_POOL_ID ?? 0) % 10;
let next = FIRST + worker * PER_WORKER + Math.floor(Math.random() * PER_WORKER);

/** Each worker looks among ports of its own, so two test files that run at the same time never get the same one. */
export async function findPort(): Promise<number> {
  for (;;) {
    const port = FIRST + worker * PER_WORKER + (next++ % PER_WORKER);
    try {
      await (await listen(() => undefined, { port })).close();
      return port;
    } catch {
      // Another program has it.
    }
  }
}

/** The same as the origin of a server on this machine. */
export async function findOrigin(): Promise<string> {
  return `http://127.0.0.1:${await findPort()}`;
}
