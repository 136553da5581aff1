// Finds a port that is free at this moment.
import { listen } from '../../src/http/listen.js';

/** For a server of another process. */
export async function findPort(): Promise<number> {
  const probe = await listen(() => undefined, { port: 0 });
  await probe.close();
  return probe.port;
}
