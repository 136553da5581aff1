// All that was recorded between two numbers, in its order.
import type { ExchangeSummary } from '../exchanges/exchange.js';

/** The exchanges between the same two numbers as `one`, oldest first; those that were sent again are left out. */
export function findConversation(one: ExchangeSummary, all: readonly ExchangeSummary[]): ExchangeSummary[] {
  const wanted = numbersOf(one);
  return all
    .filter(({ refusal, replayOf }) => refusal === null && replayOf === null)
    .filter((other) => numbersOf(other) === wanted)
    .sort((a, b) => a.at - b.at || a.id - b.id);
}

function numbersOf({ from, to }: ExchangeSummary): string {
  return [from, to].sort().join(' ');
}
