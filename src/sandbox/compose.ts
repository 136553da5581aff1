// Puts a sandbox together from its parts: the only place that knows them all.
import type { RequestListener } from 'node:http';
import { openAccount } from './accounts/account/store.js';
import { createAlertStore } from './accounts/alerts/store.js';
import { createApplicationStore } from './accounts/applications/store.js';
import { createComplianceStore } from './accounts/compliance/store.js';
import { createKeyStore } from './accounts/keys/store.js';
import { deriveTestCredentials } from './accounts/test-credentials/derive.js';
import { createTestHandler } from './accounts/test-credentials/routes.js';
import { createControlListener } from './control/listener.js';
import { createMediaStore } from './messaging/api/media/store.js';
import { createMessageStore } from './messaging/api/messages/store.js';
import { createSenderPool } from './messaging/api/sender-pool/store.js';
import { createServiceStore } from './messaging/api/services/store.js';
import { createDelivery } from './messaging/delivery/delivery.js';
import { releaseScheduled } from './messaging/delivery/release-scheduled.js';
import { sendFromPhone } from './messaging/inbound/from-phone.js';
import { receiveOwn } from './messaging/inbound/inbound.js';
import { createLoopGuard } from './messaging/loop-guard.js';
import { createMediaFetcher } from './messaging/media/fetch-media.js';
import { linkMedia } from './messaging/media/link.js';
import { createOptOutStore } from './messaging/opt-outs/store.js';
import { createStatusCallbacks } from './messaging/status-callbacks.js';
import { createNumberStore } from './numbers/incoming-phone-numbers/store.js';
import { createCallerIdStore } from './numbers/outgoing-caller-ids/store.js';
import { createBehaviourStore } from './phones/behaviour-store.js';
import { createCallLog } from './phones/calls/call-log.js';
import { callNumber } from './phones/calls/call-number.js';
import type { PhoneCall } from './phones/calls/phone-call.js';
import { findExposures } from './phones/exposure/find-exposures.js';
import { createPhoneTexts } from './phones/inbox.js';
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
import { createActiveCalls } from './voice/active-calls.js';
import { createCallStore } from './voice/api/calls/store.js';
import { createRecordingStore } from './voice/api/recordings/store.js';
import { createCallQueues } from './voice/queues.js';
import { placeValidation } from './voice/verify-caller-id.js';
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
  readonly world: World;
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

  const media = createMediaStore(store);
  const messages = createMessageStore(store, media);
  const calls = createCallStore(store);
  const callLog = createCallLog(store);
  const handsets = new Map<string, PhoneCall>();
  const phones = createPhoneBook({
    summaries: createSummaries(store),
    texts: createPhoneTexts(store, (sid) => linkMedia({ media, accountSid, origin }, sid)),
    behaviours: createBehaviourStore(store),
    events,
    callLog,
    handsets,
    send: (text) => sendFromPhone(world, text, network),
    dial: (phone, to) => callNumber(world, phone, to),
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
    calls,
    recordings: createRecordingStore(store),
    callLog,
    handsets,
    switchboard: createActiveCalls(),
    queues: createCallQueues(),
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
  endInterruptedCalls();

  /** A call that was in progress when the tables were left is in progress no more. */
  function endInterruptedCalls(): void {
    calls.endAll(now());
    callLog.endAll(now());
  }

  const faults = createFaultStore();
  const requests = createRequestLog();

  /** Ends everything in progress, changes the tables, and has each part forget what it knew of them. */
  function renew(changeTables: () => void): void {
    world.switchboard.stop();
    callbacks.forget();
    webhooks.restart();
    changeTables();
    endInterruptedCalls();
    for (const part of [numbers, messages, compliance, phones, world.optOuts, world.queues, world.loops]) {
      part.forget();
    }
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

  const routes = createRoutes({
    ...world,
    keys,
    callToVerify: (call) => placeValidation(world, call),
  });
  const control = createControlListener({
    controlToken: sandbox.controlToken,
    account: { accountSid, authToken, testCredentials },
    phones,
    compliance,
    faults,
    requests,
    events,
    isInProgress: (traceId) =>
      [world.carrier, webhooks.flights, callbacks, world.switchboard].some((part) => part.has(traceId)),
    sandbox,
    kept: store.kept,
  });
  const listener = createSandboxListener(
    {
      routes,
      authenticate: createAuthenticator({ account: accounts.fixed, isKeySecret: keys.opens }),
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
    world.switchboard.stop();
    clock.stop();
    callbacks.forget();
    webhooks.stop();
    await new Promise((resolve) => void setImmediate(resolve));
  }

  return { listener, routes, sandbox, stop, world };
}
