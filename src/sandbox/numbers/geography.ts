// The city, state, zip and country of a number, for webhooks.
import { findPhoneNumber } from '../platform/phone-number.js';
import { LONDON, type Locality, readAreas } from './localities.js';

/** The values of the four geographic webhook parameters; empty if unknown. */
export interface Geography {
  readonly city: string;
  readonly state: string;
  readonly zip: string;
  readonly country: string;
}

let localityByPrefix: ReadonlyMap<string, Locality> | undefined;

/** Returns the geography of a number. @param number E.164 */
export function readGeography(number: string): Geography {
  const place = findLocality(number);
  return {
    city: place?.locality.toUpperCase() ?? '',
    state: place?.region ?? '',
    zip: place?.postalCode ?? '',
    // libphonenumber assigns no country to toll-free numbers.
    country: findPhoneNumber(number)?.country ?? (number.startsWith('+1') ? 'US' : ''),
  };
}

function findLocality(number: string): Locality | undefined {
  localityByPrefix ??= new Map<string, Locality>([
    ...readAreas().map(({ areaCode, ...place }) => [`+1${areaCode}`, place] as const),
    ['+4420', LONDON],
  ]);
  return localityByPrefix.get(number.slice(0, 5));
}
