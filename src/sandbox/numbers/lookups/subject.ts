// What can be known of a phone number that somebody looks up.
import {
  type CountryCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
  validatePhoneNumberLength,
} from 'libphonenumber-js/min';
import { findBlock } from '../inventory.js';

/** A valid number. */
export interface LookedUpNumber {
  /** E.164. */
  readonly number: string;
  readonly national: string;
  /** ISO 3166 code; null for numbers of no country. */
  readonly country: string | null;
  readonly callingCode: string;
  readonly line: LineType;
}

/** The kind of line behind a number, as either version of the API names it, and who runs it. */
export interface LineType {
  readonly v1: 'mobile' | 'voip';
  readonly v2: 'mobile' | 'tollFree';
  readonly carrier: string;
  readonly mobileCountryCode: string | null;
  readonly mobileNetworkCode: string | null;
}

const LONGEST = 32;

/** The one network that phones are in. */
export const MOBILE: LineType = {
  v1: 'mobile',
  v2: 'mobile',
  carrier: 'Sandbox Mobile',
  mobileCountryCode: '310',
  mobileNetworkCode: '999',
};

const TOLL_FREE: LineType = {
  v1: 'voip',
  v2: 'tollFree',
  carrier: 'Sandbox Toll-Free',
  mobileCountryCode: null,
  mobileNetworkCode: null,
};

/**
 * The valid number that `text` stands for, E.164 or national in `country`; undefined when it is none.
 * Every number is a phone somebody could hold, so its line is mobile; only toll-free ones of the stock are not.
 */
export function findLookedUpNumber(text: string, country: string): LookedUpNumber | undefined {
  if (text.length > LONGEST || !isSupportedCountry(country)) return undefined;
  const parsed = parsePhoneNumberFromString(text, { defaultCountry: country, extract: false });
  if (!parsed?.isValid() || parsed.ext !== undefined) return undefined;
  const { number, countryCallingCode } = parsed;
  return {
    number,
    national: parsed.formatNational(),
    country: parsed.country ?? null,
    callingCode: countryCallingCode,
    line: findBlock(number)?.type === 'toll-free' ? TOLL_FREE : MOBILE,
  };
}

/** Why `text` is no valid number, in a word of https://www.twilio.com/docs/lookup/v2-api. */
export function explainInvalid(text: string, country: string): string {
  if (!isSupportedCountry(country)) return 'INVALID_COUNTRY_CODE';
  if (text.length > LONGEST) return 'TOO_LONG';
  const reason = validatePhoneNumberLength(text, country as CountryCode);
  if (reason === undefined) return 'INVALID_BUT_POSSIBLE';
  return reason === 'INVALID_COUNTRY' ? 'INVALID_COUNTRY_CODE' : reason;
}
