// Makes a relay: its database, its webhooks, its API and its outbox.

import type { RequestListener } from 'node:http';
import { openDatabase } from '../state/database.js';
import type { TwilioClient } from '../twilio/client.js';
import type { UserApi } from './api/request.js';
import { answerApiRequest } from './api/user-api.js';
import { createRateLimit } from './api/vcard.js';
import type { RelayResponse } from './http.js';
import { createOutbox, DEFAULT_FIRST_RETRY_MS, type OutboxOptions } from './outbox/outbox.js';
import { createTwilioRequests, readFailure } from './outbox/twilio-requests.js';
import { createPurchases, type NumberPurchaser } from './purchases.js';
import type { Relay, RelayEvent } from './relay.js';
import { createContacts } from './store/contacts.js';
import { type Allowance, createMasks } from './store/masks.js';
import { createOutgoingTable } from './store/outgoing.js';
import { createPhoneTable } from './store/phones.js';
import { createProcessedWebhooks } from './store/processed-webhooks.js';
import { prune, RELAY_SCHEMA } from './store/schema.js';
import type { WebhookSigning } from './webhooks/authenticate.js';
import { catchUp } from './webhooks/catch-up.js';
import { answerWebhook, findEndpoint } from './webhooks/webhooks.js';

/** What a relay works with. */
export interface RelayOptions extends OutboxOptions {
  /** The path of its database; `:memory:` for none. */
  readonly database: string;
  readonly client: TwilioClient;
  /** What Twilio signs its webhooks with. */
  readonly authToken: string;
  /** Where the files of texts that came meanwhile are: `https://api.twilio.com`, or the sandbox. */
  readonly apiOrigin: string;
  /** The origin under which Twilio reaches it, without a slash at its end. */
  readonly publicBase: string;
  /** What the owner shows to the user API. */
  readonly token: string;
  /** Whether the user API may be reached through the tunnel too. */
  readonly isExposed: boolean;
  /** The number from which the owner is texted; undefined when there is none. */
  readonly mainNumber: string | undefined;
  /** Where the user API buys masks. */
  readonly purchaser: NumberPurchaser;
  readonly allowance: Allowance;
  readonly readsPrefixes: boolean;
  readonly emit: (event: RelayEvent) => void;
}

/** A relay that is running. */
export interface RunningRelay extends Pick<Relay, 'masks' | 'outgoing' | 'phones'> {
  /** Answers Twilio and the owner. */
  readonly listener: RequestListener;
  /**
   * Settles a purchase that was begun, takes what came while nothing was running, and sends what waits; before it
   * nothing is sent. While Twilio cannot be asked, it is asked again and again; and once more after something could
   * not be kept.
   */
  start(): Promise<void>;
  /** Sends what is new in the outbox. */
  wake(): void;
  /**
   * Lets what is under way at Twilio end, and closes the database. No webhook may come any more.
   *
   * @returns how much is still to be done at the next start
   */
  close(): Promise<number>;
}

/** As in Firefox Relay. */
const VCARD_RATE = { count: 10, windowMs: 60_000 } as const;

/** @throws RelayPhoneError `needsUser` when the database cannot be opened, such as by a second relay. */
export function createRelay(options: RelayOptions): RunningRelay {
  const { now = Date.now, publicBase, readsPrefixes, emit } = options;
  const store = openDatabase(options.database, { owner: 'relay', steps: RELAY_SCHEMA });
  prune(store, now());
  const relay: Relay = {
    store,
    masks: createMasks(store, options.allowance, now),
    contacts: createContacts(store, now),
    processedWebhooks: createProcessedWebhooks(store, now),
    outgoing: createOutgoingTable(store, now),
    phones: createPhoneTable(store, now),
    readsPrefixes,
    emit,
  };
  const twilio = createTwilioRequests(options.client, `${publicBase}/api/v1/sms_status`);
  const outbox = createOutbox(relay, twilio, options);
  const purchases = createPurchases(relay, { ...options, now });
  const limitVCard = createRateLimit({ ...VCARD_RATE, now });
  let restartTimer: NodeJS.Timeout | undefined;
  let isClosing = false;
  // What could not be kept was answered with an error, and Twilio has it still.
  store.onLost(scheduleRestart);

  function scheduleRestart(): void {
    if (!isClosing) restartTimer ??= setTimeout(start, (options.firstRetryMs ?? DEFAULT_FIRST_RETRY_MS) * 10);
  }

  async function start(): Promise<void> {
    clearTimeout(restartTimer);
    restartTimer = undefined;
    try {
      await purchases.settle();
      const texts = await catchUp(relay, options.client, options.apiOrigin);
      if (texts > 0) emit({ kind: 'caught-up', texts });
    } catch (error) {
      emit({ kind: 'postponed', what: 'what came meanwhile', why: readFailure(error).reason });
      scheduleRestart();
    }
    outbox.wake();
  }

  return {
    masks: relay.masks,
    outgoing: relay.outgoing,
    phones: relay.phones,
    listener: createRelayApp(relay, { ...options, purchases, limitVCard, wake: outbox.wake }),
    start,
    wake: outbox.wake,
    close: async () => {
      isClosing = true;
      clearTimeout(restartTimer);
      await purchases.close();
      await outbox.close();
      const waiting = relay.outgoing.countOpen();
      relay.contacts.flush();
      store.close();
      return waiting;
    },
  };
}

/** What {@link createRelayApp} needs besides the relay. */
interface RelayAppOptions extends WebhookSigning, UserApi {
  /** Called when there may be something new to send. */
  readonly wake: () => void;
}

/** Makes the listener. */
function createRelayApp(relay: Relay, options: RelayAppOptions): RequestListener {
  return async (incoming, outgoing) => {
    const endpoint = findEndpoint(incoming.url ?? '');
    const { status, type, body, headers }: RelayResponse = endpoint
      ? await answerWebhook(relay, options, endpoint, incoming)
      : await answerApiRequest(relay, options, incoming);
    options.wake();
    const content = status === 204 ? {} : { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) };
    const more = status === 405 ? { Allow: 'POST', ...headers } : headers;
    outgoing.writeHead(status, more ? { ...content, ...more } : content).end(body);
  };
}
