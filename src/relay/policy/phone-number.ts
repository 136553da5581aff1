// Decides what a number is: whether it can be the owner's phone, and whether it can be a mask.
import { type PhoneNumber, parsePhoneNumberFromString } from 'libphonenumber-js/min';

/** Where masks and the phones behind them may be, as in Firefox Relay. */
const COUNTRIES = ['CA', 'PR', 'US'] as const;
const COUNTRY_LIST = `[${COUNTRIES.map((country) => `'${country}'`).join(', ')}]`;

/** What a number is, or what a client is told when it will not do. The words of a fault are Firefox Relay's. */
type NumberDecision = { readonly number: string; readonly country: string } | { readonly fault: string };

/**
 * Whether a number can be the owner's phone.
 *
 * @param region the country in whose form it may be written, as the client says; undefined when it does not
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

/** Whether a number can be bought as a mask. */
export function decideMaskNumber(written: string): NumberDecision {
  const parsed = written.startsWith('+') ? parsePhoneNumberFromString(written) : undefined;
  if (!parsed) return { fault: `Invalid phone number: ${written} is not in E.164 format` };
  const { number, country } = parsed;
  if (parsed.isValid() && country && isServed(country)) return { number, country };
  return { fault: `Relay number must be in a supported country: ${COUNTRY_LIST}` };
}

/** The country of a number; empty when it has none. */
export function countryOf(number: string): string {
  return parsePhoneNumberFromString(number)?.country ?? '';
}

function parseLocal(written: string, region: string | undefined): PhoneNumber | undefined {
  const country = CALLING_REGION.exec(region ?? '')?.[0];
  return country
    ? parsePhoneNumberFromString(written, country as PhoneNumber['country'] & string)
    : undefined;
}

const CALLING_REGION = /^[A-Z]{2}$/;

function isServed(country: string): boolean {
  return COUNTRIES.some((served) => served === country);
}
