// Finds a free port for a server in another process.
import { listen } from '../../src/http/listen.js';

/** Below the port range of outgoing connections, so that none of them takes the port before the server does. */
const [FIRST, PER_WORKER] = [20_000, 1000];

const worker = Number(process.env.VITEST_POOL_ID ?? 0) % 10;
let next = FIRST + worker * PER_WORKER + Math.floor(Math.random() * PER_WORKER);

/** Returns a free port. Each worker has its own range, so test files that run at the same time get different ports. */
export async function findPort(): Promise<number> {
  for (;;) {
    const port = FIRST + worker * PER_WORKER + (next++ % PER_WORKER);
    try {
      await (await listen(() => undefined, { port })).close();
      return port;
    } catch {
      // Another program uses the port.
    }
  }
}

/** Returns a free port as the origin of a server on this machine. */
export async function findOrigin(): Promise<string> {
  return `http://127.0.0.1:${await findPort()}`;
}
