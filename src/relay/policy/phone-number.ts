// Checks phone numbers: which can be the owner's phone, and which can be a mask.
import { type PhoneNumber, parsePhoneNumberFromString } from 'libphonenumber-js/min';

/** Firefox Relay's default for `TWILIO_ALLOWED_COUNTRY_CODES`. */
const COUNTRIES = ['CA', 'PR', 'US'] as const;
const COUNTRY_LIST = `[${COUNTRIES.map((country) => `'${country}'`).join(', ')}]`;

/** The number in E.164 and its country, or Firefox Relay's error message. */
type NumberDecision = { readonly number: string; readonly country: string } | { readonly fault: string };

/**
 * Decides whether a number can be the owner's phone.
 *
 * @param region the country (two capitals) whose national format is accepted too, from the client's `X-Client-Region`
 */
export function decideRealNumber(written: string, region: string | undefined): NumberDecision {
  const parsed = parsePhoneNumberFromString(written) ?? parseLocal(written, region);
  if (!parsed) {
    const form = 'number must be in E.164 format, or in local national format of the country detected';
    return { fault: `${form}: ${region ?? 'None'}` };
  }
  const { number, country } = parsed;
  if (!parsed.isValid() || !country) return { fault: `Could not get number details for ${number}` };
  if (isServed(country)) return { number, country };
  const served = `Relay Phone is currently only available for these country codes: ${COUNTRY_LIST}`;
  return { fault: `${served}. Your phone number country code is: '${country}'.` };
}

/** Decides whether a number can be bought as a mask. */
export function decideMaskNumber(written: string): NumberDecision {
  const parsed = written.startsWith('+') ? parsePhoneNumberFromString(written) : undefined;
  if (!parsed) return { fault: `Invalid phone number: ${written} is not in E.164 format` };
  const { number, country } = parsed;
  if (parsed.isValid() && country && isServed(country)) return { number, country };
  return { fault: `Relay number must be in a supported country: ${COUNTRY_LIST}` };
}

/** Returns the country code of a number; empty if it has none. */
export function countryOf(number: string): string {
  return parsePhoneNumberFromString(number)?.country ?? '';
}

function parseLocal(written: string, region: string | undefined): PhoneNumber | undefined {
  const country = REGION_CODE.exec(region ?? '')?.[0];
  return country
    ? parsePhoneNumberFromString(written, country as PhoneNumber['country'] & string)
    : undefined;
}

const REGION_CODE = /^[A-Z]{2}$/;

function isServed(country: string): boolean {
  return COUNTRIES.some((served) => served === country);
}
