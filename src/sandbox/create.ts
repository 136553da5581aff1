// Creates a running sandbox, for the library and for the commands.
import { type Listening, listen } from '../http/listen.js';
import { once } from '../once.js';
import { composeSandbox } from './compose.js';
import { createManualClock, createRealClock } from './platform/clock.js';
import { openStore } from './platform/database.js';
import { refuseUnsupported } from './refuse-unsupported.js';
import { readRemoteAccess } from './remote-access/remote-access.js';
import type { Sandbox, SandboxOptions } from './sandbox.js';

export type { Sandbox, SandboxOptions } from './sandbox.js';

/**
 * Opens a sandbox, or creates it, and serves it on 127.0.0.1 unless `options.host` says otherwise.
 *
 * @throws RelayPhoneError `needsUser` if the database cannot be opened, `usage` if `options.account` is invalid, or
 *   other machines can reach it and a given token is weak; the system's error (`EADDRINUSE`, `EACCES`) if no port is free.
 * @example
 * const sandbox = await createSandbox();
 * // … send requests to sandbox.origin with sandbox.accountSid and sandbox.authToken …
 * await sandbox.close();
 */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const remoteAccess = readRemoteAccess(options);
  const store = openStore(options.database ?? ':memory:');
  if (options.onWriteFailed) store.onLost(options.onWriteFailed);
  const now = options.now ?? Date.now;
  const clock = options.clock === 'manual' ? createManualClock(now()) : createRealClock(now);
  let listening: Listening | undefined;
  try {
    const { listener, sandbox, stop, unsupported } = composeSandbox(options, {
      store,
      clock,
      remoteAccess,
      port: () => listening?.port ?? 0,
      publicOrigin: () => remoteAccess.publicOrigin(listening?.port ?? 0),
    });
    listening = await listen(listener, {
      port: options.port ?? 0,
      spare: options.spare ?? 0,
      ...(options.host !== undefined && { host: options.host }),
    });
    const { origin, port, server, close } = listening;
    // The account must be on disk before anybody learns of it: the process may be killed right after.
    await store.kept();
    const throws = options.unsupported === 'throw';
    const open: Omit<Sandbox, 'close'> = {
      origin,
      publicOrigin: remoteAccess.publicOrigin(port),
      port,
      ...sandbox,
      accept: (connection) => void server.emit('connection', connection),
    };
    return {
      ...(throws ? refuseUnsupported(open, unsupported.verifyNoneNew) : open),
      close: once(async () => {
        await close();
        await stop();
        store.close();
        if (throws) unsupported.verifyNone();
      }),
    };
  } catch (error) {
    clock.stop();
    store.close();
    throw error;
  }
}
