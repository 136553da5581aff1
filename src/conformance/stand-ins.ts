// Replaces everything that belongs to one account by stable stand-ins: secrets, SIDs, numbers, addresses, dates.

import { hidesOwned, listForms, type OwnedValues, replaceParts } from './hidden-values.js';
import { joinPath } from './json-path.js';
import type { Json } from './recording.js';

/** Replaces texts; the same value always gets the same stand-in. */
export interface StandIns {
  /** Returns the text without anything of the account. */
  text(value: string): string;
  /** Returns JSON without anything of the account. @param loose says which paths keep only the type of their value */
  json(value: unknown, loose: (path: string) => boolean): Json;
}

/** Fields whose value depends on the account, its country or the moment: only the type is kept. */
export const LOOSE_NAMES: ReadonlySet<string> = new Set([
  'balance',
  'basePrice',
  'base_price',
  'callTime',
  'current_price',
  'duration',
  'latitude',
  'lata',
  'locality',
  'longitude',
  'postal_code',
  'queue_time',
  'rate_center',
  'region',
]);

/** Fields that change while one looks: only their presence is kept. */
export const MOVING_NAMES: ReadonlySet<string> = new Set(['price_unit', 'caller_name', 'answered_by']);

/** Parameters of webhooks that depend on the numbers. */
const LOOSE_PARAMETER =
  /^(?:Called|Caller|From|To)(?:City|State|Zip|Country)$|^(?:CallDuration|Duration|DialCallDuration|RecordingDuration|Timestamp|CallToken|StirVerstat|StirPassportToken|AddOns)$/;

/** True if only the presence of the webhook's parameter is kept. */
export function isLooseParameter(name: string): boolean {
  return LOOSE_PARAMETER.test(name);
}

const RFC_2822 =
  /\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} (?:[+-]\d{4}|GMT)/g;
const ISO_8601 = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})/g;
/** What an IPv6 address consists of. */
const HEX_GROUPS = /[0-9a-f:]{3,}/gi;
const SID = /[A-Z]{2}[0-9a-fA-F]{32}/g;
/** A word, of which one with an @ is an e-mail address. */
const WORD = /[^\s<>"']+/g;
const ADDRESS = /\b\d{1,3}(?:\.\d{1,3}){3}\b/g;
/** A long word of letters and digits: a key, a token, a signature. */
const TOKEN = /[A-Za-z0-9_+/=-]{24,}/g;
/** Digits as people and programs write phone numbers, but no date, such as that of the API's version. */
const NUMBER = /(?<!\d)(?!\d{4}-\d{2}-\d{2}(?!\d))(?:\+|%2B)?\(?\d(?:[\s().-]{0,2}\d){6,}/g;

/** Creates the stand-ins of one behaviour on one side. */
export function createStandIns(owned: OwnedValues): StandIns {
  const known = listKnown(owned);
  const given = new Map<string, string>();
  const counts = new Map<string, number>();

  function standInFor(kind: string, value: string): string {
    const key = `${kind} ${value}`;
    const before = given.get(key);
    if (before !== undefined) return before;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    const made = `<${kind}${count}>`;
    given.set(key, made);
    return made;
  }

  function text(value: string): string {
    let rest = value;
    for (const [from, to] of known) rest = replaceAllIgnoringCase(rest, from, to);
    rest = replaceParts(rest, owned);
    if (hidesOwned(rest, owned)) return '<encoded>';
    return rest
      .replace(RFC_2822, '<date, RFC 2822>')
      .replace(ISO_8601, '<date, ISO 8601>')
      .replace(SID, (sid) => standInFor(sid.slice(0, 2), sid.slice(2).toLowerCase()))
      .replace(WORD, (word) => (word.includes('@') ? '<e-mail address>' : word))
      .replace(ADDRESS, '<IP address>')
      .replace(HEX_GROUPS, (word) => (isIpv6(word) ? '<IP address>' : word))
      .replace(TOKEN, (word) => (isWord(word) ? word : standInFor('token', word)))
      .replace(NUMBER, (number) => standInFor('number', number.replace(/\D/g, '')));
  }

  function json(value: unknown, loose: (path: string) => boolean, path = ''): Json {
    const name = path.slice(path.lastIndexOf('.') + 1);
    if (MOVING_NAMES.has(name) || (name === 'price' && value === null)) return '<any>';
    if (name === 'price' && typeof value === 'string') return value.startsWith('-') ? '<charge>' : '<price>';
    // A list may have the texts of others.
    if (/\.\d+\.body$/.test(path) && typeof value === 'string' && !value.includes(owned.tag))
      return '<text without the tag>';
    if (Array.isArray(value))
      return value.map((one, index) => json(one, loose, joinPath(path, String(index))));
    if (value !== null && typeof value === 'object') {
      const rows = Object.entries(value).map(([key, one]) => [
        text(key),
        json(one, loose, joinPath(path, key)),
      ]);
      return Object.fromEntries(rows) as Json;
    }
    if (loose(path) || LOOSE_NAMES.has(name)) return value === null ? null : `<${typeof value}>`;
    if (typeof value === 'string') return text(value);
    if (typeof value === 'number') return Math.abs(value) >= 1e6 ? '<number>' : value;
    return typeof value === 'boolean' ? value : null;
  }

  return { text, json: (value, loose) => json(value, loose) };
}

/** A time has two colons at most. */
function isIpv6(word: string): boolean {
  return word.includes('::') || word.split(':').length > 4;
}

/** The paths and names of Twilio are long, too: they consist of short words, as English or CamelCase has them. */
function isWord(text: string): boolean {
  return text.split(/[/=_+-]/).every((part) => {
    const words = part.match(/[A-Z]?[a-z]+|[A-Z]+|\d+/g) ?? [];
    return (
      words.join('') === part &&
      words.length <= 6 &&
      words.every((word) => word.length <= MAX_WORD) &&
      (part.length <= 4 || part.length >= words.length * MIN_AVERAGE)
    );
  });
}

/** The words of Twilio's names are longer on average than those of a random text. */
const MIN_AVERAGE = 2.5;

/** The longest word in Twilio's names is `Authentication`. */
const MAX_WORD = 15;

/** Longest first, so that a part never hides the whole. */
function listKnown({ accountSid, secrets, numbers, app, tag }: OwnedValues): (readonly [string, string])[] {
  const spelled = Object.entries(numbers).flatMap(([name, number]) =>
    spell(number).map((one) => [one, `<${name}>`] as const),
  );
  const { host, hostname } = new URL(app);
  const rows: (readonly [string, string])[] = [
    [app, '<app>'],
    [encodeURIComponent(app), '<app>'],
    [host, '<app host>'],
    [hostname, '<app host>'],
    [accountSid, '<account>'],
    [tag, '<tag>'],
    ...secrets.flatMap((secret) => listForms(secret, accountSid).map((form) => [form, '<secret>'] as const)),
    ...spelled,
  ];
  return rows.filter(([from]) => from !== '').toSorted(([one], [other]) => other.length - one.length);
}

/** The spellings of a number in answers: E.164, in a URL, without its plus, and as national numbers are written. */
function spell(number: string): string[] {
  const digits = number.slice(1);
  const [, area, exchange, line] = /^1(\d{3})(\d{3})(\d{4})$/.exec(digits) ?? [];
  const national =
    area === undefined
      ? []
      : [`(${area}) ${exchange}-${line}`, `${area}-${exchange}-${line}`, `${area}${exchange}${line}`];
  return [number, `%2B${digits}`, digits, ...national];
}

function replaceAllIgnoringCase(text: string, from: string, to: string): string {
  const lower = text.toLowerCase();
  const wanted = from.toLowerCase();
  // Some letters have another length in lower case: then positions would differ.
  if (lower.length !== text.length) return text.replaceAll(from, to);
  let result = '';
  let at = 0;
  for (;;) {
    const next = lower.indexOf(wanted, at);
    if (next === -1) return result + text.slice(at);
    result += text.slice(at, next) + to;
    at = next + wanted.length;
  }
}
