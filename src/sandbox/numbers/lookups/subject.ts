// The facts that the sandbox knows about a phone number: its country, format and line type.
import {
  type CountryCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
  validatePhoneNumberLength,
} from 'libphonenumber-js/min';
import { findBlock } from '../inventory.js';

/** A valid number with its line type. */
export interface LookedUpNumber {
  /** E.164. */
  readonly number: string;
  readonly national: string;
  /** ISO 3166 code; null for numbers without a country. */
  readonly country: string | null;
  readonly callingCode: string;
  readonly line: LineType;
}

/** A line type, with its name in each version of the API, and its carrier. */
export interface LineType {
  readonly v1: 'mobile' | 'voip';
  readonly v2: 'mobile' | 'tollFree';
  readonly carrier: string;
  readonly mobileCountryCode: string | null;
  readonly mobileNetworkCode: string | null;
}

/** Characters. */
const MAX_LENGTH = 32;

/** The line type and carrier of all phones. */
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
 * Parses `text`: E.164, or a national number of `country`. Returns undefined if it is not a valid number.
 * The line type is toll-free for toll-free numbers of the inventory, and mobile for all others.
 */
export function findLookedUpNumber(text: string, country: string): LookedUpNumber | undefined {
  if (text.length > MAX_LENGTH || !isSupportedCountry(country)) return undefined;
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

/** Returns why `text` is invalid, in Twilio's word (`TOO_SHORT`, …): https://www.twilio.com/docs/lookup/v2-api. */
export function explainInvalid(text: string, country: string): string {
  if (!isSupportedCountry(country)) return 'INVALID_COUNTRY_CODE';
  if (text.length > MAX_LENGTH) return 'TOO_LONG';
  const reason = validatePhoneNumberLength(text, country as CountryCode);
  if (reason === undefined) return 'INVALID_BUT_POSSIBLE';
  return reason === 'INVALID_COUNTRY' ? 'INVALID_COUNTRY_CODE' : reason;
}
