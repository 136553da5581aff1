// Puts a sandbox's world together from its parts, and empties it.
import { createCarrier } from './carrier/carrier.js';
import { createCollector } from './carrier/collect.js';
import { receiveOwn } from './carrier/inbound.js';
import { createLoopGuard } from './carrier/loop-guard.js';
import { sendFromPhone } from './carrier/phone-text.js';
import { releaseScheduled } from './carrier/release.js';
import type { Clock } from './clock.js';
import { createEventStream } from './events/stream.js';
import { createBehaviourBook } from './phones/behaviours.js';
import { createCallLog } from './phones/call-log.js';
import { createOptOutBook } from './phones/opt-outs.js';
import type { PhoneCall } from './phones/phone-call.js';
import { createPhoneBook } from './phones/phones.js';
import { createSummaries } from './phones/summaries.js';
import { createPhoneTexts } from './phones/texts.js';
import { openAccount } from './resources/accounts/store.js';
import { createAlertStore } from './resources/alerts/store.js';
import { createApplicationStore } from './resources/applications/store.js';
import { createCallStore } from './resources/calls/store.js';
import { createComplianceStore } from './resources/compliance/store.js';
import { createNumberStore } from './resources/incoming-phone-numbers/store.js';
import { createKeyStore } from './resources/keys/store.js';
import { linkMedia } from './resources/media/link.js';
import { createMediaStore } from './resources/media/store.js';
import { createMessageStore } from './resources/messages/store.js';
import { createCallerIdStore } from './resources/outgoing-caller-ids/store.js';
import { createRecordingStore } from './resources/recordings/store.js';
import { createNumberPool } from './resources/services/pool.js';
import { createServiceStore } from './resources/services/store.js';
import { createFaultBook } from './rest/faults.js';
import { createRequestLog } from './rest/request-log.js';
import type { SandboxOptions } from './sandbox.js';
import { readSnapshot, replaceContent } from './store/content.js';
import type { Store } from './store/database.js';
import { deriveTestCredentials } from './test-credentials/derive.js';
import { callNumber } from './voice/call-number.js';
import { createQueueBook } from './voice/queues.js';
import { createSwitchboard } from './voice/switchboard.js';
import { createSender } from './webhooks/sender.js';
import { createStatusCallbacks } from './webhooks/status-callbacks.js';
import { createHex32 } from './wire.js';
import type { World } from './world.js';

/**
 * Opens the world of a database.
 *
 * @param origin where it will be listening, once it does
 * @throws RelayPhoneError `usage` when `options.account` makes no account.
 */
export function buildWorld(
  store: Store,
  options: SandboxOptions,
  clock: Clock,
  origin: World['origin'],
): World {
  const { now } = clock;
  const network = options.webhooks ?? {};
  const accounts = openAccount(store, options.account ?? {}, now());
  const media = createMediaStore(store);
  const messages = createMessageStore(store, media);
  const alerts = createAlertStore(store, now);
  const events = createEventStream(now);
  const callLog = createCallLog(store);
  const handsets = new Map<string, PhoneCall>();
  const phones = createPhoneBook({
    summaries: createSummaries(store),
    texts: createPhoneTexts(store, (sid) => linkMedia(world, sid)),
    behaviours: createBehaviourBook(store),
    events,
    callLog,
    handsets,
    send: (text) => sendFromPhone(world, text, network),
    dial: (phone, to) => callNumber(world, phone, to),
  });
  const { sid: accountSid, authToken } = accounts.fixed;
  const webhooks = createSender({
    authToken,
    alerts,
    events,
    now,
    network,
  });
  const callbacks = createStatusCallbacks({ accountSid, webhooks, clock, phones });
  const numbers = createNumberStore(store);
  const world: World = {
    store,
    origin,
    now,
    clock,
    events,
    accountSid,
    authToken,
    controlToken: options.controlToken ?? createHex32(),
    testCredentials: options.testCredentials ?? deriveTestCredentials(accountSid, authToken),
    strict: options.strict ?? false,
    accounts,
    applications: createApplicationStore(store),
    numbers,
    callerIds: createCallerIdStore(store),
    messages,
    media,
    keys: createKeyStore(store),
    services: createServiceStore(store),
    pool: createNumberPool(store, options.poolLimit ?? 400),
    compliance: createComplianceStore(store),
    alerts,
    phones,
    optOuts: createOptOutBook(store),
    webhooks,
    callbacks,
    calls: createCallStore(store),
    recordings: createRecordingStore(store),
    callLog,
    handsets,
    switchboard: createSwitchboard(),
    queues: createQueueBook(),
    loops: createLoopGuard(now),
    carrier: createCarrier({
      store,
      clock,
      messages,
      phones,
      numbers,
      events,
      callbacks,
      collect: createCollector(() => world, network),
      release: (message) => releaseScheduled(world, message),
      receive: (message, thread) => receiveOwn(world, message, thread),
    }),
    faults: createFaultBook(),
    requests: createRequestLog(),
  };
  world.calls.endAll(now());
  callLog.endAll(now());
  return world;
}

/** Back to an account without anything. */
export function resetWorld(world: World): void {
  renew(world, world.accounts.reset);
}

/**
 * Back to how a world was when `snapshot` was taken, here or elsewhere; texts that were under way then go on.
 *
 * @throws RelayPhoneError `usage`, and changes nothing, for what is no snapshot of this version.
 */
export function restoreWorld(world: World, snapshot: string): void {
  const content = readSnapshot(snapshot);
  renew(world, () => replaceContent(world.store, content));
}

/** Ends all that is under way before the tables are changed, and forgets afterwards what was known of them. */
function renew(world: World, changeTables: () => void): void {
  world.switchboard.stop();
  world.callbacks.forget();
  world.webhooks.restart();
  changeTables();
  // Whoever was on the line then is not now.
  world.calls.endAll(world.now());
  world.callLog.endAll(world.now());
  world.numbers.forget();
  world.messages.forget();
  world.compliance.forget();
  world.phones.forget();
  world.optOuts.forget();
  world.queues.forget();
  world.loops.forget();
  world.carrier.forget();
  world.faults.clear();
  world.requests.clear();
  world.events.clear();
}
