// Parses phone numbers as people and SDKs write them.

import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { RelayPhoneError } from '../../errors.js';

/** A valid phone number. */
export interface PhoneNumber {
  /** E.164. */
  readonly number: string;
  /** ISO 3166 code; undefined for numbers without a country, such as +1 toll-free ones. */
  readonly country: string | undefined;
  /** The country's calling code without `+`: `1`. */
  readonly callingCode: string;
  /** The digits after the calling code. */
  readonly national: string;
}

const CACHE_SIZE = 1000;
/** Characters. */
const MAX_LENGTH = 32;
const cache = new Map<string, PhoneNumber | undefined>();

/**
 * Parses `text`: E.164, or a national number of the US.
 * Returns undefined if libphonenumber does not call it valid.
 */
export function findPhoneNumber(text: string): PhoneNumber | undefined {
  // Texts go to the same few numbers again and again, and parsing is the most expensive step of sending one.
  if (cache.has(text)) return cache.get(text);
  const found = parse(text);
  if (cache.size >= CACHE_SIZE) cache.clear();
  if (text.length <= MAX_LENGTH) cache.set(text, found);
  return found;
}

/**
 * Parses `text` as {@link findPhoneNumber} does.
 *
 * @param task what needs the number, for the error's "Failed to …"
 * @throws RelayPhoneError `usage` if it is not a valid number.
 */
export function verifyPhoneNumber(text: string, task: string): PhoneNumber {
  const found = findPhoneNumber(text);
  if (found) return found;
  throw new RelayPhoneError({
    kind: 'usage',
    task,
    reason: 'that is not a valid phone number',
    tryNext: ['a number such as +12025550190'],
  });
}

/**
 * True if `text` is a short code: five or six digits from which companies send texts; it cannot place calls.
 * See https://support.twilio.com/hc/en-us/articles/360013980754-Formatting-Short-Code-Numbers.
 */
export function isShortCode(text: string): boolean {
  return /^\d{5,6}$/.test(text);
}

function parse(text: string): PhoneNumber | undefined {
  if (text.length > MAX_LENGTH || !/^[+\d\s().-]+$/.test(text)) return undefined;
  const parsed = parsePhoneNumberFromString(text, 'US');
  if (!parsed?.isValid()) return undefined;
  const { number, country, countryCallingCode: callingCode, nationalNumber: national } = parsed;
  return { number, country, callingCode, national };
}
