// Sends what is written down: conversation by conversation in its order, nothing twice, and what fails again later.
import type { Relay } from '../relay.js';
import type { OutgoingRow } from '../store/outgoing.js';
import { createAttempt } from './attempt.js';
import type { TwilioRequests } from './twilio-requests.js';

/** How an outbox works; everything has a default. */
export interface OutboxOptions {
  /** Milliseconds before the second attempt; doubled for each after it, up to a minute. Default 500. */
  readonly firstRetryMs?: number;
  /** Milliseconds after which something that still fails is given up. Default a day. */
  readonly giveUpAfterMs?: number;
  /** How many requests may be under way at once. Default 16. */
  readonly concurrency?: number;
  readonly now?: () => number;
}

/** A running outbox. */
export interface Outbox {
  /** Looks whether there is something new to do. */
  wake(): void;
  /** Begins nothing more, and resolves when what is under way has ended. What is left waits in the database. */
  close(): Promise<void>;
}

/** Milliseconds; see {@link OutboxOptions}. */
export const DEFAULT_FIRST_RETRY_MS = 500;

const DAY_MS = 24 * 60 * 60_000;
const MAX_RETRY_MS = 60_000;

/** Starts an outbox. What an earlier process had only begun is looked for at Twilio before it is sent. */
export function createOutbox(relay: Relay, twilio: TwilioRequests, options: OutboxOptions = {}): Outbox {
  const {
    firstRetryMs = DEFAULT_FIRST_RETRY_MS,
    giveUpAfterMs = DAY_MS,
    concurrency = 16,
    now = Date.now,
  } = options;
  const attempt = createAttempt(relay, twilio, { giveUpAfterMs, now });
  /** Lanes that have something to do, and nobody who does it. */
  const waiting = new Set<string>();
  /** Lanes that are worked on, or wait for their next attempt. */
  const active = new Map<string, NodeJS.Timeout | undefined>();
  const running = new Set<Promise<void>>();
  let closing = false;

  function wake(): void {
    for (const conversation of relay.outgoing.takeConversations())
      if (!active.has(conversation)) waiting.add(conversation);
    for (const conversation of waiting) {
      if (closing || running.size >= concurrency) return;
      waiting.delete(conversation);
      start(conversation);
    }
  }

  function start(conversation: string): void {
    active.set(conversation, undefined);
    const run = sendConversation(conversation).finally(() => {
      running.delete(run);
      wake();
    });
    running.add(run);
  }

  /** Looks for the next one and leaves in the same turn, so that none can come in between. */
  async function sendConversation(conversation: string): Promise<void> {
    for (;;) {
      const row = closing ? undefined : relay.outgoing.findNext(conversation);
      if (!row) return void active.delete(conversation);
      if ((await attempt(row)) === 'again') return retryLater(conversation, row);
    }
  }

  /** Frees the place for other lanes until the next attempt. */
  function retryLater(conversation: string, row: OutgoingRow): void {
    const wait = Math.min(firstRetryMs * 2 ** row.attempts, MAX_RETRY_MS);
    if (closing) return;
    const timer = setTimeout(() => {
      active.delete(conversation);
      waiting.add(conversation);
      wake();
    }, wait);
    active.set(conversation, timer);
  }

  return {
    wake,
    close: async () => {
      closing = true;
      for (const timer of active.values()) clearTimeout(timer);
      await Promise.all(running);
    },
  };
}
