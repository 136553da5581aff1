// The spellings of a phone number: how people and programs write it, and how to find it in a text.
import type { PhoneNumber } from '../../platform/phone-number.js';

/** A number as it is written in a text. */
export interface WrittenNumber {
  readonly written: string;
  /** Where it begins. */
  readonly index: number;
}

/** The spellings of one number. */
export interface NumberSpellings {
  /** E.164. */
  readonly number: string;
  /** A LIKE pattern of SQLite that matches every text with the number, and few others. */
  readonly like: string;
  /** The first spelling in a text, and its index; undefined if there is none. */
  find(text: string): WrittenNumber | undefined;
}

/** What may separate two digits: spaces, hyphens and dashes, parentheses, dots, slashes, invisible characters. */
const GAP = '[\\s\\p{Pd}\\p{Cf}().·/]{0,6}';

/** Not inside a longer row of digits, nor after the calling code of another country. */
const START = `(?<!\\d|\\+\\d{1,3}${GAP})`;

/**
 * Creates the spellings: with the calling code (after `+`, `00` or nothing) or without it, and with or without the
 * leading 0 of many countries.
 */
export function createNumberSpellings({ number, callingCode, national }: PhoneNumber): NumberSpellings {
  const code = `[(+]{0,2}(?:00${GAP})?${spread(callingCode, GAP)}${GAP}`;
  const pattern = new RegExp(`${START}(?:${code})?(?:\\(?0${GAP})?\\(?${spread(national, GAP)}(?!\\d)`, 'u');
  return {
    number,
    like: `%${spread(national, '%')}%`,
    find: (text) => {
      const match = pattern.exec(text);
      return match ? { written: match[0], index: match.index } : undefined;
    },
  };
}

function spread(digits: string, between: string): string {
  return [...digits].join(between);
}
