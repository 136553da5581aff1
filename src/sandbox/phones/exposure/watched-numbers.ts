// The numbers whose exposure is reported, and how they are found in a text at little cost.
import type { Store } from '../../platform/database.js';
import { findPhoneNumber } from '../../platform/phone-number.js';
import type { AssertionStore } from './assertions.js';
import { createNumberSpellings, type NumberSpellings, type WrittenNumber } from './spelling.js';

/** The numbers of all phones known to the sandbox, and those that an assertion protects. */
export interface WatchedNumbers {
  /** Adds the number of a phone: it has texted or called, was texted or called, or has settings. */
  add(phone: string): void;
  /** Whether a number (E.164) is watched: protected, or a known phone that the account does not own. */
  has(number: string): boolean;
  /** Finds the watched numbers in a text, in any usual spelling; each one once. */
  findIn(text: string): readonly (WrittenNumber & { readonly number: string })[];
  /** Drops what was read from the tables; call it after they were changed from outside. */
  forget(): void;
}

const KNOWN_PHONES = `SELECT phone FROM texts UNION SELECT phone FROM sentTexts UNION SELECT phone FROM callLog
  UNION SELECT number FROM phones`;

/** Creates the set. The tables are read when the first text may hold a number. */
export function createWatchedNumbers(deps: {
  readonly store: Store;
  readonly assertions: Pick<AssertionStore, 'list' | 'find'>;
  /** Whether the account owns a number: phones are meant to see those. */
  readonly isOwned: (number: string) => boolean;
}): WatchedNumbers {
  const { store, assertions, isOwned } = deps;
  const phones = store.query<{ phone: string }>(KNOWN_PHONES);
  const spellingsOf = createSpellingCache();
  let known: Set<string> | undefined;
  let tails = createTailIndex();
  let indexed: ReturnType<AssertionStore['list']> = [];

  function read(): Set<string> {
    if (known) return known;
    known = new Set(phones.all().map(({ phone }) => phone));
    tails = createTailIndex();
    indexed = [];
    for (const number of known) tails.add(number);
    return known;
  }

  function readTails(): TailIndex {
    read();
    if (indexed !== assertions.list()) {
      indexed = assertions.list();
      for (const { number } of indexed) tails.add(number);
    }
    return tails;
  }

  const has = (number: string) =>
    assertions.find(number) !== undefined || (!isOwned(number) && read().has(number));

  return {
    add: (phone) => {
      if (!known || known.has(phone)) return;
      known.add(phone);
      tails.add(phone);
    },
    has,
    findIn: (text) => {
      const digits = text.replace(/\D+/g, '');
      if (digits.length < MIN_DIGITS) return [];
      return readTails()
        .findCandidates(digits)
        .flatMap((number) => {
          const written = has(number) ? spellingsOf(number)?.find(text) : undefined;
          return written ? [{ number, ...written }] : [];
        });
    },
    forget: () => {
      known = undefined;
    },
  };
}

/** No country has national numbers with fewer digits. */
const MIN_DIGITS = 4;

/** Numbers by their last digits, which all their spellings have. */
interface TailIndex {
  add(number: string): void;
  /** The numbers whose last digits are among the digits of a text, each once. */
  findCandidates(digits: string): readonly string[];
}

/** How many of its last digits a number is found by; all national ones if it has fewer. */
const TAIL_LENGTH = 7;

/** With so many digits, calling code included, the national number is as long as a tail. */
const LONG_NUMBER = 10;

function createTailIndex(): TailIndex {
  const byTail = new Map<string, string[]>();
  const lengths = new Set<number>([TAIL_LENGTH]);

  function add(number: string): void {
    const tail = tailOf(number);
    if (tail === undefined) return;
    lengths.add(tail.length);
    const others = byTail.get(tail);
    if (!others) byTail.set(tail, [number]);
    else if (!others.includes(number)) others.push(number);
  }

  return {
    add,
    findCandidates: (digits) => {
      const found = new Set<string>();
      for (const length of lengths) {
        for (let end = length; end <= digits.length; end += 1) {
          for (const number of byTail.get(digits.slice(end - length, end)) ?? []) found.add(number);
        }
      }
      return [...found];
    },
  };
}

/** Undefined for an address that is not a number with a country. */
function tailOf(number: string): string | undefined {
  if (!number.startsWith('+')) return undefined;
  if (number.length > LONG_NUMBER) return number.slice(-TAIL_LENGTH);
  return findPhoneNumber(number)?.national.slice(-TAIL_LENGTH);
}

/** How many spellings are kept: numbers are found again and again, and each has a regular expression. */
const CACHE_SIZE = 1000;

function createSpellingCache(): (number: string) => NumberSpellings | undefined {
  const cache = new Map<string, NumberSpellings>();
  return (number) => {
    const kept = cache.get(number);
    const parsed = kept ? undefined : findPhoneNumber(number);
    if (!parsed) return kept;
    if (cache.size >= CACHE_SIZE) cache.clear();
    const created = createNumberSpellings(parsed);
    cache.set(number, created);
    return created;
  };
}
