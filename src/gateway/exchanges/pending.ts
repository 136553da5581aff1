// Exchanges that are not written yet, at most as many as the database keeps.
import type { NewExchange } from '../../exchanges/exchange.js';

interface PendingExchanges {
  /** Adds an exchange, and drops the oldest one above the limit. */
  add(exchange: NewExchange): void;
  /** Removes and returns the oldest exchanges. */
  take(count: number): NewExchange[];
  /** Returns exchanges that could not be written to the front. */
  putBack(exchanges: readonly NewExchange[]): void;
  /** Lists forwarded ones, then refused ones, each oldest first. */
  all(): readonly NewExchange[];
  isEmpty(): boolean;
}

/** The limit for the bodies of each queue. */
const MAX_BYTES = 32 * 1024 * 1024;

/** @param limit how many forwarded (`passed`) and refused exchanges are kept */
export function createPendingExchanges(limit: {
  readonly passed: number;
  readonly refused: number;
}): PendingExchanges {
  let [passed, refused] = [createBoundedQueue(limit.passed), createBoundedQueue(limit.refused)];

  function queueOf({ summary }: NewExchange): BoundedQueue {
    return summary.refusal === null ? passed : refused;
  }

  return {
    add: (exchange) => queueOf(exchange).add(exchange),
    take: (count) => {
      const taken = passed.take(count);
      return [...taken, ...refused.take(count - taken.length)];
    },
    putBack: (exchanges) => {
      const later = [...passed.all(), ...refused.all()];
      [passed, refused] = [createBoundedQueue(limit.passed), createBoundedQueue(limit.refused)];
      for (const one of [...exchanges, ...later]) queueOf(one).add(one);
    },
    all: () => [...passed.all(), ...refused.all()],
    isEmpty: () => passed.size() + refused.size() === 0,
  };
}

interface BoundedQueue {
  add(exchange: NewExchange): void;
  take(count: number): NewExchange[];
  all(): readonly NewExchange[];
  size(): number;
}

/** A queue in an array; entries before `first` were taken or dropped. */
function createBoundedQueue(limit: number): BoundedQueue {
  let [entries, first, bytes] = [[] as (NewExchange | undefined)[], 0, 0];

  function shift(): NewExchange | undefined {
    const one = entries[first];
    if (!one) return undefined;
    entries[first] = undefined;
    first += 1;
    bytes -= sizeOf(one);
    if (first < limit) return one;
    entries = entries.slice(first);
    first = 0;
    return one;
  }

  return {
    add: (exchange) => {
      entries.push(exchange);
      bytes += sizeOf(exchange);
      while (entries.length - first > limit || bytes > MAX_BYTES) shift();
    },
    take: (count) =>
      Array.from({ length: Math.min(count, entries.length - first) }, shift).filter(
        (one) => one !== undefined,
      ),
    size: () => entries.length - first,
    all: () => entries.slice(first).filter((one) => one !== undefined),
  };
}

function sizeOf({ requestBody, answerBody }: NewExchange): number {
  return requestBody.length + answerBody.length;
}
