// Decides which contact receives an owner's reply, as Firefox Relay's `_prepare_sms_reply` does.
import {
  type CountryCode,
  findPhoneNumbersInText,
  getCountries,
  getCountryCallingCode,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/min';

/** A text from the owner to the mask, and the mask's contacts. */
export interface OwnerReply {
  readonly body: string;
  readonly hasMedia: boolean;
  /** True if the owner keeps a log of callers and text senders; otherwise no contacts are stored. */
  readonly keepsLog: boolean;
  /** True if a reply may start with a contact's number (Firefox Relay's flag `multi_replies`). */
  readonly readsPrefixes: boolean;
  /** All numbers that texted or called the mask. */
  readonly contacts: readonly string[];
  /** The number that texted the mask last; undefined if none did. */
  readonly lastSender: string | undefined;
}

/** Why a reply is not sent, with Firefox Relay's error codes. */
export type ReplyRefusal =
  | { readonly code: 'no_phone_log' | 'no_previous_sender' }
  | {
      readonly code:
        | 'short_prefix_matches_no_senders'
        | 'multiple_number_matches'
        | 'no_body_after_short_prefix'
        | 'full_number_matches_no_senders'
        | 'no_body_after_full_number';
      /** The four digits or the number that the reply starts with. */
      readonly named: string;
    };

type ReplyDecision =
  | { readonly kind: 'send'; readonly to: string; readonly body: string }
  | { readonly kind: 'refuse'; readonly refusal: ReplyRefusal };

/** Decides the recipient and the body of a reply. A reply with media may have an empty body. */
export function decideReply(reply: OwnerReply): ReplyDecision {
  if (!reply.keepsLog) return refuse({ code: 'no_phone_log' });
  const prefix = reply.readsPrefixes ? findPrefix(reply.body, reply.contacts) : undefined;
  if (prefix) return decideByPrefix(reply, prefix);
  if (reply.lastSender === undefined) return refuse({ code: 'no_previous_sender' });
  return { kind: 'send', to: reply.lastSender, body: reply.body };
}

function decideByPrefix(
  reply: OwnerReply,
  { kind, text: taken, detected: named, matches }: ReplyPrefix,
): ReplyDecision {
  const [to, ...others] = matches;
  const isShort = kind === 'short';
  if (to === undefined) {
    return refuse({
      code: isShort ? 'short_prefix_matches_no_senders' : 'full_number_matches_no_senders',
      named,
    });
  }
  if (others.length > 0) return refuse({ code: 'multiple_number_matches', named });
  const body = reply.body.slice(taken.length);
  if (body === '' && !reply.hasMedia) {
    return refuse({ code: isShort ? 'no_body_after_short_prefix' : 'no_body_after_full_number', named });
  }
  return { kind: 'send', to, body };
}

function refuse(refusal: ReplyRefusal): ReplyDecision {
  return { kind: 'refuse', refusal };
}

/** The start of a reply that names its contact. */
interface ReplyPrefix {
  /** `full`: a complete phone number · `short`: the last four digits of one. */
  readonly kind: 'full' | 'short';
  /** The characters of the prefix, with the space and colon after the number. */
  readonly text: string;
  /** The number in E.164, or the four digits. */
  readonly detected: string;
  /** The matching contacts, spelled as in `contacts`. */
  readonly matches: readonly string[];
}

interface Candidate {
  readonly contact: string;
  readonly phone: PhoneNumber;
}

/** Characters that can be part of a written phone number; at most 64, because the search in long texts is slow. */
const NUMBER_LIKE = /^[\d \t\n\v\f\r!-/:-@[-`{-~]{1,64}/;
const SHORT = /^[ \t\n\v\f\r]*([0-9]{4})[ \t\n\v\f\r]*:?[ \t\n\v\f\r]*/;
const AFTER_NUMBER = /^[ \t\n\v\f\r]*:?[ \t\n\v\f\r]*/;

/**
 * Finds the prefix of a reply; undefined if it has none. A complete number is tried before four digits, in the formats of
 * the contacts' countries. Contacts that libphonenumber cannot parse never match.
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

/** All countries that share a calling code with a contact. */
function countriesOf(candidates: readonly Candidate[]): CountryCode[] {
  const codes = new Set(candidates.map(({ phone }) => String(phone.countryCallingCode)));
  return getCountries().filter((country) => codes.has(getCountryCallingCode(country)));
}
