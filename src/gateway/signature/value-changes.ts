// What programs on the way do to the value of a parameter, and how the signed value is found again.
import { decodeOnce } from './url-difference.js';

/** A change of a value, and its reverse. */
export interface ValueChange {
  /** What happened on the way, as a clause about the parameter: "lost a space at its end". */
  readonly what: string;
  /** Returns what was signed, if this change has made it `arrived`; several values if the name was repeated. */
  readonly restore: (arrived: string) => string | readonly string[];
}

const ENTITIES: readonly (readonly [string, string])[] = [
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&#39;', "'"],
  ['&#x27;', "'"],
  ['&amp;', '&'],
];

/** Likeliest first. Most leave most values as they are, which then need not be tried. */
export const VALUE_CHANGES: readonly ValueChange[] = [
  { what: 'lost a space at its end', restore: (arrived) => `${arrived} ` },
  { what: 'lost a line end at its end', restore: (arrived) => `${arrived}\n` },
  { what: 'lost a line end at its end', restore: (arrived) => `${arrived}\r\n` },
  { what: 'lost a space at its beginning', restore: (arrived) => ` ${arrived}` },
  { what: 'lost the spaces around it', restore: (arrived) => ` ${arrived} ` },
  { what: 'got spaces around it', restore: (arrived) => arrived.trim() },
  { what: 'got spaces at its end', restore: (arrived) => arrived.trimEnd() },
  { what: 'got spaces at its beginning', restore: (arrived) => arrived.trimStart() },
  { what: 'got LF for CRLF', restore: (arrived) => arrived.replaceAll(/\r?\n/g, '\r\n') },
  { what: 'got CRLF for LF', restore: (arrived) => arrived.replaceAll('\r\n', '\n') },
  { what: 'got a space for its plus sign', restore: (arrived) => arrived.replace(/^ /, '+') },
  { what: 'got spaces for its plus signs', restore: (arrived) => arrived.replaceAll(' ', '+') },
  { what: 'got plus signs for its spaces', restore: (arrived) => arrived.replaceAll('+', ' ') },
  { what: 'lost its plus sign', restore: (arrived) => arrived.replace(/^(?=\d{7,15}$)/, '+') },
  { what: 'was encoded twice', restore: decodeOnce },
  { what: 'was encoded twice', restore: (arrived) => decodeOnce(arrived.replaceAll('+', ' ')) },
  { what: 'was decoded twice', restore: (arrived) => arrived.replaceAll('%', '%25') },
  { what: 'was decoded twice', restore: encodeWhole },
  { what: 'was escaped for HTML', restore: (arrived) => replaceAll(arrived, ENTITIES) },
  { what: 'was unescaped from HTML', restore: (arrived) => replaceAll(arrived, ENTITY_OF) },
  { what: 'got composed characters (Unicode NFC)', restore: (arrived) => arrived.normalize('NFD') },
  { what: 'got decomposed characters (Unicode NFD)', restore: (arrived) => arrived.normalize('NFC') },
  {
    what: 'got a word for its empty value',
    restore: (arrived) => arrived.replace(/^(null|undefined|None)$/, ''),
  },
  { what: 'was joined to one value', restore: (arrived) => splitAt(arrived, ',') },
  { what: 'was joined to one value', restore: (arrived) => splitAt(arrived, ', ') },
];

/** A lone surrogate cannot be encoded. */
function encodeWhole(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}

function replaceAll(text: string, pairs: readonly (readonly [string, string])[]): string {
  return pairs.reduce((rest, [from, to]) => rest.replaceAll(from, to), text);
}

function splitAt(text: string, comma: string): string | readonly string[] {
  return text.includes(comma) ? text.split(comma) : text;
}

/** The ampersand first, so that it is not escaped again. */
const ENTITY_OF = [
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
] as const;
