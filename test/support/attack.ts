// A text that attacks the terminal it is printed on, and the check of what a terminal received.
import { expect } from 'vitest';

/** Writes to the clipboard, paints, clears the screen, forges a line, reverses the rest, and gives a command to GitHub. */
export const ATTACK = '\x1b]52;c;ZQ==\x07\x1b[35m\x1b[2J\r\n  9 forged\x9b2J\u202e##[error]x';

/** {@link ATTACK} as it may be shown. */
export const SHOWN = '\\x1b]52;c;ZQ==\\x07\\x1b[35m\\x1b[2J\\r\\n  9 forged\\x9b2J\\u202e\\x23#[error]x';

const ESCAPE = String.fromCharCode(27);
/** What we, the spinner and the prompts send: bold, dim, five colours and their ends; cursor, line and what is below. Not what ATTACK has. */
const OUR_SEQUENCES = new RegExp(
  `${ESCAPE}\\[(?:(?:0|1|2|22|31|32|33|34|36|39|90|94)?m|\\?25[hl]|\\?2026[hl]|\\d*[ABCDGK]|0?J)`,
  'g',
);
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
const COMMAND = /^\s*::|##\[/;

/**
 * Checks what a terminal or a pipe received: no control character but line ends and our own sequences, no forged line, no
 * command to GitHub.
 */
export function verifyHarmless(received: string): void {
  const lines = received.replaceAll(OUR_SEQUENCES, '').replaceAll('\r\n', '\n').split('\n');
  expect(
    lines.filter((line) => CONTROL.test(line) || COMMAND.test(line) || /^ {2}9 forged/.test(line)),
  ).toEqual([]);
}

/** Returns true if a text or key of a JSON value contains `text`. */
export function containsText(value: unknown, text: string): boolean {
  if (typeof value === 'string') return value.includes(text);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some((entry) => entry.some((part) => containsText(part, text)));
}
