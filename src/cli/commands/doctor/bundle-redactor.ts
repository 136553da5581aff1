// Removes secrets, phone numbers, e-mail addresses and the home folder from what is attached to a public bug report.
import { isSecretName } from '../../../debug.js';
import { formatWithoutPassword } from '../../../origin.js';

const HIDDEN = '(hidden)';

/** Names of variables that may hold a secret, besides those that the debug log hides. */
const MORE_SECRET_NAMES = /PASS|PRIVATE|SALT|AUTH|DSN|API/i;
/** Shorter values, such as `true`, would hide ordinary words. */
const MIN_SECRET_LENGTH = 6;
/** Text with a digit that has this many letters, digits, `_` and `-` in a row is taken for a secret, unless it is a SID. */
const RANDOM_TEXT = /[\w-]{24,}/g;
const SID = /^[A-Z]{2}[0-9a-f]{32}$/;

/** What the redactor knows about the user. */
export interface BundleRedactorOptions {
  /** Settings and variables: the values of those that are named like a secret are hidden. */
  readonly variables: Iterable<readonly [string, string | undefined]>;
  /** Values that are hidden in any case. */
  readonly secrets: readonly (string | undefined)[];
  readonly home: string | undefined;
}

/** Creates a function that returns a copy of a JSON document with every text in it redacted, names of fields too. */
export function createBundleRedactor({
  variables,
  secrets,
  home,
}: BundleRedactorOptions): <T extends object>(document: T) => T {
  const named = [...variables]
    .filter(([name]) => isSecretName(name) || MORE_SECRET_NAMES.test(name))
    .map(([, value]) => value);
  const known = [...new Set([...named, ...secrets])]
    .filter((value) => value !== undefined)
    .flatMap((value) => [value, encodeURIComponent(value)])
    .filter(({ length }) => length >= MIN_SECRET_LENGTH)
    // Longest first, because one secret may be part of another.
    .sort((a, b) => b.length - a.length);

  function redact(text: string): string {
    const withoutKnown = known.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text);
    const withoutHome = home && home !== '/' ? withoutKnown.replaceAll(home, '~') : withoutKnown;
    const withoutForms = formatWithoutPassword(withoutHome)
      .replace(/\b(Basic|Bearer|Token) [\w.~+/=-]+/gi, `$1 ${HIDDEN}`)
      .replace(RANDOM_TEXT, (word) => (/\d/.test(word) && !SID.test(word) ? HIDDEN : word));
    return hideAddresses(shortenNumbers(withoutForms));
  }

  function visit(value: unknown): unknown {
    if (typeof value === 'string') return redact(value);
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [redact(name), visit(one)]));
  }

  return <T extends object>(document: T) => visit(document) as T;
}

/** Leaves the last four digits of a phone number, with or without its plus sign, spaces and brackets. */
function shortenNumbers(text: string): string {
  return text
    .replace(/%2B(\d{7,15})/gi, (_, digits: string) => `%2B…${digits.slice(-4)}`)
    .replace(/\+\d[\d ().-]{5,20}\d/g, (number) => {
      const digits = number.replace(/\D/g, '');
      return `+${digits.slice(0, 1)}…${digits.slice(-4)}`;
    })
    .replace(/\(?\d{3}\)?[ .-]{1,2}\d{3}[ .-]\d{4}(?!\d)/g, (number) => `…${number.slice(-4)}`)
    .replace(/(?<![\w.])\d{10,15}(?!\w)/g, (number) => `…${number.slice(-4)}`);
}

function hideAddresses(text: string): string {
  if (!text.includes('@')) return text;
  const words = text.split(' ');
  return words.map((word) => (isAddress(word) ? '(e-mail address)' : word)).join(' ');
}

function isAddress(word: string): boolean {
  const at = word.indexOf('@');
  return at > 0 && !word.includes('://') && word.slice(at).includes('.');
}
