// The filter of webhooks and requests: words, and `kind:` `from:` `to:` `sid:` `path:` `status:` `is:failed`.
import type { ExchangeReport } from '../../exchanges/report.js';
import { readExchangeOutcome, type TwimlFaults } from './exchange-outcome.js';
import { hasSid, matchWords } from './filter.js';
import { searchable } from './words.js';

/**
 * Returns a function that is true for an exchange that matches all words of a filter; an empty filter matches all.
 *
 * @param faults of the TwiML in the answers; undefined for a live account
 */
export function parseExchangeFilter(
  text: string,
  faults?: TwimlFaults,
): (exchange: ExchangeReport) => boolean {
  const names = ['kind', 'from', 'to', 'sid', 'path', 'status', 'is'];
  return matchWords(text, names, (exchange: ExchangeReport, name, value) =>
    name === 'is'
      ? value !== 'failed' || readExchangeOutcome(exchange, faults) === 'failed'
      : matchExchange(exchange, name, value),
  );
}

function matchExchange(exchange: ExchangeReport, name: string, value: string): boolean {
  switch (name) {
    case 'kind':
      return exchange.kind.toLowerCase().startsWith(value);
    case 'from':
    case 'to':
      return joinDigits(exchange[name]).includes(value);
    case 'sid':
      return hasSid(searchable(exchange), value);
    case 'path':
      return exchange.target.toLowerCase().includes(value);
    case 'status':
      return isStatus(exchange.status, value);
    default:
      return [searchable(exchange), joinDigits(exchange.from), joinDigits(exchange.to)].some((one) =>
        one.includes(value),
      );
  }
}

/** A number that is shown in part has spaces: `+1 202 … 90`. */
function joinDigits(number: string | null): string {
  return (number ?? '').replaceAll(' ', '').toLowerCase();
}

/** `4xx` and `4` are classes of statuses; an exchange without an answer has none. */
function isStatus(status: number | null, wanted: string): boolean {
  const [, digits] = /^(\d{1,3})x{0,2}$/.exec(wanted) ?? [];
  return status !== null && digits !== undefined && String(status).startsWith(digits);
}
