// The numbers that Twilio sells, in the user API: suggestions and search.
import { explaining, explainTwilioFailure, findRestFailure } from '../../twilio/failure.js';
import { formatJson, HttpError } from '../http.js';
import { countryOf } from '../policy/phone-number.js';
import type { Relay } from '../relay.js';
import type { UserApi, UserApiRoute } from './request.js';

/** How many numbers each search lists. */
const MAX_LISTED_NUMBERS = 10;
/** The country that is searched without a verified phone. */
const DEFAULT_COUNTRY = 'US';

interface NumberFilter {
  readonly contains?: string;
  readonly inLocality?: string;
  readonly areaCode?: number;
}

/** `GET /api/v1/relaynumber/suggestions/`: lists numbers similar to the owner's. */
export const suggestNumbers: UserApiRoute = async ({ masks, phones }, api) => {
  const number = phones.findVerified()?.number;
  if (!number) throw new HttpError(400, 'No phone is verified yet.');
  if (masks.list().length > 0) throw new HttpError(400, 'There is a mask already.');
  const like = (contains: string) => searchLike(api, countryOf(number), contains);
  const [samePrefix, sameEnds, sameStart, otherAreas, sameArea, random] = await Promise.all([
    like(`${number.slice(0, 8)}****`),
    like(`${number.slice(0, 7)}***${number.slice(10)}`),
    like(`${number.slice(0, 6)}******`),
    like(`+1***${number.slice(5)}`),
    like(`${number.slice(0, 5)}*******`),
    searchNumbers(api, countryOf(number), {}),
  ]);
  return formatJson(200, {
    real_num: number,
    same_prefix_options: [...samePrefix, ...sameEnds, ...sameStart],
    other_areas_options: otherAreas,
    same_area_options: sameArea,
    random_options: random,
  });
};

/** `GET /api/v1/relaynumber/search/` with `location` or `area_code`. Answers 404 without either, as Firefox Relay does. */
export const searchMasks: UserApiRoute = async (relay, api, { query }) => {
  const filter = readFilter(query);
  if (!filter) return formatJson(404, {});
  return formatJson(200, await searchNumbers(api, findCountry(relay), filter));
};

function readFilter(query: URLSearchParams): NumberFilter | undefined {
  const [location, areaCode] = [query.get('location'), query.get('area_code')];
  if (location !== null) return { inLocality: location };
  if (areaCode === null) return undefined;
  if (!/^\d{1,6}$/.test(areaCode)) throw new HttpError(400, 'area_code must be digits.');
  return { areaCode: Number(areaCode) };
}

function findCountry({ phones }: Relay): string {
  const phone = phones.findVerified();
  return (phone && countryOf(phone.number)) || DEFAULT_COUNTRY;
}

/** Returns an empty list if Twilio refuses the search, as Firefox Relay does: the other suggestions are still useful. */
async function searchLike(api: UserApi, country: string, contains: string) {
  try {
    return await listLocal(api, country, { contains });
  } catch (error) {
    if (findRestFailure(error)) return [];
    throw explainTwilioFailure('search for numbers', error);
  }
}

function searchNumbers(api: UserApi, country: string, filter: NumberFilter) {
  return explaining('search for numbers', listLocal(api, country, filter));
}

async function listLocal({ client }: UserApi, country: string, filter: NumberFilter) {
  const { local } = client.account.availablePhoneNumbers(country);
  const rows = await local.list({ ...filter, limit: MAX_LISTED_NUMBERS });
  return rows.map((row) => ({
    friendly_name: row.friendlyName,
    iso_country: row.isoCountry,
    locality: row.locality,
    phone_number: row.phoneNumber,
    postal_code: row.postalCode,
    region: row.region,
  }));
}
