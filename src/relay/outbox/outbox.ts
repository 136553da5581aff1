// Sends what is written down: lane by lane in its order, nothing twice, and what fails again later.
import type { Relay } from '../relay.js';
import type { OutgoingRow } from '../store/outgoing.js';
import { createAttempt } from './attempt.js';
import type { TwilioRequests } from './twilio-requests.js';

/** How an outbox works; everything has a default. */
export interface OutboxOptions {
  /** Milliseconds before the second attempt; doubled for each after it, up to a minute. Default 500. */
  readonly firstWait?: number;
  /** Milliseconds after which something that still fails is given up. Default a day. */
  readonly patience?: number;
  /** How many requests may be under way at once. Default 16. */
  readonly width?: number;
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
export const FIRST_WAIT = 500;

const DAY = 24 * 60 * 60_000;
const LONGEST_WAIT = 60_000;

/** Starts an outbox. What an earlier process had only begun is looked for at Twilio before it is sent. */
export function createOutbox(relay: Relay, carrier: TwilioRequests, options: OutboxOptions = {}): Outbox {
  const { firstWait = FIRST_WAIT, patience = DAY, width = 16, now = Date.now } = options;
  const attempt = createAttempt(relay, carrier, { patience, now });
  /** Lanes that have something to do, and nobody who does it. */
  const waiting = new Set<string>();
  /** Lanes that are worked on, or wait for their next attempt. */
  const taken = new Map<string, NodeJS.Timeout | undefined>();
  const running = new Set<Promise<void>>();
  let closing = false;

  function wake(): void {
    for (const lane of relay.outgoing.takeLanes()) if (!taken.has(lane)) waiting.add(lane);
    for (const lane of waiting) {
      if (closing || running.size >= width) return;
      waiting.delete(lane);
      start(lane);
    }
  }

  function start(lane: string): void {
    taken.set(lane, undefined);
    const run = runLane(lane).finally(() => {
      running.delete(run);
      wake();
    });
    running.add(run);
  }

  /** Looks for the next one and leaves in the same turn, so that none can come in between. */
  async function runLane(lane: string): Promise<void> {
    for (;;) {
      const row = closing ? undefined : relay.outgoing.findNext(lane);
      if (!row) return void taken.delete(lane);
      if ((await attempt(row)) === 'again') return rest(lane, row);
    }
  }

  /** Frees the place for other lanes until the next attempt. */
  function rest(lane: string, row: OutgoingRow): void {
    const wait = Math.min(firstWait * 2 ** row.attempts, LONGEST_WAIT);
    if (closing) return;
    const timer = setTimeout(() => {
      taken.delete(lane);
      waiting.add(lane);
      wake();
    }, wait);
    taken.set(lane, timer);
  }

  return {
    wake,
    close: async () => {
      closing = true;
      for (const timer of taken.values()) clearTimeout(timer);
      await Promise.all(running);
    },
  };
}
