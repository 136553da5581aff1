// Creates a running sandbox: the way in for the library and for the commands.
import type { RequestListener } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { type Listening, listen } from '../http/listen.js';
import { createApp } from './app.js';
import { createCarrier } from './carrier/carrier.js';
import { createControl } from './control/app.js';
import { createFaultBook } from './faults.js';
import { createPhoneBook } from './phones/phones.js';
import { createRequestLog } from './requests.js';
import { openAccount } from './resources/accounts/store.js';
import { createApplicationStore } from './resources/applications/store.js';
import { createNumberStore } from './resources/incoming-phone-numbers/store.js';
import { createMessageStore } from './resources/messages/store.js';
import { createCallerIdStore } from './resources/outgoing-caller-ids/store.js';
import type { Sandbox, SandboxOptions } from './sandbox.js';
import { openStore, type Store } from './store/database.js';
import { createHex32 } from './wire.js';
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
  let carrier: World['carrier'] | undefined;
  try {
    const world = createWorld(store, options);
    carrier = world.carrier;
    const listening = await listen(createListener(world), {
      port: options.port ?? 0,
      spare: options.spare ?? 0,
    });
    // Whoever is told of the account must find it again, even if this process is killed the next moment.
    await store.kept();
    return present(world, listening);
  } catch (error) {
    carrier?.stop();
    store.close();
    throw error;
  }
}

function createWorld(store: Store, options: SandboxOptions): World {
  const now = options.now ?? Date.now;
  const accounts = openAccount(store, options.account ?? {}, now());
  return {
    store,
    now,
    accountSid: accounts.fixed.sid,
    authToken: accounts.fixed.authToken,
    controlToken: options.controlToken ?? createHex32(),
    testCredentials: options.testCredentials,
    strict: options.strict ?? false,
    accounts,
    applications: createApplicationStore(store),
    numbers: createNumberStore(store),
    callerIds: createCallerIdStore(store),
    messages: createMessageStore(store),
    phones: createPhoneBook(store),
    carrier: createCarrier(store, now),
    faults: createFaultBook(),
    requests: createRequestLog(),
  };
}

function createListener(world: World): RequestListener {
  const app = createApp(
    world,
    createControl(world, () => resetWorld(world)),
  );
  // The server is node:http's, so the bindings are never those of HTTP/2.
  return getRequestListener((request, bindings) => app(request, bindings as HttpBindings), {
    overrideGlobalObjects: false,
  });
}

function present(world: World, listening: Listening): Sandbox {
  const { accountSid, authToken, controlToken, phones, faults, requests } = world;
  return {
    origin: listening.origin,
    port: listening.port,
    accountSid,
    authToken,
    controlToken,
    phone: phones.phone,
    phones: phones.summaries,
    fail: faults.add,
    requests: requests.list,
    reset: () => resetWorld(world),
    close: once(async () => {
      await listening.close();
      world.carrier.stop();
      world.store.close();
    }),
  };
}

function resetWorld({ accounts, numbers, faults, requests }: World): void {
  accounts.reset();
  numbers.forget();
  faults.clear();
  requests.clear();
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}
