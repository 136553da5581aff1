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

/** Characters: the longest SIP address. */
const MAX_ADDRESS_LENGTH = 255;

/** Addresses of other channels, and of callers that call a TwiML app and not a number. */
const OTHER_CHANNEL = /^(whatsapp|messenger|rcs|viber|apple|gbm|client|app):/i;

/**
 * Reads the address of a phone, which is what an app sees as `From`: a valid number in E.164, or any other sender or
 * caller as its network writes it. Networks deliver short codes, alphanumeric sender IDs (`MYBANK`), words for withheld
 * callers (`Restricted`), numbers that cannot exist (`+266696687`) and SIP addresses. Only destinations are validated.
 *
 * @param task what needs the address, for the error's "Failed to …"
 * @throws RelayPhoneError `usage` if it is empty, too long, has control characters, or is of a channel that is not here.
 */
export function verifyPhoneAddress(text: string, task: string): string {
  const valid = findPhoneNumber(text)?.number;
  if (valid !== undefined) return valid;
  const address = (/^[+\d\s().-]+$/.test(text) ? text.replace(/[\s().-]/g, '') : text).trim();
  const fault = findAddressFault(address);
  if (fault === undefined) return address;
  throw new RelayPhoneError({
    kind: 'usage',
    task,
    reason: fault,
    tryNext: ['a number such as +12025550190, a short code, or a sender such as MYBANK'],
  });
}

function findAddressFault(address: string): string | undefined {
  if (!/[^+]/.test(address)) return 'it names no phone';
  if (address.length > MAX_ADDRESS_LENGTH) return `it is longer than ${MAX_ADDRESS_LENGTH} characters`;
  if (/\p{Cc}/u.test(address)) return 'it has control characters';
  const [, channel] = OTHER_CHANNEL.exec(address) ?? [];
  return channel && `addresses of ${channel.toLowerCase()} are not in the sandbox`;
}

/**
 * Returns the channel of an address that Twilio sends to and the sandbox does not: `whatsapp`, `client`, `sip` and others.
 * Undefined for a number, and for what Twilio does not know either.
 */
export function findOtherChannel(address: string): string | undefined {
  const [, channel] = OTHER_CHANNEL.exec(address) ?? [];
  return channel?.toLowerCase() ?? (isSipAddress(address) ? 'sip' : undefined);
}

/** True if `address` is a SIP address, such as `sip:alice@example.com`. */
export function isSipAddress(address: string): boolean {
  return /^sips?:/i.test(address);
}

/**
 * True if `text` is a short code: five or six digits from which companies send texts.
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
