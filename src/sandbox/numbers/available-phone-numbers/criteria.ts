// Reads the filters of a number search.
import { findPhoneNumber } from '../../platform/phone-number.js';
import { findFlag, findValue } from '../../server/form.js';
import { invalidParameter, TwilioProblem } from '../../server/problem.js';
import type { Capabilities, NumberType } from '../inventory.js';
import { type Criteria, findPlace, type Vicinity } from './search.js';

const CAPABILITY_FILTERS = {
  VoiceEnabled: 'voice',
  SmsEnabled: 'sms',
  MmsEnabled: 'mms',
  FaxEnabled: 'fax',
} as const;

/** Contains no place. */
const NOWHERE: Vicinity = { latitude: 0, longitude: 0, miles: -1 };

/**
 * Reads the filters of a query.
 *
 * @throws TwilioProblem 21451 for an invalid area code, 20422 for other invalid values.
 */
export function readCriteria(country: string, type: NumberType, query: URLSearchParams): Criteria {
  const contains = findValue(query, 'Contains');
  return {
    country,
    type,
    areaCode: readAreaCode(query),
    pattern: contains === undefined ? undefined : readPattern(contains),
    inRegion: findValue(query, 'InRegion'),
    inLocality: findValue(query, 'InLocality'),
    inRateCenter: findValue(query, 'InRateCenter'),
    inPostalCode: findValue(query, 'InPostalCode'),
    inLata: findValue(query, 'InLata'),
    near: readVicinity(query),
    capabilities: readCapabilities(query),
  };
}

/**
 * Returns the `AreaCode` parameter, or undefined if it is missing.
 *
 * @throws TwilioProblem 21451 if it is not three digits, the first of them 2 to 9.
 */
export function readAreaCode(parameters: URLSearchParams): string | undefined {
  const areaCode = findValue(parameters, 'AreaCode');
  if (areaCode !== undefined && !/^[2-9]\d\d$/.test(areaCode)) {
    throw new TwilioProblem(400, 21451, `Invalid area code: ${areaCode}`);
  }
  return areaCode;
}

function readCapabilities(query: URLSearchParams): (keyof Capabilities)[] {
  const wanted = Object.entries(CAPABILITY_FILTERS).filter(([parameter]) => findFlag(query, parameter));
  return wanted.map(([, capability]) => capability);
}

function readVicinity(query: URLSearchParams): Vicinity | undefined {
  const miles = readMiles(findValue(query, 'Distance') ?? '25');
  const point = findValue(query, 'NearLatLong');
  if (point !== undefined) return { ...readPoint(point), miles };
  const text = findValue(query, 'NearNumber');
  if (text === undefined) return undefined;
  const near = findPhoneNumber(text);
  if (!near) throw invalidParameter('NearNumber', text);
  const place = findPlace(near.number) ?? findPlace(`${near.number.slice(0, 5)}5550100`);
  return place ? { latitude: place.latitude, longitude: place.longitude, miles } : NOWHERE;
}

function readMiles(text: string): number {
  const miles = Number(text);
  if (!/^\d{1,3}$/.test(text) || miles > 500) throw invalidParameter('Distance', text);
  return miles;
}

function readPoint(text: string): { latitude: number; longitude: number } {
  const [, latitude, longitude] = /^(-?\d{1,2}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)$/.exec(text) ?? [];
  if (latitude === undefined || longitude === undefined) throw invalidParameter('NearLatLong', text);
  return { latitude: Number(latitude), longitude: Number(longitude) };
}

const KEYPAD = ['abc', 'def', 'ghi', 'jkl', 'mno', 'pqrs', 'tuv', 'wxyz'];

/**
 * Converts a `Contains` pattern of 2 to 16 characters: digits, letters (their key on a keypad), `*` (one digit), `%` (any
 * digits), `+` (the start of the number) and `$` (its end).
 *
 * @throws TwilioProblem 20422 for anything else.
 */
function readPattern(contains: string): RegExp {
  if (!/^\+?[0-9a-zA-Z*%]*\$?$/.test(contains) || contains.length < 2 || contains.length > 16) {
    throw invalidParameter('Contains', contains);
  }
  const source = contains
    .replace(/[a-zA-Z]/g, toKey)
    .replace(/^\+/, '^\\+')
    .replaceAll('*', '\\d')
    // Several in a row mean the same as one, but would be slow to match.
    .replace(/%+/g, '\\d*');
  return new RegExp(source);
}

function toKey(letter: string): string {
  return String(KEYPAD.findIndex((letters) => letters.includes(letter.toLowerCase())) + 2);
}
