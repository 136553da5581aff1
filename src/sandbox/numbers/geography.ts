// Where a number is at home, as webhooks tell it.
import { findPhoneNumber } from '../platform/phone-number.js';
import { LONDON, type Locality, readAreas } from './localities.js';

/** The four geographic parameters of one number; empty where Twilio would not know. */
export interface Geography {
  readonly city: string;
  readonly state: string;
  readonly zip: string;
  readonly country: string;
}

let placeByPrefix: ReadonlyMap<string, Locality> | undefined;

/** The geography of a number in E.164. */
export function readGeography(number: string): Geography {
  const place = findPlace(number);
  return {
    city: place?.locality.toUpperCase() ?? '',
    state: place?.region ?? '',
    zip: place?.postalCode ?? '',
    // libphonenumber knows toll-free numbers of no country.
    country: findPhoneNumber(number)?.country ?? (number.startsWith('+1') ? 'US' : ''),
  };
}

function findPlace(number: string): Locality | undefined {
  placeByPrefix ??= new Map<string, Locality>([
    ...readAreas().map(({ areaCode, ...place }) => [`+1${areaCode}`, place] as const),
    ['+4420', LONDON],
  ]);
  return placeByPrefix.get(number.slice(0, 5));
}
