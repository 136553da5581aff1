// Puts a sandbox together from its parts: the only place that knows them all.
import type { RequestListener } from 'node:http';
import { openAccount } from './accounts/account/store.js';
import { createAlertStore } from './accounts/alerts/store.js';
import { createApplicationStore } from './accounts/applications/store.js';
import { createComplianceStore } from './accounts/compliance/store.js';
import { createKeyStore } from './accounts/keys/store.js';
import { createTestHandler, deriveTestCredentials } from './accounts/test-credentials/routes.js';
import { createControlListener } from './control/listener.js';
import { createDelivery } from './messaging/delivery/delivery.js';
import { createMediaFetcher } from './messaging/delivery/fetch-media.js';
import { releaseScheduled } from './messaging/delivery/release-scheduled.js';
import { sendFromPhone } from './messaging/inbound/from-phone.js';
import { receiveOwn } from './messaging/inbound/inbound.js';
import { createLoopGuard } from './messaging/loop-guard.js';
import { linkMedia } from './messaging/media/link.js';
import { createMediaStore } from './messaging/media/store.js';
import { createOptOutStore } from './messaging/opt-outs/store.js';
import { createSenderPool } from './messaging/services/pool.js';
import { createServiceStore } from './messaging/services/store.js';
import { createStatusCallbacks } from './messaging/status-callbacks/status-callbacks.js';
import { createMessageStore } from './messaging/store/messages.js';
import { createNumberStore } from './numbers/incoming-phone-numbers/store.js';
import { createCallerIdStore } from './numbers/outgoing-caller-ids/store.js';
import { createBehaviourStore } from './phones/behaviour/store.js';
import { callNumber, createPhoneCalls } from './phones/calls/phone-calls.js';
import { findExposures } from './phones/exposure/find-exposures.js';
import { createPhoneTexts } from './phones/inbox/inbox.js';
import { createPhoneBook } from './phones/phones.js';
import { createSummaries } from './phones/summaries.js';
import type { Clock, SandboxClock } from './platform/clock.js';
import type { Store } from './platform/database.js';
import { DEFAULT_TIMEOUT_MS, filterEvents, waitForEvent } from './platform/events/search.js';
import { createEventStream } from './platform/events/stream.js';
import { createHex32 } from './platform/formats.js';
import { readSnapshot, replaceContent, takeSnapshot } from './platform/snapshot.js';
import { createRoutes } from './routes.js';
import type { Sandbox, SandboxOptions } from './sandbox.js';
import { createAuthenticator } from './server/auth.js';
import { createFaultStore } from './server/faults.js';
import { createSandboxListener } from './server/listener.js';
import { createRequestLog } from './server/request-log.js';
import type { RestApp } from './server/router.js';
import { createVoice, type Voice } from './voice/voice.js';
import { createWebhookDispatch } from './webhooks/dispatch.js';
import type { World } from './world.js';

/** What a sandbox is built on. */
export interface Foundation {
  readonly store: Store;
  readonly clock: Clock;
  /** The same clock, as those who create a sandbox see it. */
  readonly sandboxClock: SandboxClock;
  /** Where the sandbox listens, once it does: `http://127.0.0.1:4020`. */
  readonly origin: () => string;
}

/** A sandbox that does not listen yet. */
export interface Composition {
  /** Answers the REST API and the control API. */
  readonly listener: RequestListener;
  readonly routes: RestApp;
  /** What the library offers, but for the server. */
  readonly sandbox: Omit<Sandbox, 'origin' | 'port' | 'accept' | 'close'>;
  /** Ends everything in progress; what was just answered is still written. The database stays open. */
  stop(): Promise<void>;
  readonly voice: Voice;
}

/**
 * Puts the parts together, on a database that may hold an earlier run's content.
 *
 * @throws RelayPhoneError `usage` if `options.account` is invalid.
 */
export function composeSandbox(options: SandboxOptions, foundation: Foundation): Composition {
  const { store, clock, sandboxClock, origin } = foundation;
  const { now } = clock;
  const network = options.webhooks ?? {};

  const events = createEventStream(now);

  const accounts = openAccount(store, options.account ?? {}, now());
  const { sid: accountSid, authToken } = accounts.fixed;
  const testCredentials = options.testCredentials ?? deriveTestCredentials(accountSid, authToken);
  const applications = createApplicationStore(store);
  const keys = createKeyStore(store);
  const compliance = createComplianceStore(store);
  const alerts = createAlertStore(store, now);

  const numbers = createNumberStore(store);
  const callerIds = createCallerIdStore(store);

  const webhooks = createWebhookDispatch({ authToken, alerts, events, now, network });

  const behaviours = createBehaviourStore(store);
  const phoneCalls = createPhoneCalls({ store, clock, behaviours });

  const voice = createVoice({
    accountSid,
    origin,
    store,
    clock,
    events,
    accounts,
    alerts,
    applications,
    numbers,
    callerIds,
    webhooks,
    phones: phoneCalls,
  });
  const { receiveCall } = voice;

  const media = createMediaStore(store);
  const messages = createMessageStore(store, media);
  const phones = createPhoneBook({
    summaries: createSummaries(store),
    texts: createPhoneTexts(store, (sid) => linkMedia({ media, accountSid, origin }, sid)),
    behaviours,
    events,
    calls: phoneCalls,
    send: (text) => sendFromPhone(world, text, network),
    callNumber: (phone, to) => callNumber({ phoneCalls, behaviours, numbers, receiveCall }, phone, to),
  });
  const callbacks = createStatusCallbacks({ accountSid, webhooks, clock, phones });
  const world: World = {
    store,
    origin,
    now,
    clock,
    events,
    accountSid,
    authToken,
    strict: options.strict ?? false,
    accounts,
    applications,
    numbers,
    callerIds,
    messages,
    media,
    services: createServiceStore(store),
    pool: createSenderPool(store, options.poolLimit ?? 400),
    compliance,
    alerts,
    phones,
    optOuts: createOptOutStore(store),
    webhooks,
    callbacks,
    phoneCalls,
    voice,
    loops: createLoopGuard(now),
    carrier: createDelivery({
      store,
      clock,
      messages,
      phones,
      numbers,
      events,
      callbacks,
      collect: createMediaFetcher(() => world, network),
      release: (message) => releaseScheduled(world, message),
      receive: (message, thread) => receiveOwn(world, message, thread),
    }),
  };
  const faults = createFaultStore();
  const requests = createRequestLog();

  /** Ends everything in progress, changes the tables, and has each part forget what it knew of them. */
  function renew(changeTables: () => void): void {
    voice.stop();
    callbacks.forget();
    webhooks.restart();
    changeTables();
    const { optOuts, loops } = world;
    for (const part of [voice, phoneCalls, numbers, messages, compliance, phones, optOuts, loops])
      part.forget();
    world.carrier.forget();
    faults.clear();
    requests.clear();
    events.clear();
  }

  const sandbox: Composition['sandbox'] = {
    accountSid,
    authToken,
    testCredentials,
    controlToken: options.controlToken ?? createHex32(),
    phone: phones.phone,
    call: ({ from, to }) => phones.phone(from).call(to),
    text: ({ from, to, body, mediaUrls = [] }) => phones.phone(from).text(to, body, { mediaUrls }),
    phones: phones.summaries,
    compliance: compliance.set,
    fail: faults.add,
    requests: requests.list,
    whoSaw: (number) => findExposures(store, number),
    events: (filter) => filterEvents(events, filter),
    nextEvent: (predicate, { timeout = DEFAULT_TIMEOUT_MS } = {}) => waitForEvent(events, predicate, timeout),
    clock: sandboxClock,
    reset: () => renew(accounts.reset),
    snapshot: () => takeSnapshot(store),
    restore: (snapshot) => {
      const content = readSnapshot(snapshot);
      renew(() => replaceContent(store, content));
    },
  };

  const routes = createRoutes({ ...world, keys, callToVerify: voice.verifyCallerId });
  const control = createControlListener({
    controlToken: sandbox.controlToken,
    account: { accountSid, authToken, testCredentials },
    phones,
    compliance,
    faults,
    requests,
    events,
    isInProgress: (traceId) =>
      [world.carrier, webhooks.flights, callbacks, voice].some((part) => part.has(traceId)),
    sandbox,
    kept: store.kept,
  });
  const listener = createSandboxListener(
    {
      routes,
      authenticate: createAuthenticator({ account: accounts.fixed, isKeySecret: keys.isSecret }),
      test: { ...testCredentials, handle: createTestHandler(testCredentials, now) },
      faults,
      requests,
      events,
      findTrace: webhooks.flights.findTrace,
      now,
      kept: store.kept,
    },
    control,
  );

  async function stop(): Promise<void> {
    voice.stop();
    clock.stop();
    callbacks.forget();
    webhooks.stop();
    await new Promise((resolve) => void setImmediate(resolve));
  }

  return { listener, routes, sandbox, stop, voice };
}
