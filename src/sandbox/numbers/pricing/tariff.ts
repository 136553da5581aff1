// What things cost in the sandbox: plausible prices that the balance, the messages and the price lists agree on.
import { type Block, COUNTRIES, type NumberType } from '../inventory.js';

/** One country's prices, all in millionths of a dollar. */
export interface Tariff {
  readonly country: string;
  /** A month of a number, by type. */
  readonly numbers: Partial<Record<NumberType, number>>;
  /** A segment of a text to this country. */
  readonly text: number;
  /** A text with pictures to this country. */
  readonly picture: number;
  /** A segment received by a number of this country. */
  readonly receivedText: number;
  /** A minute of a call to this country, and of one received by a number of it. */
  readonly minute: number;
  readonly receivedMinute: number;
  /** The country's calling code. */
  readonly prefix: string;
}

const NORTH_AMERICA = {
  text: 8_300,
  picture: 22_000,
  receivedText: 8_300,
  receivedMinute: 8_500,
  prefix: '1',
};

const US = { ...NORTH_AMERICA, numbers: { local: 1_150_000, 'toll-free': 2_150_000 }, minute: 14_000 };

const PRICES: Readonly<Record<string, Omit<Tariff, 'country'>>> = {
  AU: {
    numbers: { mobile: 6_500_000 },
    text: 51_500,
    picture: 350_000,
    receivedText: 7_500,
    minute: 75_000,
    receivedMinute: 10_000,
    prefix: '61',
  },
  CA: { ...NORTH_AMERICA, numbers: { local: 1_150_000 }, minute: 14_000 },
  GB: {
    numbers: { local: 1_150_000 },
    text: 46_300,
    picture: 46_300,
    receivedText: 7_500,
    minute: 15_800,
    receivedMinute: 10_000,
    prefix: '44',
  },
  PR: { ...NORTH_AMERICA, numbers: { local: 1_150_000 }, minute: 20_000, prefix: '1787' },
  US,
};

/** The codes of all countries with prices, in order. */
export const PRICED_COUNTRIES = Object.keys(PRICES);

/** A country's prices; undefined for one that has none. */
export function findTariff(code: string): Tariff | undefined {
  const prices = Object.hasOwn(PRICES, code) ? PRICES[code] : undefined;
  return prices && { country: COUNTRIES[code] ?? code, ...prices };
}

/** What a text received by a number of a country costs, in millionths of a dollar. */
export function receivedTextPrice(country: string | undefined, segments: number): number {
  return (PRICES[country ?? 'US'] ?? US).receivedText * segments;
}

/** What a month of a number of this block costs, in millionths of a dollar. */
export function monthlyPrice(block: Block): number {
  return PRICES[block.country]?.numbers[block.type] ?? 0;
}

/** What a lookup costs for each kind of data, by its names in the two versions of the API. */
const LOOKUP_PRICES = new Map([
  ['carrier', 5_000],
  ['caller-name', 10_000],
  ['caller_name', 10_000],
  ['line_type_intelligence', 8_000],
]);

/** What a lookup of these kinds of data costs, in millionths of a dollar; the number itself costs nothing. */
export function lookupPrice(kinds: readonly string[]): number {
  return [...new Set(kinds)].reduce((sum, kind) => sum + (LOOKUP_PRICES.get(kind) ?? 0), 0);
}

/** What a text to a country costs, in millionths of a dollar; a country without prices costs what the US does. */
export function textPrice(country: string | undefined, segments: number, hasMedia: boolean): number {
  const { text, picture } = PRICES[country ?? 'US'] ?? US;
  return hasMedia ? picture : text * segments;
}

/** What a call of some seconds to a country costs, in millionths of a dollar; each begun minute counts. */
export function callPrice(country: string | undefined, seconds: number): number {
  return (PRICES[country ?? 'US'] ?? US).minute * Math.ceil(seconds / 60);
}

/** What a call of some seconds received by a number of a country costs, in millionths of a dollar. */
export function receivedCallPrice(country: string | undefined, seconds: number): number {
  return (PRICES[country ?? 'US'] ?? US).receivedMinute * Math.ceil(seconds / 60);
}
