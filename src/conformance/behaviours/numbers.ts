// Behaviours of numbers: search, the two owned numbers, prices. Nothing is bought.
import type { TwilioBehaviour } from '../behaviour.js';
import { get, getRefused, singleRequests } from './build.js';

const LOCAL = '/AvailablePhoneNumbers/US/Local.json';
const PRICES = 'https://pricing.twilio.com/v1';
/** What is for sale changes: only the form of each number is compared. */
const STOCK = { loose: ['available_phone_numbers.*'] };

const search = (query: Record<string, string>) =>
  get(LOCAL, {}, { query: { PageSize: '1', ...query }, ...STOCK });
const refused = (query: Record<string, string>, code: number) => getRefused(LOCAL, 400, code, { query });

/** See the first line. */
export const NUMBER_BEHAVIOURS: readonly TwilioBehaviour[] = singleRequests('numbers', [
  ['search', 'F131', 'a search returns each number with its place and capabilities', search({})],
  [
    'search-toll-free',
    'F651.19',
    'a search for toll-free numbers returns no place',
    get('/AvailablePhoneNumbers/US/TollFree.json', {}, { query: { PageSize: '1' }, ...STOCK }),
  ],
  ['search-area-code', 'F133.1', 'a search finds numbers by an area code', search({ AreaCode: '212' })],
  ['search-region', 'F133.2', 'a search finds numbers by a region', search({ InRegion: 'CA' })],
  ['search-town', 'F133.3', 'a search finds numbers by a town in any case', search({ InLocality: 'denver' })],
  [
    'search-distance',
    'F133.6',
    'a search finds numbers by the distance to a point',
    search({ NearLatLong: '37.8,-122.4', Distance: '50' }),
  ],
  [
    'search-pattern',
    'F651.8',
    'a search finds numbers by a pattern with stars',
    search({ Contains: '+1202*******' }),
  ],
  [
    'search-nowhere',
    'F134.3',
    'a search finds nothing at sea',
    get(LOCAL, {}, { query: { NearLatLong: '0,-30', Distance: '500' } }),
  ],
  [
    'country-lower-case',
    'F356.1',
    'a search takes the country in lower case',
    get('/AvailablePhoneNumbers/us/Local.json', {}, { query: { PageSize: '1' }, ...STOCK }),
  ],
  [
    'no-country',
    'F129.1',
    'a country without numbers is answered with 20404',
    getRefused('/AvailablePhoneNumbers/ZZ/Local.json', 404, 20404),
  ],
  [
    'no-type',
    'F130',
    'a type of numbers that the country does not have is answered with 404',
    getRefused('/AvailablePhoneNumbers/US/Mobile.json', 404, 20404),
  ],
  ['short-pattern', 'F136', 'a search refuses a pattern of one character', refused({ Contains: '2' }, 20422)],
  [
    'long-pattern',
    'F137',
    'a search refuses a pattern of seventeen characters',
    refused({ Contains: '1'.repeat(17) }, 20422),
  ],
  ['odd-pattern', 'F138', 'a search refuses a pattern with brackets', refused({ Contains: '(202)' }, 20422)],
  [
    'bad-area-code',
    'F139',
    'a search refuses an area code of two digits',
    refused({ AreaCode: '20' }, 21451),
  ],
  [
    'far',
    'F140',
    'a search refuses a distance over 500',
    refused({ NearLatLong: '0,0', Distance: '501' }, 20422),
  ],
  ['bad-point', 'F141', 'a search refuses an invalid point', refused({ NearLatLong: 'here' }, 20422)],
  ['bad-near', 'F142', 'a search refuses a near number of two digits', refused({ NearNumber: '12' }, 20422)],
  [
    'unknown',
    'F651.9',
    'a number with an unknown SID is answered with 20404',
    getRefused(`/IncomingPhoneNumbers/PN${'1'.repeat(32)}.json`, 404, 20404),
  ],
  [
    'owned',
    'F651.10',
    'an owned number is found by its number',
    get(
      '/IncomingPhoneNumbers.json',
      {},
      {
        query: { PhoneNumber: '{a}' },
        loose: [
          'incoming_phone_numbers.0.capabilities',
          'incoming_phone_numbers.0.friendly_name',
          'incoming_phone_numbers.0.type',
          'incoming_phone_numbers.0.address_requirements',
          'incoming_phone_numbers.0.emergency_status',
          'incoming_phone_numbers.0.emergency_address_status',
          'incoming_phone_numbers.0.origin',
          'incoming_phone_numbers.0.voice_caller_id_lookup',
        ],
      },
    ),
  ],
  [
    'price-countries',
    'F173',
    'the countries of the price list come in pages',
    get(`${PRICES}/Voice/Countries`, {}, { query: { PageSize: '1' }, loose: ['countries.*'] }),
  ],
  [
    'no-price',
    'F174',
    'a country without prices is answered with 20404',
    getRefused(`${PRICES}/PhoneNumbers/Countries/ZZ`, 404, 20404),
  ],
  [
    'price-lower-case',
    'F648.1',
    'the prices of a country are found in lower case',
    get(`${PRICES}/PhoneNumbers/Countries/us`, { iso_country: 'US' }, { loose: ['phone_number_prices.*'] }),
  ],
]);
