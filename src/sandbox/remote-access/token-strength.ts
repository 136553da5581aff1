// Finds tokens that somebody could guess, which must not protect a sandbox that other machines can reach.

/** 128 bits, as hex digits or base64url. */
const MIN_HEX = 32;
const MIN_OTHER = 22;

/** A random token of 32 hex digits has fewer distinct ones about once in 27 million times. */
const MIN_DISTINCT = 8;

const WORDS =
  /test|pass|secret|default|changeme|change-me|example|token|admin|relay|twilio|sandbox|1234567/gi;

/**
 * Returns why a token is weak, as the rest of "the token …"; undefined if it may be random. It never quotes the token.
 * A random token of 128 bits, in hex or base64url, passes.
 */
export function findWeakness(token: string): string | undefined {
  if (!/^[\x21-\x7e]+$/.test(token)) return 'has spaces or characters that a header cannot have';
  const isHex = /^[0-9a-f]+$/i.test(token);
  if (token.length < (isHex ? MIN_HEX : MIN_OTHER))
    return `is too short: it needs 128 random bits, such as ${MIN_HEX} hex digits`;
  if (!isHex && isMadeOfWords(token)) return 'is made of words: it must be random';
  if (new Set(token.toLowerCase()).size < MIN_DISTINCT)
    return 'has too few different characters: it must be random';
  if (isRepeated(token)) return 'repeats itself: it must be random';
  if (isRow(token)) return 'is a row of neighbouring characters: it must be random';
  return undefined;
}

/** A random token holds such a word only by accident, and has more than lower-case letters. */
function isMadeOfWords(token: string): boolean {
  if (/^[a-z._-]+$/.test(token)) return true;
  const rest = token.replace(WORDS, '');
  return rest !== token && new Set(rest).size < MIN_DISTINCT * 2;
}

/** True if a token is one part over and over, such as `0123456789abcdef` twice. */
function isRepeated(token: string): boolean {
  return (token + token).indexOf(token, 1) < token.length;
}

/** True if most characters follow the one before them in the order of their codes, forwards or backwards. */
function isRow(token: string): boolean {
  let steps = 0;
  for (let at = 1; at < token.length; at += 1)
    if (Math.abs(token.charCodeAt(at) - token.charCodeAt(at - 1)) === 1) steps += 1;
  return steps > token.length / 2;
}
