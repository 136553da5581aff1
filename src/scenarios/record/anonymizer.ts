// Replaces the phone numbers and secrets of a recorded conversation.
import { formatSandboxNumber } from '../assigned-numbers.js';

/** Names phones, and replaces numbers and secrets in texts. */
export interface Anonymizer {
  /** Returns the name of a phone. A new phone gets a name. */
  nameOf(number: string): string;
  /** Replaces phone numbers, verification codes, SIDs and secrets in a text. */
  anonymize(text: string): string;
  /** Returns the number that was recorded for the phone of a name; undefined without one. */
  numberOf(name: string): string | undefined;
  /** Returns sandbox numbers by phone name; null for the owner of a mask, whose number is assigned by the play. */
  phones(): Record<string, string | null>;
}

/** The options of {@link createAnonymizer}. */
export interface AnonymizerOptions {
  /** The account's number in the conversation, and its name in the story. */
  readonly number: { readonly real: string; readonly name: string };
  /** The owner's number, if the account's number is a mask and its owner is known. */
  readonly owner: string | undefined;
  readonly secrets: readonly string[];
  /** Whether numbers that belong to nobody keep their spelling: an app that is tried in the sandbox may know them. */
  readonly keepsFictional?: boolean;
}

/** True for a North American number that belongs to nobody, 555-0100 to 555-0199, in any notation. */
export function isFictional(number: string): boolean {
  return /^\d{3}55501\d\d$/.test(significantDigits(number));
}

const SID = /\b[A-Za-z]{2}[0-9a-f]{32}\b|\b[0-9a-f]{32,}\b/gi;
/** A phone number in any notation, a verification code in two halves, or other digits. */
const DIGITS = /\+?\(?\d(?:[\s().-]{0,3}\d){6,16}|\d{3}[ -]\d{3}(?!\d)|\d+/g;
const [NUMBER_LENGTH, CODE_LENGTH, TAIL_LENGTH] = [7, 6, 4];
/** Indices of sandbox numbers. Lower ones may be owned by the account; numbers that texts only mention start later. */
const [FIRST_CONTACT, FIRST_MENTIONED] = [50, 100];
const OWNER = 'owner';
const HIDDEN = '(hidden)';

/** A person in the recording. */
interface Person {
  /** Undefined for a person whom a text only mentions. */
  readonly name: string | undefined;
  /** The sandbox number; empty for the owner of a mask. */
  readonly number: string;
  /** The recorded number. */
  readonly real: string;
}

/** Creates an anonymizer for one conversation. */
export function createAnonymizer({
  number,
  owner,
  secrets,
  keepsFictional = false,
}: AnonymizerOptions): Anonymizer {
  const people = new Map<string, Person>();
  const isKept = (written: string) =>
    keepsFictional && (isFictional(written) || !/^\+?\d{7,}$/.test(written));
  let contacts = 0;
  let mentioned = 0;
  if (owner !== undefined) people.set(significantDigits(owner), { name: OWNER, number: '', real: owner });

  /** A person whom an earlier text mentioned keeps the sandbox number from there. */
  function nameOf(real: string): string {
    const known = people.get(significantDigits(real));
    if (known?.name !== undefined) return known.name;
    const name = nameContact(contacts);
    people.set(significantDigits(real), {
      name,
      number: known?.number ?? (isKept(real) ? real : formatSandboxNumber(FIRST_CONTACT + contacts)),
      real,
    });
    contacts += 1;
    return name;
  }

  function replaceNumber(written: string): string {
    const key = significantDigits(written);
    if (key === significantDigits(number.real)) return `$${number.name}`;
    const known = people.get(key);
    if (keepsFictional && isFictional(written) && (!known || !written.startsWith('+'))) return written;
    if (known) return known.name === undefined ? known.number : `$${known.name}`;
    const person = {
      name: undefined,
      number: formatSandboxNumber(FIRST_MENTIONED + mentioned),
      real: written,
    };
    mentioned += 1;
    people.set(key, person);
    return person.number;
  }

  function replaceDigits(written: string, at: number, text: string): string {
    const { length } = written.replace(/\D/g, '');
    if (length === CODE_LENGTH) return '0'.repeat(CODE_LENGTH);
    if (length === TAIL_LENGTH) return replaceTail(written);
    if (length < NUMBER_LENGTH) return written;
    // A space ends the name if a letter or digit follows.
    return `${replaceNumber(written)}${/\w/.test(text[at + written.length] ?? '') ? ' ' : ''}`;
  }

  /** In Firefox Relay, a reply can start with the last four digits of its recipient's number. */
  function replaceTail(digits: string): string {
    const known = [...people].find(([key, one]) => key.endsWith(digits) && one.number !== '');
    return known ? known[1].number.slice(-TAIL_LENGTH) : digits;
  }

  return {
    nameOf,
    anonymize: (text) =>
      secrets
        .filter(Boolean)
        .reduce((safe, secret) => safe.replaceAll(secret, HIDDEN), text)
        .replace(SID, HIDDEN)
        .replaceAll('$', '$$$$')
        .replace(DIGITS, replaceDigits),
    numberOf: (name) => [...people.values()].find((one) => one.name === name)?.real,
    phones: () =>
      Object.fromEntries(
        [...people.values()].flatMap(({ name, number }) =>
          name === undefined ? [] : [[name, number || null]],
        ),
      ),
  };
}

function nameContact(index: number): string {
  return index === 0 ? 'contact' : `contact${index + 1}`;
}

/** Returns the last ten digits, which identify a US number with or without its country code. */
function significantDigits(number: string): string {
  return number.replace(/\D/g, '').slice(-10) || number;
}
