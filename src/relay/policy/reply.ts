// Decides to whom an owner's reply goes, or why it goes to nobody.
import {
  type CountryCode,
  findPhoneNumbersInText,
  getCountries,
  getCountryCallingCode,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/min';

/** A reply as it came from the owner, and what is known of the mask's contacts. */
export interface OwnerReply {
  readonly body: string;
  readonly hasMedia: boolean;
  /** Whether a log of contacts is kept; without one there is nobody to reply to. */
  readonly keepsLog: boolean;
  /** Whether a reply may name its contact. */
  readonly readsPrefixes: boolean;
  /** Every number that texted or called the mask. */
  readonly contacts: readonly string[];
  /** Who was the last to text it. */
  readonly lastSender: string | undefined;
}

/** Why a reply goes to nobody; the names are those of Firefox Relay's error codes. */
export type ReplyRefusal =
  | { readonly code: 'no_phone_log' | 'no_previous_sender' }
  | {
      readonly code:
        | 'short_prefix_matches_no_senders'
        | 'multiple_number_matches'
        | 'no_body_after_short_prefix'
        | 'full_number_matches_no_senders'
        | 'no_body_after_full_number';
      /** How the contact was named. */
      readonly named: string;
    };

/** What becomes of a reply. */
type ReplyDecision =
  | { readonly kind: 'send'; readonly to: string; readonly body: string }
  | { readonly kind: 'refuse'; readonly refusal: ReplyRefusal };

/** Decides in the order of Firefox Relay's `_prepare_sms_reply`; pictures may go without words. */
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

/** How a reply names its contact. */
interface ReplyPrefix {
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
