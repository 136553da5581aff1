// Creates the small Relay: its database, webhooks, user API and outbox behind one HTTP listener.
import type { RequestListener } from 'node:http';
import { createBodyReader } from '../http/body-reader.js';
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
import { prune, RELAY_DATABASE } from './store/schema.js';
import type { AuthenticationDeps } from './webhooks/authenticate.js';
import { catchUp } from './webhooks/catch-up.js';
import { answerWebhook, findEndpoint } from './webhooks/webhooks.js';

/** Settings and dependencies of {@link createRelay}. */
export interface RelayOptions extends OutboxOptions {
  /** The path of its SQLite database; `:memory:` keeps nothing. */
  readonly database: string;
  readonly client: TwilioClient;
  /** The auth token that Twilio signs its webhooks with. */
  readonly authToken: string;
  /** The origin of the Twilio API, for the media of missed texts: `https://api.twilio.com`, or the sandbox. */
  readonly apiOrigin: string;
  /** The origin under which Twilio reaches the relay, without a trailing slash. */
  readonly publicBase: string;
  /** The owner's token for the user API. */
  readonly token: string;
  /** True if the user API also answers requests that come through a tunnel or proxy. */
  readonly isExposed: boolean;
  /** The number that texts the owner: verification codes and the welcome. Undefined if the account has none. */
  readonly mainNumber: string | undefined;
  /** Buys masks for the user API. */
  readonly purchaser: NumberPurchaser;
  readonly allowance: Allowance;
  /** True if a reply may start with a contact's number, as with Firefox Relay's flag `multi_replies`. */
  readonly readsPrefixes: boolean;
  /** Is called for each event. */
  readonly emit: (event: RelayEvent) => void;
}

/** A running relay. */
export interface RunningRelay extends Pick<Relay, 'masks' | 'outgoing' | 'phones'> {
  /** Answers Twilio's webhooks and the owner's requests. */
  readonly listener: RequestListener;
  /**
   * Finishes an interrupted purchase, processes the texts that arrived while the relay was stopped, and starts the
   * outbox. Nothing is sent before that. It runs again later if Twilio does not answer or a database write fails.
   */
  start(): Promise<void>;
  /** Starts sending the requests that were added to the outbox. */
  wake(): void;
  /**
   * Waits for the requests in flight to Twilio and closes the database. No webhook may arrive after the call.
   *
   * @returns how many rows of the outbox are left for the next start
   */
  close(): Promise<number>;
}

/** Firefox Relay's `VCARD_RATE_LIMIT`. */
const VCARD_RATE = { count: 10, windowMs: 60_000 } as const;

/**
 * Opens the database and creates a relay on it. It neither listens nor sends before {@link RunningRelay.start}.
 *
 * @throws RelayPhoneError `needsUser` if the database cannot be opened, for example because another relay has it.
 */
export function createRelay(options: RelayOptions): RunningRelay {
  const { now = Date.now, publicBase, readsPrefixes, emit } = options;
  const store = openDatabase(options.database, RELAY_DATABASE);
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
  const reader = createBodyReader();
  let restartTimer: NodeJS.Timeout | undefined;
  let isClosing = false;
  // Webhooks whose writes failed were answered with an error; `start` finds their texts in Twilio's message list.
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
      emit({ kind: 'postponed', what: 'missed texts', why: readFailure(error).reason });
      scheduleRestart();
    }
    outbox.wake();
  }

  return {
    masks: relay.masks,
    outgoing: relay.outgoing,
    phones: relay.phones,
    listener: createListener(relay, { ...options, reader, purchases, limitVCard, wake: outbox.wake }),
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

interface ListenerOptions extends AuthenticationDeps, UserApi {
  /** Is called after each request: it may have added to the outbox. */
  readonly wake: () => void;
}

function createListener(relay: Relay, options: ListenerOptions): RequestListener {
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
