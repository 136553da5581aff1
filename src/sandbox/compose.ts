// Puts a sandbox's world together from its parts, and empties it.

import { openAccount } from './accounts/account/store.js';
import { createAlertStore } from './accounts/alerts/store.js';
import { createApplicationStore } from './accounts/applications/store.js';
import { createComplianceStore } from './accounts/compliance/store.js';
import { createKeyStore } from './accounts/keys/store.js';
import { deriveTestCredentials } from './accounts/test-credentials/derive.js';
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
import { createPhoneTexts } from './phones/inbox/inbox.js';
import { createPhoneBook } from './phones/phones.js';
import { createSummaries } from './phones/summaries.js';
import type { Clock } from './platform/clock.js';
import type { Store } from './platform/database.js';
import { createEventStream } from './platform/events/stream.js';
import { createHex32 } from './platform/formats.js';
import { readSnapshot, replaceContent } from './platform/snapshot.js';
import type { SandboxOptions } from './sandbox.js';
import { createFaultStore } from './server/faults.js';
import { createRequestLog } from './server/request-log.js';
import { createVoice } from './voice/voice.js';
import { createWebhookDispatch } from './webhooks/dispatch.js';
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
  const behaviours = createBehaviourStore(store);
  const phoneCalls = createPhoneCalls({ store, clock, behaviours });
  const { sid: accountSid, authToken } = accounts.fixed;
  const webhooks = createWebhookDispatch({
    authToken,
    alerts,
    events,
    now,
    network,
  });
  const numbers = createNumberStore(store);
  const callerIds = createCallerIdStore(store);
  const applications = createApplicationStore(store);
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
  const phones = createPhoneBook({
    summaries: createSummaries(store),
    texts: createPhoneTexts(store, (sid) => linkMedia(world, sid)),
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
    controlToken: options.controlToken ?? createHex32(),
    testCredentials: options.testCredentials ?? deriveTestCredentials(accountSid, authToken),
    strict: options.strict ?? false,
    accounts,
    applications,
    numbers,
    callerIds,
    messages,
    media,
    keys: createKeyStore(store),
    services: createServiceStore(store),
    pool: createSenderPool(store, options.poolLimit ?? 400),
    compliance: createComplianceStore(store),
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
    faults: createFaultStore(),
    requests: createRequestLog(),
  };
  return world;
}

/** Back to an account without anything. */
export function resetSandbox(world: World): void {
  renew(world, world.accounts.reset);
}

/**
 * Back to how a world was when `snapshot` was taken, here or elsewhere; texts that were under way then go on.
 *
 * @throws RelayPhoneError `usage`, and changes nothing, for what is no snapshot of this version.
 */
export function restoreSandbox(world: World, snapshot: string): void {
  const content = readSnapshot(snapshot);
  renew(world, () => replaceContent(world.store, content));
}

/** Ends all that is under way before the tables are changed, and forgets afterwards what was known of them. */
function renew(world: World, changeTables: () => void): void {
  world.voice.stop();
  world.callbacks.forget();
  world.webhooks.restart();
  changeTables();
  world.voice.forget();
  world.phoneCalls.forget();
  world.numbers.forget();
  world.messages.forget();
  world.compliance.forget();
  world.phones.forget();
  world.optOuts.forget();
  world.loops.forget();
  world.carrier.forget();
  world.faults.clear();
  world.requests.clear();
  world.events.clear();
}
