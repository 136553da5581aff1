// What numbers cost, from Twilio's Pricing API.
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { explainTwilioFailure, findRestFailure } from '../twilio/failure.js';
import type { Price, Setup } from './setup.js';

/** A toll-free number of North America, in E.164. */
export const TOLL_FREE = /^\+1(800|833|844|855|866|877|888)/;

/** The monthly price of a number of the account; undefined when Twilio does not tell. */
export async function findMonthlyPrice(setup: Setup, phoneNumber: string): Promise<Price | undefined> {
  const country = parsePhoneNumberFromString(phoneNumber)?.country ?? setup.choices.country;
  const wanted = TOLL_FREE.test(phoneNumber) ? 'toll free' : 'local';
  try {
    const prices = await setup.client.pricing.v1.phoneNumbers.countries(country).fetch();
    const amount = prices.phoneNumberPrices.find((row) => row.numberType === wanted)?.currentPrice;
    // The SDK types the amount as a number; over the wire it is a string, and stays one.
    return amount === undefined
      ? undefined
      : { amount: String(amount), currency: prices.priceUnit.toUpperCase() };
  } catch (error) {
    if (findRestFailure(error)) return undefined;
    throw explainTwilioFailure('read the price of a number', error);
  }
}

/** The sum of what is known, in the currency of the first; undefined when nothing is. An account pays in one. */
export function addMoney(amounts: readonly (Price | null)[]): Price | undefined {
  const known = amounts.filter((one) => one !== null);
  const [first] = known;
  if (!first) return undefined;
  const cents = known.reduce((sum, { amount }) => sum + Math.round(Number(amount) * 100), 0);
  return { amount: (cents / 100).toFixed(2), currency: first.currency };
}

/** Such as "1.15 USD". */
export function formatPrice({ amount, currency }: Price): string {
  return `${amount} ${currency}`;
}
