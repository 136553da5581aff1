// The gateway: a reverse proxy between the tunnel and the app that only lets Twilio's webhooks through, and records them.
import type { IncomingMessage, RequestListener } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AppFault } from '../app-host/recognize.js';
import type {
  Exchange,
  ExchangeFilter,
  ExchangeFinding,
  ExchangeSummary,
  NewExchange,
} from '../exchanges/exchange.js';
import { createBodyReader } from '../http/body-reader.js';
import { findConnectionLimit } from '../http/connection-limit.js';
import { createUpstream } from '../http/upstream.js';
import type { GatewayEvent } from './events.js';
import { createRecorder } from './exchanges/recorder.js';
import { type AllowedWebhook, createAllowlist } from './forwarding/allowlist.js';
import { createAnswerInspector } from './forwarding/answer-inspector.js';
import { createRequestHandlers } from './forwarding/incoming-request.js';
import { createMediaFiles } from './forwarding/media-files.js';
import { createProver, type Proof } from './forwarding/proof.js';
import { createAccountUrls, type WebhookAccount } from './signature/account-urls.js';
import type { NamedToken } from './signature/signed-request.js';

/** Settings and dependencies of {@link createGateway}. */
export interface GatewayOptions {
  /** The app's origin, such as `http://127.0.0.1:8000`. */
  readonly app: string;
  /** Returns the current public base, without a trailing slash. */
  readonly publicBase: () => string;
  /** The auth token that Twilio signs with. */
  readonly authToken: string;
  /** Other tokens that a webhook may be signed with by mistake. Default none. */
  readonly otherTokens?: readonly NamedToken[];
  /** The account of the auth token, to explain wrong signatures with its webhook URLs. Default: they are not known. */
  readonly account?: WebhookAccount | undefined;
  /** Returns the webhook paths that Twilio was given; a new array when they change. */
  readonly webhooks: () => readonly AllowedWebhook[];
  /** The key in `.env` with the hosts that Firefox Relay allows.. */
  readonly hostsKey?: string | undefined;
  /** True to pass all requests to the app and only report wrong signatures. Default false. */
  readonly exposeAll?: boolean;
  /** The path of the SQLite database; `:memory:` keeps nothing. */
  readonly database: string;
  readonly emit: (event: GatewayEvent) => void;
  /** Returns milliseconds since 1970. */
  readonly now?: () => number;
  /** Milliseconds that the app may take to the headers of its answer. Default 60 000; Twilio itself waits 15 000. */
  readonly appTimeoutMs?: number;
  /** Milliseconds that the body of a webhook may take to arrive. Default 10 000. */
  readonly bodyTimeoutMs?: number;
  /** How many requests without a valid signature may be on their way to the app. Default a quarter of the connections. */
  readonly maxUnsigned?: number;
  /** How many forwarded exchanges are kept. Default 2000. */
  readonly maxExchanges?: number;
  /** How long exchanges are kept, in milliseconds. Default: as the last gateway with this database kept them. */
  readonly maxAgeMs?: number;
}

/** A running gateway. */
export interface Gateway {
  /** Answers requests from the tunnel. */
  readonly listener: RequestListener;
  /** For the server's `upgrade` event. */
  readonly upgrade: (incoming: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Returns the current proof: fetched through the public base, it shows that the public base leads to this gateway. */
  proof(): Proof;
  /** Replaces the proof. */
  renewProof(): Proof;
  /** Asks the app for a page under the public host and under its own. Undefined if it accepts both. @throws NoAnswer */
  compareHosts(): Promise<AppFault | undefined>;
  /** Lists exchanges, newest first. */
  list(filter: ExchangeFilter): ExchangeSummary[];
  find(id: number): Exchange | undefined;
  /** Removes the exchanges before a time in milliseconds since 1970. @returns how many. @throws Error if that fails */
  remove(before: number): Promise<number>;
  /** Lists the exchanges with a higher id that are still kept, forwarded and refused ones, oldest first. */
  after(id: number, limit: number): ExchangeSummary[];
  /** The id of the newest exchange. */
  lastId(): number;
  /** Records an exchange that did not come through this gateway, such as a replay. */
  add(exchange: NewExchange): Exchange;
  /** Calls `listener` for every new exchange, refused ones included. @returns removes the listener */
  watch(listener: (summary: ExchangeSummary) => void): () => void;
  /** Ends the requests in flight to the app and closes the database. No request may arrive after the call. */
  close(): Promise<void>;
}

const APP_TIMEOUT_MS = 60_000;
/** Connections to the app. Requests without a signature have their own, so that webhooks never wait for them. */
const [SIGNED_CONNECTIONS, UNSIGNED_CONNECTIONS] = [256, 64] as const;

/** Creates a gateway. It does not listen. If its database cannot be opened, it works without, and emits an event. */
export function createGateway(options: GatewayOptions): Gateway {
  const { app, now = Date.now, emit, exposeAll = false } = options;
  const watchers = new Set<(summary: ExchangeSummary) => void>();
  const recorder = createRecorder({ ...options, now });
  const { appTimeoutMs = APP_TIMEOUT_MS, bodyTimeoutMs } = options;
  const signedUpstream = createUpstream(app, { timeoutMs: appTimeoutMs, connections: SIGNED_CONNECTIONS });
  const unsignedUpstream = createUpstream(app, {
    timeoutMs: appTimeoutMs,
    connections: UNSIGNED_CONNECTIONS,
  });
  const prover = createProver();
  const media = createMediaFiles();
  const inspector = createAnswerInspector(options);
  const accountUrls = createAccountUrls(options.account);
  let isClosed = false;

  function add(unnumbered: NewExchange): Exchange {
    const exchange = recorder.add(unnumbered);
    const { summary } = exchange;
    emit({ kind: summary.refusal === null ? 'exchange' : 'refused', exchange: summary });
    for (const watcher of watchers) watcher(summary);
    return exchange;
  }

  /** Records the exchange at once; what takes longer to find out is added to it. */
  function addInspected(unnumbered: NewExchange, isWebhook: boolean): void {
    const { findings, later } = inspector.inspect(unnumbered, isWebhook);
    const { summary } = unnumbered;
    if (findings.length > 0) summary.findings = [...(summary.findings ?? []), ...findings];
    add(unnumbered);
    void later?.then((found) => {
      if (found.length === 0) return;
      summary.findings = [...(summary.findings ?? []), ...found];
      update(unnumbered, found);
    });
  }

  /** @param found the new findings */
  function update(exchange: NewExchange, found: readonly ExchangeFinding[]): void {
    if (isClosed) return;
    recorder.update(exchange);
    for (const finding of found) emit({ kind: 'finding', exchangeId: exchange.summary.id, finding });
  }

  const handlers = createRequestHandlers({
    app,
    signedUpstream,
    unsignedUpstream,
    maxUnsigned: options.maxUnsigned ?? Math.floor(findConnectionLimit() / 4),
    prover,
    exposeAll,
    media,
    allowlist: createAllowlist(options.webhooks, media.has, exposeAll),
    reader: createBodyReader(bodyTimeoutMs === undefined ? {} : { timeoutMs: bodyTimeoutMs }),
    signing: () => ({
      authToken: options.authToken,
      otherTokens: options.otherTokens ?? [],
      publicBase: options.publicBase(),
      app,
      accountSid: options.account?.sid,
      configured: accountUrls.current(),
    }),
    accountUrls,
    update,
    record: (exchange, inspects) =>
      inspects === undefined ? add(exchange) : addInspected(exchange, inspects === 'webhook'),
    emit,
    now,
  });
  return {
    ...handlers,
    proof: prover.current,
    renewProof: prover.renew,
    compareHosts: inspector.compareHosts,
    list: recorder.list,
    find: recorder.find,
    remove: recorder.remove,
    after: recorder.after,
    lastId: recorder.lastId,
    add,
    watch: (listener) => {
      watchers.add(listener);
      return () => void watchers.delete(listener);
    },
    close: async () => {
      await Promise.all([signedUpstream.close(), unsignedUpstream.close()]);
      await inspector.close();
      isClosed = true;
      recorder.close();
    },
  };
}
