// Finds the six-digit code in a verification text.

const CODE_LENGTH = 6;

/** Characters, of whatever precedes or follows a code, that decide whether it stands alone. */
const CONTEXT_LENGTH = 24;

/**
 * Returns the first code of a text: six digits in a row that are not a part of something longer, such as a phone number,
 * an amount, a word or a link. Full-width digits count, and are returned as ASCII. Undefined if there is none.
 */
export function findCode(body: string): string | undefined {
  const text = formatNarrow(body).replace(LINK, ' ');
  for (const { 0: digits, index } of text.matchAll(/\p{Nd}+/gu)) {
    if (!isCode(digits)) continue;
    const before = text.slice(Math.max(0, index - CONTEXT_LENGTH), index);
    const after = text.slice(index + CODE_LENGTH, index + CODE_LENGTH + CONTEXT_LENGTH);
    if (!isPartOfMore(before, after)) return digits;
  }
  return undefined;
}

/** True if all of a text is a code. */
export function isCode(text: string): boolean {
  return /^[0-9]{6}$/.test(text);
}

const LINK = /https?:\/\/\S*/gi;

/** Replaces full-width characters, which Chinese, Japanese and Korean texts use, by their ASCII ones. */
function formatNarrow(text: string): string {
  return text.replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
}

function isPartOfMore(before: string, after: string): boolean {
  // Chinese and Japanese write no space beside a code.
  if (/[\p{Script=Latin}_@]$/u.test(before) || /^[\p{Script=Latin}_@]/u.test(after)) return true;
  // 1.234567, 12/345678, 123456-7, but not the full stop of a sentence.
  if (/\p{Nd}[.,:/-]$/u.test(before) || /^[.,:/-]\p{Nd}/u.test(after)) return true;
  // A card number: 3782 822463 10005.
  if (/\p{Nd} $/u.test(before) && /^ \p{Nd}/u.test(after)) return true;
  return isInPhoneNumber(before);
}

/** A phone number has at most 15 digits: ten of them and a code are more. */
function isInPhoneNumber(before: string): boolean {
  const [start] = /\+[\d ().-]*$/.exec(before) ?? [];
  return start !== undefined && start.replace(/\D/g, '').length < 10;
}
