// Creates a running sandbox: the way in for the library and for the commands.
import type { RequestListener } from 'node:http';
import { type Listening, listen } from '../http/listen.js';
import { buildWorld, resetSandbox, restoreSandbox } from './compose.js';
import { createControlListener } from './control/listener.js';
import type { SandboxActions } from './control/sandbox-routes.js';
import { findExposures } from './phones/exposure/find-exposures.js';
import { createManualClock, createRealClock, showRealClock } from './platform/clock.js';
import { openStore } from './platform/database.js';
import { DEFAULT_TIMEOUT_MS, filterEvents, waitForEvent } from './platform/events/search.js';
import { takeSnapshot } from './platform/snapshot.js';
import type { Sandbox, SandboxOptions } from './sandbox.js';
import { createSandboxListener } from './server/listener.js';
import type { World } from './world.js';

export type { Sandbox, SandboxOptions } from './sandbox.js';

/**
 * Opens or makes a world and serves it on 127.0.0.1.
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
    const world = buildWorld(store, options, clock, () => listening?.origin ?? '');
    const acts = {
      reset: () => resetSandbox(world),
      restore: (snapshot: string) => restoreSandbox(world, snapshot),
      clock: manual ?? showRealClock(clock),
    };
    listening = await listen(createListener(world, acts), {
      port: options.port ?? 0,
      spare: options.spare ?? 0,
    });
    // Whoever is told of the account must find it again, even if this process is killed the next moment.
    await store.kept();
    return present(world, listening, acts);
  } catch (error) {
    clock.stop();
    store.close();
    throw error;
  }
}

function createListener(world: World, acts: SandboxActions): RequestListener {
  return createSandboxListener(world, createControlListener(world, acts));
}

function present(world: World, listening: Listening, acts: SandboxActions): Sandbox {
  const { accountSid, authToken, testCredentials, controlToken, phones, events } = world;
  const { compliance, faults, requests } = world;
  return {
    origin: listening.origin,
    port: listening.port,
    accountSid,
    authToken,
    testCredentials,
    controlToken,
    accept: (connection) => void listening.server.emit('connection', connection),
    phone: phones.phone,
    call: ({ from, to }) => phones.phone(from).call(to),
    text: ({ from, to, body, mediaUrls = [] }) => phones.phone(from).text(to, body, { mediaUrls }),
    phones: phones.summaries,
    compliance: compliance.set,
    fail: faults.add,
    requests: requests.list,
    whoSaw: (number) => findExposures(world.store, number),
    events: (filter) => filterEvents(events, filter),
    nextEvent: (predicate, { timeout = DEFAULT_TIMEOUT_MS } = {}) => waitForEvent(events, predicate, timeout),
    ...acts,
    snapshot: () => takeSnapshot(world.store),
    close: once(async () => {
      await listening.close();
      world.voice.stop();
      world.clock.stop();
      world.callbacks.forget();
      world.webhooks.stop();
      // What was just answered is carried out before there is nothing left to write to.
      await new Promise((resolve) => void setImmediate(resolve));
      world.store.close();
    }),
  };
}

/** Does `work` the first time it is asked to, and gives its promise every time. */
export function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}
