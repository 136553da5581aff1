// How people and programs write a phone number, and how to find it in a text.
import type { PhoneNumber } from '../../platform/phone-number.js';

/** A number to look for. */
export interface NumberSpellings {
  /** E.164. */
  readonly number: string;
  /** Every text that shows it is LIKE this in SQLite, and few others are. */
  readonly like: string;
  /** Where a text shows it first, and how it is written there. */
  find(text: string): { readonly written: string; readonly index: number } | undefined;
}

/** What may stand between two digits: space, hyphens and dashes, brackets, dots, slashes, and what cannot be seen. */
const GAP = '[\\s\\p{Pd}\\p{Cf}().·/]{0,6}';

/** Not inside a longer row of digits, nor behind the calling code of another country. */
const START = `(?<!\\d|\\+\\d{1,3}${GAP})`;

/**
 * Looks for a number with its country's calling code (behind `+`, `00` or nothing) or without, and with or without
 * the 0 that many countries dial first.
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
