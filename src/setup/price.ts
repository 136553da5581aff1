// The monthly price of phone numbers, from Twilio's Pricing API.
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { RelayPhoneError } from '../errors.js';
import { explainTwilioFailure, isRefusal } from '../twilio/failure.js';
import type { Price, Setup } from './setup.js';

/** Matches a North American toll-free number in E.164 form. */
export const TOLL_FREE = /^\+1(800|833|844|855|866|877|888)/;

/** Returns what decides about the price of a number: its country (undefined for an unknown one) and its type. */
export function classifyNumber(phoneNumber: string) {
  const type = TOLL_FREE.test(phoneNumber) ? 'toll free' : 'local';
  return { country: parsePhoneNumberFromString(phoneNumber)?.country, type } as const;
}

/**
 * Returns the monthly price of a number; undefined if Twilio's Pricing API does not list it.
 * See https://www.twilio.com/docs/phone-numbers/pricing.
 *
 * @throws RelayPhoneError `refused` or `network` if Twilio could not look
 */
export async function findMonthlyPrice(setup: Setup, phoneNumber: string): Promise<Price | undefined> {
  const { country = setup.choices.country, type } = classifyNumber(phoneNumber);
  try {
    const prices = await setup.client.pricing.v1.phoneNumbers.countries(country).fetch();
    const amount = prices.phoneNumberPrices.find((row) => row.numberType === type)?.currentPrice;
    // The SDK types the amount as a number; over the wire it is a string, and stays one.
    return amount === undefined
      ? undefined
      : { amount: String(amount), currency: prices.priceUnit.toUpperCase() };
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw explainTwilioFailure('read the price of a number', error);
  }
}

/** Returns the monthly price of a number that the account owns. One that cannot be read is a warning, and undefined. */
export async function findPresentPrice(setup: Setup, phoneNumber: string): Promise<Price | undefined> {
  try {
    return await findMonthlyPrice(setup, phoneNumber);
  } catch (error) {
    if (!(error instanceof RelayPhoneError)) throw error;
    setup.warnings.push(`What ${phoneNumber} costs is not known. ${error.message}`);
    return undefined;
  }
}

/**
 * Makes `find` ask once for numbers of the same country and type, which cost the same.
 *
 * @param find finds the monthly price of one number
 */
export function createPriceFinder(
  find: (phoneNumber: string) => Promise<Price | undefined>,
): (phoneNumber: string) => Promise<Price | undefined> {
  const prices = new Map<string, Promise<Price | undefined>>();
  return (phoneNumber) => {
    const { country, type } = classifyNumber(phoneNumber);
    const kind = `${country} ${type}`;
    const price = prices.get(kind) ?? find(phoneNumber);
    prices.set(kind, price);
    return price;
  };
}

/** Adds up the known prices in the currency of the first, since an account pays in one; undefined if none is known. */
export function addPrices(prices: readonly (Price | null)[]): Price | undefined {
  const known = prices.filter((price) => price !== null);
  const [first] = known;
  if (!first) return undefined;
  const cents = known.reduce((sum, { amount }) => sum + Math.round(Number(amount) * 100), 0);
  return { amount: (cents / 100).toFixed(2), currency: first.currency };
}

/** Returns a price such as "1.15 USD". */
export function formatPrice({ amount, currency }: Price): string {
  return `${amount} ${currency}`;
}

/** Returns a suffix such as " (1.15 USD a month)"; empty if the price is unknown. */
export function formatMonthlyPrice(monthly: Price | undefined): string {
  return monthly ? ` (${formatPrice(monthly)} a month)` : '';
}
