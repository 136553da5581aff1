// The log of exchanges: the last REST requests to the sandbox and its last webhooks, with headers and bodies.
import type { WebhookPurpose } from '../platform/events/event.js';
import type { TraceContext } from '../platform/events/stream.js';
import { createKnownHeaders, type KnownHeaders } from './known-headers.js';

/** How many characters and bytes all kept bodies may have; the oldest exchanges are dropped above it. */
const MAX_TOTAL_SIZE = 32 * 1024 * 1024;

/** Headers as they were sent or received: names and values in turn, or by name. */
export type RawHeaders = readonly string[] | Readonly<Record<string, string | readonly string[] | undefined>>;

/** A request and its answer, as they were. Nothing is copied: they are cut, masked and formatted when somebody reads them. */
interface RawExchange {
  readonly id: number;
  /** Milliseconds since 1970, on the sandbox's clock. */
  readonly at: number;
  /** Milliseconds of real time until the answer was complete. */
  readonly durationMs: number;
  /** Its cause is the event of this very request: `webhook.began`, `request.in` or `fault.hit`. */
  readonly trace: TraceContext;
  readonly method: string;
  /** For a REST request, `Content-Length` may be that of an earlier one. */
  readonly requestHeaders: RawHeaders;
  readonly requestBody: string;
  /** Whether there was more of the body than is kept: a refused request is answered without reading it. */
  readonly isRequestCut: boolean;
  /** Null without an answer. */
  readonly status: number | null;
  readonly answerHeaders: RawHeaders;
  readonly answerBody: string | Buffer;
  readonly isAnswerCut: boolean;
  /** Why there is no complete answer, or why the answer is a failure; null if all is well. */
  readonly error: string | null;
}

/** A REST request to the sandbox. */
export interface RestExchange extends RawExchange {
  readonly direction: 'rest';
  /** The raw request target. */
  readonly target: string;
  /** The address of the client. */
  readonly remote: string;
}

/** A webhook of the sandbox. */
export interface WebhookExchange extends RawExchange {
  readonly direction: 'webhook';
  readonly purpose: WebhookPurpose;
  /** The URL that was signed and requested. */
  readonly url: string;
  /** The SID of the message or call. */
  readonly sid: string;
  /** The phone's number and the account's. */
  readonly numbers: readonly [phone: string, number: string];
  readonly attempt: number;
  /** The id of the exchange that this one replays; null for a webhook of the sandbox itself. */
  readonly replayOf: number | null;
}

/** An exchange of either direction. */
export type SandboxExchange = RestExchange | WebhookExchange;

/** The log of exchanges. */
export interface ExchangeLog {
  /** Returns the id of a new exchange, from 1. */
  nextId(): number;
  add(exchange: SandboxExchange): void;
  /** Returns the headers of a request to keep: one copy of those that come again and again. */
  readonly keepHeaders: KnownHeaders;
  /** The kept exchanges, oldest first; one that took long comes after later ones that were quick. */
  list(): readonly SandboxExchange[];
  find(id: number): SandboxExchange | undefined;
  /** Forgets all exchanges; ids go on. */
  clear(): void;
}

/** Creates an empty log. @param capacity how many exchanges it keeps */
export function createExchangeLog(capacity: number): ExchangeLog {
  let ring: (SandboxExchange | undefined)[] = [];
  /** How many were added; the newest is at `(added - 1) % capacity`. */
  let added = 0;
  /** How many of the oldest were dropped. */
  let dropped = 0;
  let totalSize = 0;
  let lastId = 0;

  function dropOldest(): void {
    const place = dropped % capacity;
    totalSize -= sizeOf(ring[place]);
    ring[place] = undefined;
    dropped += 1;
  }

  function list(): SandboxExchange[] {
    const kept: SandboxExchange[] = [];
    for (let index = dropped; index < added; index += 1) {
      const exchange = ring[index % capacity];
      if (exchange) kept.push(exchange);
    }
    return kept;
  }

  return {
    nextId: () => {
      lastId += 1;
      return lastId;
    },
    add: (exchange) => {
      if (capacity === 0) return;
      if (added - dropped === capacity) dropOldest();
      ring[added % capacity] = exchange;
      added += 1;
      totalSize += sizeOf(exchange);
      while (totalSize > MAX_TOTAL_SIZE && added - dropped > 1) dropOldest();
    },
    keepHeaders: createKnownHeaders(),
    list,
    find: (id) => list().find((exchange) => exchange.id === id),
    clear: () => {
      ring = [];
      [added, dropped, totalSize] = [0, 0, 0];
    },
  };
}

function sizeOf(exchange: SandboxExchange | undefined): number {
  return exchange ? exchange.requestBody.length + exchange.answerBody.length : 0;
}
