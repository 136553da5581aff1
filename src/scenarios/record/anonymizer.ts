// Replaces the phone numbers and secrets of a recorded conversation.
import { formatSandboxNumber } from '../assigned-numbers.js';

/** Who is who in what is written. */
export interface Anonymizer {
  /** The name of a phone; it gets one when it is met for the first time. */
  phone(number: string): string;
  /** Words as they may be written: without numbers of real people, codes and secrets. */
  words(text: string): string;
  /** The phones by name, with their numbers of the sandbox; null for the owner of a mask, whose is chosen when it is played. */
  phones(): Record<string, string | null>;
}

/** How a disguise is made. */
export interface AnonymizerOptions {
  /** The number of the account that it is all about, and its name. */
  readonly number: { readonly real: string; readonly name: string };
  /** Whoever is behind it, if it is a mask and that is known. */
  readonly owner: string | undefined;
  readonly secrets: readonly string[];
}

const SID = /\b[A-Za-z]{2}[0-9a-f]{32}\b|\b[0-9a-f]{32,}\b/gi;
/** A number in any spelling, and whatever else has as many digits; a code in two halves; else digits alone. */
const DIGITS = /\+?\(?\d(?:[\s().-]{0,3}\d){6,16}|\d{3}[ -]\d{3}(?!\d)|\d+/g;
const [NUMBER_LENGTH, CODE_LENGTH, TAIL_LENGTH] = [7, 6, 4];
/** Before them come numbers that the sandbox may have sold, and behind them those who are only mentioned. */
const [FIRST_CONTACT, FIRST_MENTIONED] = [50, 100];
const OWNER = 'owner';
const HIDDEN = '(hidden)';

/** A person of the recording. */
interface Person {
  /** Undefined for one who is only mentioned. */
  readonly name: string | undefined;
  /** Of the sandbox; empty for the owner of a mask. */
  readonly number: string;
}

/** Makes one. */
export function createAnonymizer({ number, owner, secrets }: AnonymizerOptions): Anonymizer {
  const people = new Map<string, Person>();
  let contacts = 0;
  let strangers = 0;
  if (owner !== undefined) people.set(significantDigits(owner), { name: OWNER, number: '' });

  /** Who was only mentioned before keeps the number. */
  function meet(real: string): string {
    const known = people.get(significantDigits(real));
    if (known?.name !== undefined) return known.name;
    const name = nameContact(contacts);
    people.set(significantDigits(real), {
      name,
      number: known?.number ?? formatSandboxNumber(FIRST_CONTACT + contacts),
    });
    contacts += 1;
    return name;
  }

  function replaceNumber(written: string): string {
    const key = significantDigits(written);
    if (key === significantDigits(number.real)) return `$${number.name}`;
    const known = people.get(key);
    if (known) return known.name === undefined ? known.number : `$${known.name}`;
    const stranger = { name: undefined, number: formatSandboxNumber(FIRST_MENTIONED + strangers) };
    strangers += 1;
    people.set(key, stranger);
    return stranger.number;
  }

  function replaceDigits(written: string, at: number, text: string): string {
    const { length } = written.replace(/\D/g, '');
    if (length === CODE_LENGTH) return '0'.repeat(CODE_LENGTH);
    if (length === TAIL_LENGTH) return replaceTail(written);
    if (length < NUMBER_LENGTH) return written;
    // A name ends where no letter and no digit follows.
    return `${replaceNumber(written)}${/\w/.test(text[at + written.length] ?? '') ? ' ' : ''}`;
  }

  /** Firefox Relay takes the last four digits of a number, in front of a reply, for whom it is to go to. */
  function replaceTail(digits: string): string {
    const known = [...people].find(([key, one]) => key.endsWith(digits) && one.number !== '');
    return known ? known[1].number.slice(-TAIL_LENGTH) : digits;
  }

  return {
    phone: meet,
    words: (text) =>
      secrets
        .filter(Boolean)
        .reduce((words, secret) => words.replaceAll(secret, HIDDEN), text)
        .replace(SID, HIDDEN)
        .replaceAll('$', '$$$$')
        .replace(DIGITS, replaceDigits),
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

/** The digits that tell a number from others, with or without its country in front. */
function significantDigits(number: string): string {
  return number.replace(/\D/g, '').slice(-10) || number;
}
