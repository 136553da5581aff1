// The countries that the account's texts and calls may go to: Twilio's geo permissions, which its Console sets.
import { getCountries } from 'libphonenumber-js/min';
import { RelayPhoneError } from '../../../errors.js';
import type { NumberStore } from '../../numbers/incoming-phone-numbers/store.js';
import type { Store } from '../../platform/database.js';
import { findPhoneNumber, type PhoneNumber } from '../../platform/phone-number.js';

/** The geo permissions. Countries are ISO 3166 codes; by default those of {@link DEFAULT_COUNTRIES} and of owned numbers. */
export interface GeoPermissions {
  /** True if texts and calls may go to a number. North American numbers without a country count as American. */
  isAllowed(recipient: Pick<PhoneNumber, 'country' | 'callingCode'>): boolean;
  /** The allowed countries, ascending. */
  list(): readonly string[];
  /** Allows or refuses a country from now on. @throws RelayPhoneError `usage` if it is not a country. */
  set(country: string, isAllowed: boolean): void;
  /** Drops the cache; call it after the table was changed from outside. */
  forget(): void;
}

/** The countries that a new account may reach. */
const DEFAULT_COUNTRIES = ['CA', 'US'];

/**
 * Opens the table of changed permissions.
 *
 * @param always countries that are allowed unless the table refuses them; `all` for every country
 * @throws RelayPhoneError `usage` if one of them is not a country.
 */
export function createGeoPermissions(
  store: Store,
  numbers: Pick<NumberStore, 'owned'>,
  always: readonly string[] | 'all',
): GeoPermissions {
  const all = store.query<{ country: string; isAllowed: number }>('SELECT * FROM geoPermissions');
  const write = store.query('INSERT OR REPLACE INTO geoPermissions (country, isAllowed) VALUES (?, ?)');
  const initial = always === 'all' ? getCountries() : [...DEFAULT_COUNTRIES, ...always.map(verifyCountry)];
  // Asked for every text: computed again only after a change, or after the account has bought or released a number.
  let cache: { readonly owned: ReadonlySet<string>; readonly allowed: ReadonlySet<string> } | undefined;

  function readAllowed(): ReadonlySet<string> {
    const owned = numbers.owned();
    if (cache?.owned === owned) return cache.allowed;
    const allowed = new Set<string>([...initial, ...[...owned].flatMap((number) => countryOf(number) ?? [])]);
    for (const { country, isAllowed } of all.all()) {
      if (isAllowed) allowed.add(country);
      else allowed.delete(country);
    }
    cache = { owned, allowed };
    return allowed;
  }

  const forget = () => {
    cache = undefined;
  };
  return {
    isAllowed: ({ country, callingCode }) => readAllowed().has(country ?? (callingCode === '1' ? 'US' : '')),
    list: () => [...readAllowed()].sort(),
    set: (text, isAllowed) => {
      write.run(verifyCountry(text), isAllowed ? 1 : 0);
      forget();
    },
    forget,
  };
}

function countryOf(number: string): string | undefined {
  return findPhoneNumber(number)?.country;
}

function verifyCountry(text: string): string {
  const country = text.toUpperCase();
  if ((getCountries() as readonly string[]).includes(country)) return country;
  throw new RelayPhoneError({
    kind: 'usage',
    task: `change the geo permission of ${text}`,
    reason: 'that is not the ISO 3166 code of a country',
    tryNext: ['a code such as GB'],
  });
}
