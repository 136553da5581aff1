// Creates a running sandbox, for the library and for the commands.
import type { Duplex } from 'node:stream';
import { type Listening, listen } from '../http/listen.js';
import { once } from '../once.js';
import { realNow } from '../real-time.js';
import { composeSandbox } from './compose.js';
import { createEntrances } from './entrances.js';
import { verifyNextTickRuns } from './faked-next-tick.js';
import { createManualClock, createRealClock } from './platform/clock.js';
import { openStore } from './platform/database.js';
import { refuseClosed } from './refuse-closed.js';
import { type OpenSandbox, refuseUnsupported } from './refuse-unsupported.js';
import { readRemoteAccess } from './remote-access/remote-access.js';
import type { Sandbox, SandboxOptions } from './sandbox.js';

export type { Sandbox, SandboxOptions } from './sandbox.js';

/**
 * Opens a sandbox, or creates it, and serves it on 127.0.0.1 unless `options.host` says otherwise.
 *
 * @throws RelayPhoneError `needsUser` if the database cannot be opened, or libsql does not work on this platform; `usage` if
 *   `options.account` is invalid, fake timers stop the sockets of Node.js, or other machines can
 *   reach it and a given token is weak; the system's error (`EADDRINUSE`, `EACCES`) if no port is free.
 * @example
 * const sandbox = await createSandbox();
 * const client = twilio(sandbox.accountSid, sandbox.authToken, { httpClient: sandbox.httpClient });
 * await sandbox.close();
 */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const remoteAccess = readRemoteAccess(options);
  await verifyNextTickRuns();
  const store = openStore(options.database ?? ':memory:');
  if (options.onWriteFailed) store.onLost(options.onWriteFailed);
  const now = options.now ?? realNow;
  const clock = options.clock === 'manual' ? createManualClock(now()) : createRealClock(now);
  let listening: Listening | undefined;
  try {
    const { listener, sandbox, hasApiKey, stop, unsupported } = composeSandbox(options, {
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
    const address = {
      origin,
      publicOrigin: remoteAccess.publicOrigin(port),
      port,
      accept: (connection: Duplex) => void server.emit('connection', connection),
    };
    const { entrances, close: closeEntrances } = createEntrances({ ...sandbox, ...address, hasApiKey });
    const open: OpenSandbox = { ...sandbox, ...address, ...entrances };
    const { verifyNone, verifyNoneNew } = unsupported;
    const closable = refuseClosed(throws ? refuseUnsupported(open, verifyNoneNew) : open);
    const end = once(async () => {
      closable.refuse();
      await closeEntrances();
      await close();
      await stop();
      store.close();
      closable.abandon();
      if (throws) verifyNone();
    });
    return {
      ...closable.sandbox,
      close: end,
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    clock.stop();
    store.close();
    throw error;
  }
}
