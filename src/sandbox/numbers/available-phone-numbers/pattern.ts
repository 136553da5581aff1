// Twilio's `Contains` patterns as regular expressions.
import { invalidParameter } from '../../server/problem.js';

const KEYPAD = ['abc', 'def', 'ghi', 'jkl', 'mno', 'pqrs', 'tuv', 'wxyz'];

/**
 * A pattern of digits, letters (their key on a keypad), `*` (one digit, in runs and anywhere), `%` (any digits),
 * `+` (the start of the number) and `$` (its end), 2 to 16 characters.
 *
 * @throws TwilioProblem 20422 for anything else.
 */
export function readPattern(contains: string): RegExp {
  if (!/^\+?[0-9a-zA-Z*%]*\$?$/.test(contains) || contains.length < 2 || contains.length > 16) {
    throw invalidParameter('Contains', contains);
  }
  const source = contains
    .replace(/[a-zA-Z]/g, toKey)
    .replace(/^\+/, '^\\+')
    .replaceAll('*', '\\d')
    // A run means no more than one, and would be slow to match.
    .replace(/%+/g, '\\d*');
  return new RegExp(source);
}

function toKey(letter: string): string {
  return String(KEYPAD.findIndex((letters) => letters.includes(letter.toLowerCase())) + 2);
}
