// Creates a running sandbox: the way in for the library and for the commands.
import { type Listening, listen } from '../http/listen.js';
import { once } from '../once.js';
import { composeSandbox } from './compose.js';
import { createManualClock, createRealClock, showRealClock } from './platform/clock.js';
import { openStore } from './platform/database.js';
import type { Sandbox, SandboxOptions } from './sandbox.js';

export type { Sandbox, SandboxOptions } from './sandbox.js';

/**
 * Opens or makes a sandbox and serves it on 127.0.0.1.
 *
 * @throws RelayPhoneError `needsUser` when the database cannot be opened, `usage` when `options.account` makes none;
 *   the system's error (`EADDRINUSE`, `EACCES`) when no port could be had.
 */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const store = openStore(options.database ?? ':memory:');
  const now = options.now ?? Date.now;
  const manual = options.clock === 'manual' ? createManualClock(now()) : undefined;
  const clock = manual ?? createRealClock(now);
  let listening: Listening | undefined;
  try {
    const { listener, sandbox, stop } = composeSandbox(options, {
      store,
      clock,
      sandboxClock: manual ?? showRealClock(clock),
      origin: () => listening?.origin ?? '',
    });
    listening = await listen(listener, { port: options.port ?? 0, spare: options.spare ?? 0 });
    const { origin, port, server, close } = listening;
    // Whoever is told of the account must find it again, even if this process is killed the next moment.
    await store.kept();
    return {
      origin,
      port,
      ...sandbox,
      accept: (connection) => void server.emit('connection', connection),
      close: once(async () => {
        await close();
        await stop();
        store.close();
      }),
    };
  } catch (error) {
    clock.stop();
    store.close();
    throw error;
  }
}
