// The filter of webhooks and requests: words, and `kind:` `from:` `to:` `sid:` `path:` `status:` `is:failed`.
import { isFailedExchange } from '../../exchanges/exchange.js';
import type { ExchangeReport } from '../../exchanges/report.js';
import { hasSid, matchWords } from './filter.js';
import { searchable } from './words.js';

/** Returns a function that tells whether an exchange matches all words of a filter; an empty filter matches all. */
export function parseExchangeFilter(text: string): (exchange: ExchangeReport) => boolean {
  return matchWords(text, ['kind', 'from', 'to', 'sid', 'path', 'status', 'is'], matchExchange);
}

/** True if somebody should look at an exchange: it was refused, failed, or has a wrong signature. */
export function hasFailed(exchange: ExchangeReport): boolean {
  return exchange.refusal !== null || isFailedExchange(exchange);
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
    case 'is':
      return value !== 'failed' || hasFailed(exchange);
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
