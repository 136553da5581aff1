// Puts a sandbox together from its parts: the only place that knows them all.
import type { RequestListener } from 'node:http';
import { findDurationMs } from '../duration.js';
import { setImmediate } from '../real-time.js';
import { openAccount } from './accounts/account/store.js';
import { createAlertStore } from './accounts/alerts/store.js';
import { createApplicationStore } from './accounts/applications/store.js';
import { createComplianceStore } from './accounts/compliance/store.js';
import { createGeoPermissions } from './accounts/geo-permissions/store.js';
import { createKeyStore } from './accounts/keys/store.js';
import { createTestHandler, deriveTestCredentials } from './accounts/test-credentials/routes.js';
import { createHealthCheck } from './control/health.js';
import { createControlListener } from './control/listener.js';
import type { Entrances } from './entrances.js';
import { createExchangeLog } from './exchanges/exchange-log.js';
import { createExchangeView } from './exchanges/view.js';
import { createMediaLinks, createMediaStore } from './messaging/api/media/store.js';
import { createMessageStore } from './messaging/api/messages/store.js';
import { createSenderPool } from './messaging/api/sender-pool/store.js';
import { createServiceStore } from './messaging/api/services/store.js';
import { createMessaging } from './messaging/messaging.js';
import { createOptOutStore, type OptOut } from './messaging/opt-outs/opt-outs.js';
import { changeOptOut } from './messaging/opt-outs/subscriptions.js';
import { provisionNumber } from './numbers/incoming-phone-numbers/provision.js';
import { createNumberStore } from './numbers/incoming-phone-numbers/store.js';
import { listNumbers, summariseNumber } from './numbers/incoming-phone-numbers/summaries.js';
import { createCallerIdStore } from './numbers/outgoing-caller-ids/store.js';
import { createBehaviourStore } from './phones/behaviour.js';
import { callNumber, createPhoneCalls } from './phones/calls/phone-calls.js';
import { checkAssertion, createAssertionStore } from './phones/exposure/assertions.js';
import { createExposureEvents } from './phones/exposure/exposure-events.js';
import { findExposures } from './phones/exposure/find-exposures.js';
import { createWatchedNumbers } from './phones/exposure/watched-numbers.js';
import { createInboxStore } from './phones/inbox.js';
import { createPhoneBook } from './phones/phones.js';
import { createSentTextStore } from './phones/sent-texts.js';
import { createThreads } from './phones/threads.js';
import { type Clock, type SandboxClock, verifyWritableTime } from './platform/clock.js';
import type { Store } from './platform/database.js';
import { createOpenTraces, waitForQuiet } from './platform/events/open-traces.js';
import { createRequestCauses } from './platform/events/request-causes.js';
import { DEFAULT_TIMEOUT_MS, filterEvents, waitForEvent } from './platform/events/search.js';
import { createEventStream } from './platform/events/stream.js';
import { describeUnsupported } from './platform/events/unsupported.js';
import { createUnsupportedLog, type UnsupportedLog } from './platform/events/unsupported-log.js';
import type { UnsupportedUse } from './platform/events/unsupported-use.js';
import { createHex32 } from './platform/formats.js';
import { findPhoneNumber } from './platform/phone-number.js';
import { readSnapshot, replaceContent, takeSnapshot } from './platform/snapshot.js';
import type { RemoteAccess } from './remote-access/remote-access.js';
import { createRoutes } from './routes.js';
import type { Sandbox, SandboxOptions } from './sandbox.js';
import { createAppContactLog } from './server/app-contact.js';
import { createAuthenticator } from './server/auth.js';
import { createFaultStore } from './server/faults.js';
import { createSandboxListener } from './server/listener.js';
import { createRequestLog } from './server/request-log.js';
import type { RestRoutes } from './server/rest-routes.js';
import { createTraceLog } from './traces/trace-log.js';
import { createVoice, type Voice } from './voice/voice.js';
import { createWebhookDispatch } from './webhooks/dispatch.js';
import { createReplay } from './webhooks/replay.js';
import { toSignedUrl } from './webhooks/request.js';
import { signRequest } from './webhooks/signature.js';

/** What `createSandbox` opens first. */
export interface Foundation {
  readonly store: Store;
  readonly clock: Clock & SandboxClock;
  readonly remoteAccess: Pick<RemoteAccess, 'isRemote' | 'hostNames'>;
  /** The port of the sandbox, once it listens. */
  readonly port: () => number;
  /** The origin in the URLs that it hands out, once it listens: `http://127.0.0.1:4020`. */
  readonly publicOrigin: () => string;
}

/** A sandbox that does not listen yet. */
export interface Composition {
  /** Answers the REST API and the control API. */
  readonly listener: RequestListener;
  readonly routes: RestRoutes;
  /** The library's sandbox, except for what needs the server. */
  readonly sandbox: Omit<
    Sandbox,
    'origin' | 'publicOrigin' | 'port' | 'accept' | 'close' | typeof Symbol.asyncDispose | keyof Entrances
  >;
  /** True if the account has an API key with this SID. */
  hasApiKey(sid: string): boolean;
  /** Ends everything in progress, after what was just answered is written. The database stays open. */
  stop(): Promise<void>;
  /** What was asked for that the sandbox lacks. */
  readonly unsupported: UnsupportedLog;
  /** For tests that look at the calls in progress. */
  readonly voice: Voice;
}

/**
 * Puts the parts together, on a database that may hold an earlier run's content.
 *
 * @throws RelayPhoneError `usage` if `options.account` is invalid.
 */
export function composeSandbox(options: SandboxOptions, foundation: Foundation): Composition {
  const { store, clock, remoteAccess, port, publicOrigin: origin } = foundation;
  const { now } = clock;
  const { webhooks: givenNetwork = {} } = options;
  const network = remoteAccess.isRemote
    ? { ...givenNetwork, allowedHosts: givenNetwork.allowedHosts ?? [] }
    : givenNetwork;
  const strict = options.strict ?? false;

  const unsupported = createUnsupportedLog(options.onUnsupported ?? createWarning(options));
  const events = createEventStream(now, unsupported.note);
  const traces = createOpenTraces();
  const app = createAppContactLog();
  const exchanges = createExchangeLog(options.keepExchanges ?? 2000);
  const causes = createRequestCauses({ events, traces, traceparent: options.traceparent ?? false });

  const { onTokenRenewed } = options;
  const opening = { renewsToken: remoteAccess.isRemote, onTokenRenewed };
  const accounts = openAccount(store, options.account ?? {}, now(), opening);
  const { sid: accountSid, authToken } = accounts.fixed;
  const testCredentials = options.testCredentials ?? deriveTestCredentials(accountSid, authToken);
  const applications = createApplicationStore(store);
  const keys = createKeyStore(store);
  const compliance = createComplianceStore(store);
  const alerts = createAlertStore(store, now);

  const numbers = createNumberStore(store);
  const callerIds = createCallerIdStore(store);
  const geoPermissions = createGeoPermissions(store, numbers, options.allowedCountries ?? []);

  const webhookDeps = { authToken, alerts, events, exchanges, traces, causes, app, now, network };
  const webhooks = createWebhookDispatch(webhookDeps);
  const controlToken = options.controlToken ?? createHex32();
  const credentials = [{ sid: accountSid, authToken }, testCredentials];
  const exchangeView = createExchangeView({
    log: exchanges,
    origin,
    sign: (url, parameters, sid) => signRequest(authToken, toSignedUrl(url, sid), parameters),
    secrets: [
      controlToken,
      ...credentials.flatMap(({ sid, authToken: token }) => [token, btoa(`${sid}:${token}`)]),
    ],
  });

  const media = createMediaStore(store);
  const linkMedia = createMediaLinks({ accountSid, media, origin });
  const inboxes = createInboxStore(store, linkMedia);
  const behaviours = createBehaviourStore(store);
  const assertions = createAssertionStore(store);
  const isOwned = (number: string) => numbers.owned().has(number);
  const watched = createWatchedNumbers({ store, assertions, isOwned });
  const exposures = createExposureEvents({ store, events, assertions, watched });
  const sentTexts = createSentTextStore(store, linkMedia, watched);
  const phoneCalls = createPhoneCalls({
    store,
    clock,
    behaviours,
    exposures,
    watched,
    alertsAbout: alerts.summaries,
  });

  const messages = createMessageStore(store, media);
  const services = createServiceStore(store);
  const pool = createSenderPool(store, options.poolLimit ?? 400);
  const optOuts = createOptOutStore(store);
  const messaging = createMessaging({
    accountSid,
    strict,
    store,
    clock,
    now,
    events,
    traces,
    accounts,
    applications,
    alerts,
    compliance,
    geoPermissions,
    numbers,
    webhooks,
    network,
    messages,
    media,
    linkMedia,
    services,
    pool,
    optOuts,
    phones: {
      deliver: inboxes.deliver,
      textShown: exposures.textShown,
      keepSent: sentTexts.keepSent,
      behaviourOf: behaviours.of,
    },
  });

  const voice = createVoice({
    accountSid,
    origin,
    store,
    clock,
    events,
    traces,
    accounts,
    alerts,
    applications,
    numbers,
    callerIds,
    geoPermissions,
    webhooks,
    phones: phoneCalls,
    sendSms: messaging.sendFromCall,
  });

  const traceLog = createTraceLog({ events, traces });
  const phones = createPhoneBook({
    store,
    events,
    inboxes,
    sentTexts,
    threads: createThreads(store, events, linkMedia),
    behaviours,
    calls: phoneCalls,
    watched,
    isOwned,
    listTraces: (number) => traceLog.list({ number }),
    sendText: messaging.sendFromPhone,
    callNumber: (phone, to) =>
      callNumber({ phoneCalls, behaviours, numbers, receiveCall: voice.receiveCall }, phone, to),
  });

  // The tables do not have what a transaction lost.
  store.onLost(() => {
    const caches = [numbers, geoPermissions, compliance, behaviours, optOuts, assertions, watched];
    for (const part of caches) part.forget();
  });

  const faults = createFaultStore();
  const requests = createRequestLog();

  /** Ends everything in progress, changes the tables, and drops what the parts had cached of them. */
  function replaceTables(change: () => void): void {
    voice.stop();
    messaging.stop();
    webhooks.restart();
    change();
    for (const part of [voice, phoneCalls, numbers, geoPermissions, compliance, behaviours, watched])
      part.forget();
    messaging.reload();
    faults.clear();
    requests.clear();
    exchanges.clear();
    events.clear();
  }

  async function advance(time: number | string): Promise<void> {
    const byMs = findDurationMs(time);
    if (clock.mode === 'manual' && byMs !== undefined) {
      const now = new Date(verifyWritableTime(clock.now() + byMs)).toISOString();
      events.begin({ kind: 'clock.advanced', byMs, now });
    }
    await clock.advance(time);
  }
  function subscribe(optOut: OptOut, keyword: 'STOP' | 'START'): void {
    changeOptOut(optOut, keyword, { optOuts, pool, numbers, services, events });
  }

  const provisioning = { store, accounts, applications, numbers, now };
  const summaryDeps = { numbers, applications, findServiceSid: pool.findServiceSid };
  const exposuresOf = (number: string) => findExposures(store, events, number);
  const sandbox: Composition['sandbox'] = {
    accountSid,
    authToken,
    testCredentials,
    controlToken,
    phone: phones.phone,
    call: ({ from, to }) => phones.phone(from).call(to),
    text: ({ from, to, body, mediaUrls = [] }) => phones.phone(from).text(to, body, { mediaUrls }),
    phones: phones.summaries,
    compliance: compliance.set,
    unregistered: compliance.list,
    number: (number, options = {}) =>
      summariseNumber(provisionNumber(provisioning, number, options), summaryDeps),
    numbers: () => listNumbers(summaryDeps),
    optOuts: optOuts.list,
    optOut: (optOut) => subscribe(optOut, 'STOP'),
    optIn: (optOut) => subscribe(optOut, 'START'),
    allowedCountries: geoPermissions.list,
    allowCountry: (country) => geoPermissions.set(country, true),
    refuseCountry: (country) => geoPermissions.set(country, false),
    fail: faults.add,
    requests: requests.list,
    exchanges: exchangeView.list,
    exchange: exchangeView.find,
    replay: createReplay({ ...webhookDeps, stopSignal: webhooks.stopSignal }, exchangeView),
    alerts: () => alerts.summaries(),
    unsupported: ({ since } = {}) => unsupported.list(since),
    exposures: exposuresOf,
    whoSaw: exposuresOf,
    assertShownOnlyTo: (number, allowed) => void assertions.put(number, allowed),
    removeAssertion: assertions.remove,
    assertions: () => assertions.list().map((one) => checkAssertion(one, exposuresOf(one.number))),
    events: (filter) => filterEvents(events, filter),
    nextEvent: (predicate, { timeout = DEFAULT_TIMEOUT_MS } = {}) => waitForEvent(events, predicate, timeout),
    whenQuiet: (traceId, { timeout = DEFAULT_TIMEOUT_MS } = {}) => waitForQuiet(traces, traceId, timeout),
    traces: ({ number, ...filter } = {}) =>
      traceLog.list({ ...filter, number: number && (findPhoneNumber(number)?.number ?? number) }),
    trace: traceLog.find,
    clock: { mode: clock.mode, now, nextTimerAt: clock.nextTimerAt, advance },
    reset: () => {
      replaceTables(accounts.reset);
      events.begin({ kind: 'sandbox.reset' });
    },
    snapshot: () => takeSnapshot(store),
    restore: (snapshot) => {
      const content = readSnapshot(snapshot);
      replaceTables(() => replaceContent(store, content));
      events.begin({ kind: 'sandbox.restored' });
    },
  };

  const routes = createRoutes({
    store,
    now,
    accountSid,
    origin,
    strict,
    accounts,
    applications,
    keys,
    compliance,
    geoPermissions,
    alerts,
    numbers,
    callerIds,
    callToVerify: voice.verifyCallerId,
    messaging,
    messages,
    media,
    services,
    pool,
    optOuts,
    voice,
  });
  const control = createControlListener({
    controlToken: sandbox.controlToken,
    account: { accountSid, authToken, testCredentials },
    phones,
    compliance,
    faults,
    requests,
    events,
    traces,
    app,
    sandbox,
    port,
    hostNames: remoteAccess.hostNames,
    isHealthy: createHealthCheck(store),
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
      exchanges,
      causes,
      app,
      now,
      kept: store.kept,
    },
    control,
    remoteAccess.hostNames,
  );

  async function stop(): Promise<void> {
    voice.stop();
    clock.stop();
    messaging.stop();
    webhooks.stop();
    await new Promise((resolve) => void setImmediate(resolve));
  }

  const hasApiKey = (sid: string) => keys.find(sid) !== undefined;
  return { listener, routes, sandbox, hasApiKey, stop, voice, unsupported };
}

/** Returns what warns of something that the sandbox lacks, on the standard error of the process. */
function createWarning({ unsupported = 'warn' }: SandboxOptions): (use: UnsupportedUse) => void {
  return (use) => {
    if (unsupported === 'warn') process.emitWarning(describeUnsupported(use), 'RelayPhoneWarning');
  };
}
