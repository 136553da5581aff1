// A number for sale as the 2010 API shows it.

import { formatFriendlyNumber } from '../../platform/formats.js';
import type { Offer } from './search.js';

/** The wire form; see https://www.twilio.com/docs/phone-numbers/api/availablephonenumber-resource. */
export function formatOffer({ number, block }: Offer) {
  const { place } = block;
  return {
    address_requirements: 'none',
    beta: false,
    capabilities: block.capabilities,
    friendly_name: formatFriendlyNumber(number),
    iso_country: block.country,
    lata: place?.lata ?? null,
    latitude: place?.latitude.toFixed(6) ?? null,
    locality: place?.locality ?? null,
    longitude: place?.longitude.toFixed(6) ?? null,
    phone_number: number,
    postal_code: place?.postalCode ?? null,
    rate_center: place?.rateCenter ?? null,
    region: place?.region ?? null,
  };
}
