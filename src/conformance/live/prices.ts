// The worst-case prices of a text and a call between the two numbers, from Twilio's Pricing API.
import { classifyNumber } from '../../setup/price.js';
import type { Setup } from '../../setup/setup.js';
import { explaining, isNotFound } from '../../twilio/failure.js';

/** Prices in millionths of the account's currency; undefined if one is not known. */
export interface WorstPrices {
  readonly currency: string;
  /** A segment: sending it, receiving it, and what carriers add. */
  readonly segment: number | undefined;
  /** A minute of a call, for both sides. */
  readonly call: number | undefined;
  /** Why a price is not known, as clauses. */
  readonly unknown: readonly string[];
}

/** Carriers add fees that Twilio's Pricing API does not list; they are less than the price of the text. */
const FEE_FACTOR = 2;

/**
 * Reads the prices. Every price is the highest that the lists have for the two numbers and their countries.
 * See https://www.twilio.com/docs/messaging/api/pricing and https://www.twilio.com/docs/voice/pricing.
 *
 * @throws RelayPhoneError `refused` or `network` if Twilio could not look.
 */
export async function readWorstPrices(
  setup: Setup,
  numbers: readonly [string, string],
): Promise<WorstPrices> {
  const balance = await explaining('read the balance', setup.client.account.balance.fetch());
  const currency = balance.currency.toUpperCase();
  const prices = await Promise.all(numbers.map((number) => readPrices(setup, number, currency)));
  const worst = (name: 'segment' | 'call') => {
    const all = prices.map((one) => one[name]);
    return all.includes(undefined) ? undefined : Math.max(...all.map(Number));
  };
  return {
    currency,
    segment: worst('segment'),
    call: worst('call'),
    unknown: [...new Set(prices.flatMap(({ unknown }) => unknown))],
  };
}

type Prices = Omit<WorstPrices, 'currency'>;

/** The prices of a text or call to the number, and of one from it to its own country. */
async function readPrices({ client }: Setup, number: string, currency: string): Promise<Prices> {
  const none = { segment: undefined, call: undefined };
  const { country } = classifyNumber(number);
  if (country === undefined) return { ...none, unknown: [`${number} has no country`] };
  const { messaging, voice } = client.pricing.v1;
  const texts = await findList(
    `read the prices of texts in ${country}`,
    messaging.countries(country).fetch(),
  );
  const calls = await findList(`read the prices of calls in ${country}`, voice.countries(country).fetch());
  const foreign = [texts, calls].find((list) => list && list.priceUnit.toUpperCase() !== currency);
  if (foreign) {
    const reason = `Twilio lists the prices of ${country} in ${foreign.priceUnit.toUpperCase()}, and the account pays in ${currency}`;
    return { ...none, unknown: [reason] };
  }
  const outbound = (texts?.outboundSmsPrices ?? []) as unknown as readonly {
    readonly prices: readonly Row[];
  }[];
  const sent = highest(outbound.flatMap(({ prices }) => prices));
  const received = highest((texts?.inboundSmsPrices ?? []) as unknown as readonly Row[]);
  const placed = highest(findPrefix((calls?.outboundPrefixPrices ?? []) as unknown as PrefixRow[], number));
  const answered = highest((calls?.inboundCallPrices ?? []) as unknown as readonly Row[]);
  const sum = (...parts: readonly number[]) =>
    parts.every(Number.isFinite) ? parts.reduce((total, part) => total + part, 0) : undefined;
  const segment = sum(sent * FEE_FACTOR, received);
  const call = sum(placed, answered);
  const missing = (what: string) => `Twilio does not list the price of ${what} in ${country}`;
  return {
    segment,
    call,
    unknown: [
      ...(segment === undefined ? [missing('a text')] : []),
      ...(call === undefined ? [missing('a call')] : []),
    ],
  };
}

/** Undefined for a country that is not in the list. */
async function findList<T>(task: string, request: Promise<T>): Promise<T | undefined> {
  return explaining(
    task,
    request.catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    }),
  );
}

/** Premium numbers cost a hundred times as much: the rows of the longest prefix count, and all rows without one. */
function findPrefix(rows: readonly PrefixRow[], number: string): readonly Row[] {
  const lengthOf = ({ prefixes = [] }: PrefixRow) =>
    Math.max(0, ...prefixes.filter((one) => number.slice(1).startsWith(one)).map(({ length }) => length));
  const longest = Math.max(0, ...rows.map(lengthOf));
  return longest === 0 ? rows : rows.filter((row) => lengthOf(row) === longest);
}

/** A row of a price list; the SDK leaves the rows of carriers as they come. */
interface Row {
  readonly current_price?: string;
  readonly currentPrice?: string | number;
  readonly base_price?: string;
  readonly basePrice?: string | number;
}

/** The prices of the numbers that begin with the prefixes, without their plus. */
interface PrefixRow extends Row {
  readonly prefixes?: readonly string[];
}

/** The highest price in millionths; -Infinity for an empty list, NaN if a row has none. */
function highest(rows: readonly Row[]): number {
  return Math.max(
    ...rows
      .flatMap((row) => [row.current_price ?? row.currentPrice, row.base_price ?? row.basePrice ?? 0])
      .map(toMillionths),
  );
}

function toMillionths(amount: string | number | undefined): number {
  return amount === undefined ? Number.NaN : Math.ceil(Number(amount) * 1_000_000);
}
