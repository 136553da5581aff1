// Keeps what a run spends below its budget: every behaviour reserves its worst case before it starts.
import type { TwilioBehaviour } from '../behaviour.js';
import type { Seen } from '../recording.js';
import type { WorstPrices } from './prices.js';

/** The money of one run, in millionths of the account's currency. */
export interface Budget {
  readonly currency: string;
  readonly limit: number;
  /** Why a price is not known, as clauses. */
  readonly unknown: readonly string[];
  /** Returns the worst case of a behaviour; undefined if it needs a price that is not known. */
  worstOf(behaviour: TwilioBehaviour): number | undefined;
  /** Reserves the worst case. @returns false if the budget does not allow it; then nothing is reserved */
  reserve(behaviour: TwilioBehaviour): boolean;
  /** Gives back what was reserved if Twilio refused everything that costs money. */
  settle(behaviour: TwilioBehaviour, seen: Seen): void;
  /** What may have been spent so far. */
  spent(): number;
}

/** Creates the budget. @param limit as it was typed, such as `1.00` */
export function createBudget(limit: string, prices: WorstPrices): Budget {
  const limitMillionths = Math.floor(Number(limit) * 1_000_000);
  let spent = 0;
  const times = (count: number, price: number | undefined) => (count === 0 ? 0 : price && count * price);
  const worstOf = ({ cost }: TwilioBehaviour) => {
    const texts = times(cost?.segments ?? 0, prices.segment);
    const calls = times(cost?.calls ?? 0, prices.call);
    if (texts === undefined || calls === undefined) return undefined;
    // Every comparison with NaN is false, which would let it pass any limit.
    return texts + calls >= 0 ? texts + calls : undefined;
  };
  return {
    currency: prices.currency,
    limit: limitMillionths,
    unknown: prices.unknown,
    worstOf,
    reserve: (behaviour) => {
      const worst = worstOf(behaviour);
      if (worst === undefined) return false;
      if (spent + worst > limitMillionths) return false;
      spent += worst;
      return true;
    },
    settle: (behaviour, seen) => {
      if (seen.kind === 'recorded' && isRefused(seen)) spent -= worstOf(behaviour) ?? 0;
    },
    spent: () => spent,
  };
}

/** True if no text and no call of the behaviour was accepted, so that nothing is charged. */
function isRefused({ recording }: Extract<Seen, { kind: 'recorded' }>): boolean {
  const paid = recording.requests.filter(({ request }) =>
    /^POST \/(Messages|Calls|OutgoingCallerIds)\.json$/.test(request),
  );
  return paid.every(({ status }) => status >= 400 && status < 500);
}

/** Returns an amount such as `0.0247 USD`. */
export function formatAmount(millionths: number, currency: string): string {
  return `${toDecimal(millionths)} ${currency}`;
}

/** Returns an amount without its currency, with two to four decimals, rounded up. */
export function toDecimal(millionths: number): string {
  const amount = (Math.ceil(millionths / 100) / 10_000).toFixed(4);
  return amount.replace(/0{1,2}$/, '');
}
