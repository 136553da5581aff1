// The worst-case prices of a text and a call between the two numbers, from Twilio's Pricing API.
import { RelayPhoneError } from '../../errors.js';
import { classifyNumber } from '../../setup/price.js';
import type { Setup } from '../../setup/setup.js';
import { explaining, explainTwilioFailure, isNotFound, isRefusal } from '../../twilio/failure.js';
import { findAtPath } from '../json-path.js';

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
 * See https://www.twilio.com/docs/messaging/api/pricing and https://www.twilio.com/docs/voice/pricing. A price counts as
 * not known if its list is refused, has another currency, or has a row that cannot be read.
 *
 * @throws RelayPhoneError `refused` or `network` if Twilio could not look, or does not show the balance.
 */
export async function readWorstPrices(
  setup: Pick<Setup, 'client'>,
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
async function readPrices(
  { client }: Pick<Setup, 'client'>,
  number: string,
  currency: string,
): Promise<Prices> {
  const none = { segment: undefined, call: undefined };
  const { country } = classifyNumber(number);
  if (country === undefined) return { ...none, unknown: [`${number} has no country`] };
  const { messaging, voice } = client.pricing.v1;
  const texts = await readList(`texts in ${country}`, currency, messaging.countries(country).fetch());
  const calls = await readList(`calls in ${country}`, currency, voice.countries(country).fetch());
  const sent = highest(
    rowsOf(texts.list?.outboundSmsPrices).flatMap((one) => rowsOf(findAtPath(one, 'prices'))),
  );
  const received = highest(rowsOf(texts.list?.inboundSmsPrices));
  const placed = highest(findPrefix(rowsOf(calls.list?.outboundPrefixPrices), number));
  const answered = highest(rowsOf(calls.list?.inboundCallPrices));
  const sum = (...parts: readonly number[]) => {
    const total = parts.reduce((one, other) => one + other, 0);
    return Number.isFinite(total) ? total : undefined;
  };
  const segment = sum(sent * FEE_FACTOR, received);
  const call = sum(placed, answered);
  const missing = (what: string) => `Twilio does not list the price of ${what} in ${country}`;
  return {
    segment,
    call,
    unknown: [
      ...(segment === undefined ? [texts.fault ?? missing('a text')] : []),
      ...(call === undefined ? [calls.fault ?? missing('a call')] : []),
    ],
  };
}

/**
 * Reads a price list; without one, `fault` may say why as a clause. One in another currency is not used.
 *
 * @param what such as `texts in US`
 * @throws RelayPhoneError `refused` or `network` if Twilio could not look
 */
async function readList<T extends { readonly priceUnit: string }>(
  what: string,
  currency: string,
  request: Promise<T>,
): Promise<{ readonly list?: T; readonly fault?: string }> {
  const task = `read the prices of ${what}`;
  try {
    const list = await request;
    // The SDK passes on what came, whatever its types say.
    const unit = String(list.priceUnit ?? 'no currency').toUpperCase();
    if (unit === currency) return { list };
    return { fault: `Twilio lists the prices of ${what} in ${unit}, and the account pays in ${currency}` };
  } catch (error) {
    if (isNotFound(error)) return {};
    // The SDK reads lists and rows without looking whether they are any.
    if (error instanceof TypeError)
      return { fault: `Twilio lists the prices of ${what} in a form that cannot be read` };
    const explained = explainTwilioFailure(task, error);
    if (!isRefusal(error) || !(explained instanceof RelayPhoneError)) throw explained;
    return { fault: `Twilio does not show the prices of ${what}: ${explained.reason}` };
  }
}

/** Premium numbers cost a hundred times as much: the rows of the longest prefix count, and all rows without one. */
function findPrefix(rows: readonly unknown[], number: string): readonly unknown[] {
  const lengthOf = (row: unknown) =>
    Math.max(
      0,
      ...rowsOf(findAtPath(row, 'prefixes'))
        .map(String)
        .filter((prefix) => number.slice(1).startsWith(prefix))
        .map(({ length }) => length),
    );
  const longest = Math.max(0, ...rows.map(lengthOf));
  return longest === 0 ? rows : rows.filter((row) => lengthOf(row) === longest);
}

/** The highest price in millionths; -Infinity for an empty list, NaN if a row has none that can be read. */
function highest(rows: readonly unknown[]): number {
  return Math.max(
    ...rows.flatMap((row) => [priceOf(row, 'current'), priceOf(row, 'base') ?? 0]).map(toMillionths),
  );
}

/** The SDK renames the fields of some rows, and leaves those of others as they come. */
function priceOf(row: unknown, name: 'current' | 'base'): unknown {
  return findAtPath(row, `${name}_price`) ?? findAtPath(row, `${name}Price`);
}

/** Rounded up; NaN for anything but an amount of 0 or more. */
function toMillionths(amount: unknown): number {
  const isAmount = (typeof amount === 'string' || typeof amount === 'number') && AMOUNT.test(String(amount));
  return isAmount ? Math.ceil(Number(amount) * 1_000_000) : Number.NaN;
}

const AMOUNT = /^\d+(?:\.\d+)?$/;

/** What comes in place of a list is a row without a price. */
function rowsOf(list: unknown): readonly unknown[] {
  if (list === undefined || list === null) return [];
  return Array.isArray(list) ? list : [list];
}
