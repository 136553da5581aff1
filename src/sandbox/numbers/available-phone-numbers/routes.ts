// The search for numbers to buy: https://www.twilio.com/docs/phone-numbers/api/availablephonenumber-resource.
import { formatFriendlyNumber } from '../../platform/formats.js';
import { answer, type RestAnswer } from '../../server/answer.js';
import { readQuery } from '../../server/form.js';
import { readPage } from '../../server/paging.js';
import { PAGING } from '../../server/parameters.js';
import { ACCOUNT, accountPath } from '../../server/paths.js';
import {
  JSON_FILE,
  nameInPath,
  type RestContext,
  type RestRouter,
  verifyRowFound,
} from '../../server/router.js';
import type { NumberStore } from '../incoming-phone-numbers/store.js';
import { COUNTRIES, NUMBER_TYPES, type NumberType } from '../inventory.js';
import { readCriteria } from './criteria.js';
import { SEARCH_NUMBERS } from './parameters.js';
import { isSold, type Offer, searchInventory } from './search.js';

/** What the routes need. */
export interface AvailablePhoneNumberApiDeps {
  readonly accountSid: string;
  readonly numbers: Pick<NumberStore, 'owned'>;
}

const SUBRESOURCES = { local: 'Local', mobile: 'Mobile', toll_free: 'TollFree' } as const;

/** Adds the routes of countries and their numbers for sale. */
export function addAvailablePhoneNumberRoutes(
  router: RestRouter,
  { accountSid, numbers }: AvailablePhoneNumberApiDeps,
): void {
  const root = `${accountPath(accountSid)}/AvailablePhoneNumbers`;

  function formatCountry(code: string) {
    const sold = Object.entries(SUBRESOURCES).filter(([, path]) => isSold(code, NUMBER_TYPES[path]));
    return {
      beta: false,
      country: COUNTRIES[code],
      country_code: code,
      subresource_uris: Object.fromEntries(sold.map(([key, path]) => [key, `${root}/${code}/${path}.json`])),
      uri: `${root}/${code}.json`,
    };
  }

  function listCountries(context: RestContext): RestAnswer {
    const { size, window } = readPage(readQuery(context));
    const codes = Object.keys(COUNTRIES).slice(window.offset, window.offset + size);
    return answer(context.path, 200, { countries: codes.map(formatCountry), uri: `${root}.json` });
  }

  function fetchCountry(context: RestContext): RestAnswer {
    const code = nameInPath(context).toUpperCase();
    verifyRowFound(context, Object.hasOwn(COUNTRIES, code) || undefined);
    return answer(context.path, 200, formatCountry(code));
  }

  function search(context: RestContext, country: string, type: NumberType): RestAnswer {
    verifyRowFound(context, isSold(country, type) || undefined);
    const query = readQuery(context);
    const { size, window } = readPage(query);
    const offers = searchInventory(readCriteria(country, type, query), numbers.owned(), size, window.offset);
    return answer(context.path, 200, {
      available_phone_numbers: offers.map(formatOffer),
      uri: context.path,
    });
  }

  router.get(`${ACCOUNT}/AvailablePhoneNumbers.json`, listCountries, PAGING);
  router.get(`${ACCOUNT}/AvailablePhoneNumbers/${JSON_FILE}`, fetchCountry);
  for (const [path, type] of Object.entries(NUMBER_TYPES)) {
    router.get(
      `${ACCOUNT}/AvailablePhoneNumbers/:country/${path}.json`,
      (context) => search(context, context.params.country?.toUpperCase() ?? '', type),
      SEARCH_NUMBERS,
    );
  }
}

function formatOffer({ number, block }: Offer) {
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
