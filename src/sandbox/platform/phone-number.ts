// Reads phone numbers as people and SDKs write them.

import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { RelayPhoneError } from '../../errors.js';

/** A number that exists or could. */
export interface PhoneNumber {
  /** E.164. */
  readonly number: string;
  /** ISO 3166 code; undefined for numbers of no country. */
  readonly country: string | undefined;
  /** The digits that stand for its country: `1`. */
  readonly callingCode: string;
  /** The digits behind those. */
  readonly national: string;
}

const MEMORY = 1000;
const remembered = new Map<string, PhoneNumber | undefined>();

/**
 * The valid number that `text` stands for: E.164, or national for the US.
 * Undefined when it is no number that libphonenumber calls valid.
 */
export function findPhoneNumber(text: string): PhoneNumber | undefined {
  // Texts go to few numbers over and over, and parsing costs more than all else that is done for one.
  if (remembered.has(text)) return remembered.get(text);
  const found = parse(text);
  if (remembered.size >= MEMORY) remembered.clear();
  if (text.length <= 32) remembered.set(text, found);
  return found;
}

/**
 * The same, for what must be a number.
 *
 * @param task what cannot be done without, as the rest of "Failed to …"
 * @throws RelayPhoneError `usage` when it is none.
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
 * Whether `text` is a short code: five or six digits, without a country, from which firms text and nobody calls.
 * See https://support.twilio.com/hc/en-us/articles/360013980754-Formatting-Short-Code-Numbers.
 */
export function isShortCode(text: string): boolean {
  return /^\d{5,6}$/.test(text);
}

function parse(text: string): PhoneNumber | undefined {
  if (text.length > 32 || !/^[+\d\s().-]+$/.test(text)) return undefined;
  const parsed = parsePhoneNumberFromString(text, 'US');
  if (!parsed?.isValid()) return undefined;
  const { number, country, countryCallingCode: callingCode, nationalNumber: national } = parsed;
  return { number, country, callingCode, national };
}
