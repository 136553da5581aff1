// The sandbox's prices, which the balance, messages, calls and the Pricing API share.
import { type Block, COUNTRIES, type NumberType } from '../inventory.js';

/** The prices of a country, in millionths of a dollar. */
export interface Tariff {
  readonly country: string;
  /** Per month, by type of number. */
  readonly numbers: Partial<Record<NumberType, number>>;
  /** Per segment of a text to this country. */
  readonly text: number;
  /** Per text with media to this country. */
  readonly picture: number;
  /** Per segment that a number of this country receives. */
  readonly receivedText: number;
  /** Per minute of a call to this country, and of one that a number of it receives. */
  readonly minute: number;
  readonly receivedMinute: number;
  /** The calling code. */
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

/** The codes of all countries with prices, ascending. */
export const PRICED_COUNTRIES = Object.keys(PRICES);

/** Returns a country's prices, or undefined if it has none. */
export function findTariff(code: string): Tariff | undefined {
  const prices = Object.hasOwn(PRICES, code) ? PRICES[code] : undefined;
  return prices && { country: COUNTRIES[code] ?? code, ...prices };
}

/** Returns the price of a received text, in millionths of a dollar. @param country of the number that receives it */
export function receivedTextPrice(country: string | undefined, segments: number): number {
  return (PRICES[country ?? 'US'] ?? US).receivedText * segments;
}

/** Returns the monthly price of a number, in millionths of a dollar. */
export function monthlyPrice(block: Block): number {
  return PRICES[block.country]?.numbers[block.type] ?? 0;
}

/** The price of each lookup package, by its names in the two versions of the API. */
const LOOKUP_PRICES = new Map([
  ['carrier', 5_000],
  ['caller-name', 10_000],
  ['caller_name', 10_000],
  ['line_type_intelligence', 8_000],
]);

/** Returns the price of a lookup, in millionths of a dollar; the number itself is free. */
export function lookupPrice(packages: readonly string[]): number {
  return [...new Set(packages)].reduce((sum, name) => sum + (LOOKUP_PRICES.get(name) ?? 0), 0);
}

/** Returns the price of a text to a country, in millionths of a dollar; countries without prices cost as much as the US. */
export function textPrice(country: string | undefined, segments: number, hasMedia: boolean): number {
  const { text, picture } = PRICES[country ?? 'US'] ?? US;
  return hasMedia ? picture : text * segments;
}

/** Returns the price of a call to a country, in millionths of a dollar; a started minute counts in full. */
export function callPrice(country: string | undefined, seconds: number): number {
  return (PRICES[country ?? 'US'] ?? US).minute * Math.ceil(seconds / 60);
}

/** Returns the price of a received call, in millionths of a dollar. @param country of the number that receives it */
export function receivedCallPrice(country: string | undefined, seconds: number): number {
  return (PRICES[country ?? 'US'] ?? US).receivedMinute * Math.ceil(seconds / 60);
}
