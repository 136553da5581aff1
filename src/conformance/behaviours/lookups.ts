// Behaviours of lookups that are free.
import type { TwilioBehaviour } from '../behaviour.js';
import { get, getRefused, type SingleRequest, singleRequests } from './build.js';

const V1 = 'https://lookups.twilio.com/v1/PhoneNumbers';
const V2 = 'https://lookups.twilio.com/v2/PhoneNumbers';
const LONG = `%2B1${'2'.repeat(40)}`;

const invalid = (id: string, row: string, number: string, reason: string): SingleRequest => [
  id,
  row,
  `a lookup of version 2 of ${decodeURIComponent(number)} has the error ${reason}`,
  get(`${V2}/${number}`, { valid: false, 'validation_errors.0': reason }),
];
const unknown = (id: string, row: string, number: string): SingleRequest => [
  id,
  row,
  `a lookup of version 1 of ${decodeURIComponent(number)} is answered with 20404`,
  getRefused(`${V1}/${number}`, 404, 20404),
];

/** See the first line. */
export const LOOKUP_BEHAVIOURS: readonly TwilioBehaviour[] = singleRequests('lookups', [
  [
    'v1-national',
    'F651.12',
    'a lookup of version 1 accepts a national number of the given country',
    get(`${V1}/07400123456`, { country_code: 'GB' }, { query: { CountryCode: 'GB' } }),
  ],
  [
    'v1-encoded',
    'F164.1',
    'a lookup of version 1 accepts an encoded plus',
    get(`${V1}/%2B14159929960`, { country_code: 'US' }),
  ],
  [
    'v1-plus',
    'F164.2',
    'a lookup of version 1 accepts a plus',
    get(`${V1}/+14159929960`, { country_code: 'US' }),
  ],
  unknown('v1-invalid', 'F165.1', '%2B12223334444'),
  unknown('v1-fictional', 'F165.2', '%2B15556660000'),
  unknown('v1-short', 'F165.3', '%2B1'),
  unknown('v1-word', 'F165.4', 'Relay'),
  unknown('v1-extension', 'F165.5', '12025550190x5'),
  unknown('v1-long', 'F165.6', LONG),
  invalid('v2-short', 'F166.1', '%2B1202', 'TOO_SHORT'),
  invalid('v2-longer', 'F166.2', '%2B141599299600', 'TOO_LONG'),
  invalid('v2-possible', 'F166.3', '%2B12223334444', 'INVALID_BUT_POSSIBLE'),
  invalid('v2-no-country', 'F166.4', '%2B99912345678', 'INVALID_COUNTRY_CODE'),
  invalid('v2-word', 'F166.5', 'Relay', 'NOT_A_NUMBER'),
  invalid('v2-long', 'F166.6', LONG, 'TOO_LONG'),
  [
    'v2-national',
    'F167',
    'a lookup of version 2 accepts a national number of the given country',
    get(`${V2}/07400123456`, { valid: true }, { query: { CountryCode: 'GB' } }),
  ],
]);
