// Reads the filters of a search for numbers.

import { findPhoneNumber } from '../../platform/phone-number.js';
import { findFlag, findValue } from '../../server/form.js';
import { invalidParameter, TwilioProblem } from '../../server/problem.js';
import type { Capabilities, NumberType } from '../inventory.js';
import { readPattern } from './pattern.js';
import { type Criteria, findHome, type Vicinity } from './search.js';

const ABILITIES = { VoiceEnabled: 'voice', SmsEnabled: 'sms', MmsEnabled: 'mms', FaxEnabled: 'fax' } as const;

const NOWHERE: Vicinity = { latitude: 0, longitude: 0, miles: -1 };

/**
 * The filters of a query. `Beta` and `Exclude…AddressRequired` change nothing: no number here is beta or needs an
 * address.
 *
 * @throws TwilioProblem 21451 for what is no area code, 20422 for other nonsense.
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
    able: readAbilities(query),
  };
}

/**
 * The `AreaCode` parameter; undefined when missing.
 *
 * @throws TwilioProblem 21451 when it is not three digits.
 */
export function readAreaCode(parameters: URLSearchParams): string | undefined {
  const areaCode = findValue(parameters, 'AreaCode');
  if (areaCode !== undefined && !/^[2-9]\d\d$/.test(areaCode)) {
    throw new TwilioProblem(400, 21451, `Invalid area code: ${areaCode}`);
  }
  return areaCode;
}

function readAbilities(query: URLSearchParams): (keyof Capabilities)[] {
  const wanted = Object.entries(ABILITIES).filter(([parameter]) => findFlag(query, parameter));
  return wanted.map(([, ability]) => ability);
}

function readVicinity(query: URLSearchParams): Vicinity | undefined {
  const miles = readMiles(findValue(query, 'Distance') ?? '25');
  const point = findValue(query, 'NearLatLong');
  if (point !== undefined) return { ...readPoint(point), miles };
  const text = findValue(query, 'NearNumber');
  if (text === undefined) return undefined;
  const near = findPhoneNumber(text);
  if (!near) throw invalidParameter('NearNumber', text);
  const home = findHome(near.number) ?? findHome(`${near.number.slice(0, 5)}5550100`);
  return home ? { latitude: home.latitude, longitude: home.longitude, miles } : NOWHERE;
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
