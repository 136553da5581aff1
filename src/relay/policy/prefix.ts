// Finds the contact that an owner names at the beginning of a reply, as Firefox Relay does.
import {
  type CountryCode,
  findPhoneNumbersInText,
  getCountries,
  getCountryCallingCode,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/min';

/** How a reply names its contact. */
export interface ReplyPrefix {
  /** `full` a whole phone number · `short` the last four digits of one. */
  readonly kind: 'full' | 'short';
  /** The part of the text that names the contact, with the space and the colon behind it. */
  readonly text: string;
  /** The number in E.164, or the four digits. */
  readonly detected: string;
  /** The contacts that are meant, as they were given. */
  readonly matches: readonly string[];
}

interface Candidate {
  readonly contact: string;
  readonly phone: PhoneNumber;
}

/** What may stand in a written phone number; its length is cut because looking through more of it takes long. */
const NUMBER_LIKE = /^[\d \t\n\v\f\r!-/:-@[-`{-~]{1,64}/;
const SHORT = /^[ \t\n\v\f\r]*([0-9]{4})[ \t\n\v\f\r]*:?[ \t\n\v\f\r]*/;
const AFTER_NUMBER = /^[ \t\n\v\f\r]*:?[ \t\n\v\f\r]*/;

/**
 * The prefix of a reply; undefined when it has none. A whole number goes before four digits. A whole number is looked
 * for as it is written in the countries of the contacts; contacts that are no phone numbers are never meant.
 */
export function findPrefix(text: string, contacts: readonly string[]): ReplyPrefix | undefined {
  const candidates = contacts.flatMap((contact): Candidate[] => {
    const phone = parsePhoneNumberFromString(contact, 'US');
    return phone ? [{ contact, phone }] : [];
  });
  return findFull(text, candidates) ?? findShort(text, candidates);
}

function findFull(text: string, candidates: readonly Candidate[]): ReplyPrefix | undefined {
  const start = NUMBER_LIKE.exec(text)?.[0];
  const found = start && findFirstNumber(start, countriesOf(candidates));
  if (!found) return undefined;
  const { number, end } = found;
  const behind = AFTER_NUMBER.exec(text.slice(end))?.[0] ?? '';
  const matches = candidates.filter(({ phone }) => phone.number === number);
  return {
    kind: 'full',
    text: text.slice(0, end) + behind,
    detected: number,
    matches: matches.map(({ contact }) => contact),
  };
}

function findShort(text: string, candidates: readonly Candidate[]): ReplyPrefix | undefined {
  const [taken, digits] = SHORT.exec(text) ?? [];
  if (taken === undefined || digits === undefined) return undefined;
  const matches = candidates.filter(({ phone }) => phone.number.endsWith(digits));
  return { kind: 'short', text: taken, detected: digits, matches: matches.map(({ contact }) => contact) };
}

function findFirstNumber(
  text: string,
  countries: readonly CountryCode[],
): { readonly number: string; readonly end: number } | undefined {
  for (const defaultCountry of countries) {
    const [first] = findPhoneNumbersInText(text, { defaultCountry });
    if (first) return { number: first.number.number, end: first.endsAt };
  }
  return undefined;
}

/** Every country that shares a calling code with a contact. */
function countriesOf(candidates: readonly Candidate[]): CountryCode[] {
  const codes = new Set(candidates.map(({ phone }) => String(phone.countryCallingCode)));
  return getCountries().filter((country) => codes.has(getCountryCallingCode(country)));
}
