// The gateway: what stands between the tunnel and the app, lets Twilio in and nobody else, and records it all.
import type { IncomingMessage, RequestListener } from 'node:http';
import type { Duplex } from 'node:stream';
import { createUpstream } from '../http/upstream.js';
import type { GatewayEvent } from './events.js';
import type { Exchange, ExchangeFilter, ExchangeSummary, NewExchange } from './exchanges/exchange.js';
import { createRecorder } from './exchanges/recorder.js';
import { type AllowedWebhook, createAllowlist } from './forwarding/allowlist.js';
import { createRequestHandlers } from './forwarding/incoming-request.js';
import { createProver, type Proof } from './forwarding/proof.js';
import { createWebhookReader } from './forwarding/read-webhook.js';
import type { NamedToken } from './signature/verdict.js';

/** What a gateway works with. */
export interface GatewayOptions {
  /** Where the app is, such as `http://127.0.0.1:8000`. */
  readonly app: string;
  /** The origin under which Twilio reaches it now, without a slash at its end. It may change. */
  readonly publicBase: () => string;
  /** What Twilio signs with. */
  readonly authToken: string;
  /** Other tokens that a webhook may have been signed with by mistake. Default none. */
  readonly otherTokens?: readonly NamedToken[];
  /** The paths that Twilio was told of; a new array when they change. */
  readonly webhooks: () => readonly AllowedWebhook[];
  /** Whether everything of the app is published, and signatures are looked at but not asked for. Default false. */
  readonly exposeAll?: boolean;
  /** The path of the database; `:memory:` for none. */
  readonly database: string;
  readonly emit: (event: GatewayEvent) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Milliseconds the app has for the head of an answer. Default 60 000: Twilio itself waits for 15 000. */
  readonly appTimeoutMs?: number;
  /** Milliseconds that a whole webhook may take to come. Default 10 000. */
  readonly bodyTimeoutMs?: number;
  /** How many exchanges are kept. Default 2000. */
  readonly maxExchanges?: number;
}

/** A gateway that is running. */
export interface Gateway {
  /** Answers what comes from outside. */
  readonly listener: RequestListener;
  /** For the server's `upgrade` event. */
  readonly upgrade: (incoming: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** What is to be fetched through the public address to see that it leads here. */
  proof(): Proof;
  /** Makes a new one; the one before counts no more. */
  renewProof(): Proof;
  /** Newest first. */
  list(filter: ExchangeFilter): ExchangeSummary[];
  find(id: number): Exchange | undefined;
  /** Writes down an exchange that did not come through it. */
  add(exchange: NewExchange): Exchange;
  /** Calls `listener` for every exchange from now on, refused ones too. @returns takes it back */
  watch(listener: (summary: ExchangeSummary) => void): () => void;
  /** Cuts off what is under way to the app, and closes the database. No request may come any more. */
  close(): Promise<void>;
}

const APP_TIMEOUT_MS = 60_000;

/** Makes one; it does not listen by itself. A database that cannot be opened stops nothing: it is told. */
export function createGateway(options: GatewayOptions): Gateway {
  const { app, now = Date.now, emit, exposeAll = false } = options;
  const watchers = new Set<(summary: ExchangeSummary) => void>();
  const recorder = createRecorder({ ...options, now });
  const upstream = createUpstream(app, options.appTimeoutMs ?? APP_TIMEOUT_MS);
  const prover = createProver();

  function add(unnumbered: NewExchange): Exchange {
    const exchange = recorder.add(unnumbered);
    const { summary } = exchange;
    emit({ kind: summary.refusal === null ? 'exchange' : 'refused', exchange: summary });
    for (const watcher of watchers) watcher(summary);
    return exchange;
  }

  const handlers = createRequestHandlers({
    app,
    upstream,
    prover,
    exposeAll,
    allowlist: createAllowlist(options.webhooks, exposeAll),
    reader: createWebhookReader(options.bodyTimeoutMs),
    signing: () => ({
      authToken: options.authToken,
      otherTokens: options.otherTokens ?? [],
      publicBase: options.publicBase(),
      app,
    }),
    record: add,
    emit,
    now,
  });
  return {
    ...handlers,
    proof: prover.current,
    renewProof: prover.renew,
    list: recorder.list,
    find: recorder.find,
    add,
    watch: (listener) => {
      watchers.add(listener);
      return () => void watchers.delete(listener);
    },
    close: async () => {
      await upstream.close();
      recorder.close();
    },
  };
}
