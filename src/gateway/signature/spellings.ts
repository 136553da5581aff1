// Lists other spellings of a path or query: as proxies, frameworks and URL parsers encode and decode them.
import { parse, stringify } from 'node:querystring';
import { decodeOnce } from './url-difference.js';

/** Lists other spellings of a path, likeliest first; some may be the path itself. */
export function* listPathSpellings(path: string): Iterable<string> {
  yield parseUrl(path).pathname;
  yield path.toLowerCase();
  yield* listCommonSpellings(path);
  yield* listPartialSpellings(path);
}

/** Lists other spellings of a query with its question mark, likeliest first; some may be the query itself. */
export function* listQuerySpellings(query: string): Iterable<string> {
  const words = query.slice(1);
  yield parseUrl(`/${query}`).search;
  yield `?${new URLSearchParams(words)}`;
  yield `?${stringify(parse(words))}`;
  yield query.replaceAll('+', '%20');
  yield query.replaceAll('%20', '+');
  yield decodeOnce(query.replaceAll('+', ' '));
  yield* listCommonSpellings(query);
  yield* listPartialSpellings(query);
  // An empty value without its equals sign, and with it.
  const pairs = words.split('&');
  yield `?${pairs.map((pair) => (pair.indexOf('=') === pair.length - 1 ? pair.slice(0, -1) : pair)).join('&')}`;
  yield `?${pairs.map((pair) => (pair.includes('=') ? pair : `${pair}=`)).join('&')}`;
  yield query.toLowerCase();
}

function parseUrl(target: string): URL {
  return new URL(`http://host${target}`);
}

function* listCommonSpellings(text: string): Iterable<string> {
  yield text.replaceAll(/%[0-9a-f]{2}/gi, (code) => code.toUpperCase());
  yield text.replaceAll(/%[0-9a-f]{2}/gi, (code) => code.toLowerCase());
  yield decodeOnce(text);
  yield decodeOnce(decodeOnce(text));
  yield text.replaceAll('%', '%25');
}

/** Up to this many kinds of characters in each combination, more kinds alone and all together. */
const MAX_COMBINED = 6;
const MAX_KINDS = 24;

/** Lists the spellings in which some kinds of characters are decoded that are encoded here, or the reverse. */
function* listPartialSpellings(text: string): Iterable<string> {
  const units = text.match(/(?:%[89a-f][0-9a-f])+|%[0-9a-f]{2}|./gisu) ?? [];
  const kinds = [...new Set(units)].filter((unit) => respell(unit) !== unit).slice(0, MAX_KINDS);
  const write = (chosen: ReadonlySet<string>) =>
    units.map((unit) => (chosen.has(unit) ? respell(unit) : unit)).join('');
  for (const kind of kinds) yield write(new Set([kind]));
  if (kinds.length > MAX_COMBINED) yield write(new Set(kinds));
  else for (const chosen of listSubsets(kinds)) if (chosen.length > 1) yield write(new Set(chosen));
}

function listSubsets<T>(all: readonly T[]): T[][] {
  return Array.from({ length: 2 ** all.length }, (_, bits) =>
    all.filter((_one, at) => (bits >> at) % 2 === 1),
  );
}

/** The characters that some programs encode and others do not; `/` and `?` have a meaning in a path. */
const ENCODED_BY_SOME = /[~!*'():;@,$[\]{}|^"<> ]/;

function respell(unit: string): string {
  if (unit.length > 1) return decodeOnce(unit);
  return ENCODED_BY_SOME.test(unit) ? encodeCharacter(unit) : unit;
}

function encodeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
