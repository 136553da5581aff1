// Checks the numbers for sale.
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { describe, expect, it } from 'vitest';
import { COUNTRIES, findBlock, readInventory } from './inventory.js';

const all = readInventory().flatMap((block) =>
  block.ends.map((end) => ({ number: block.prefix + end, block })),
);

describe('the inventory', () => {
  it('has only numbers that libphonenumber calls valid, in the stated country', () => {
    const wrong = all.filter(({ number, block }) => {
      const parsed = parsePhoneNumberFromString(number);
      return !parsed?.isValid() || (block.type !== 'toll-free' && parsed.country !== block.country);
    });
    expect(wrong.map(({ number }) => number)).toEqual([]);
  });

  it('has each number once, and finds its block', () => {
    expect(new Set(all.map(({ number }) => number)).size).toBe(all.length);
    expect(all.filter(({ number, block }) => findBlock(number) !== block)).toEqual([]);
    expect(findBlock('+12025550190')).toBeUndefined();
  });

  it('leaves the last ten numbers of every fictional block for phones', () => {
    const american = all.filter(({ number }) => number.startsWith('+1'));
    expect(american.filter(({ number }) => !/^\+1\d{3}5550(1[0-8])\d$/.test(number))).toEqual([]);
  });

  it('has every geographic area code of the US, Canada and Puerto Rico, every state, and all toll-free codes', () => {
    const areas = (country: string, type: string) =>
      readInventory().filter((block) => block.country === country && block.type === type);
    const codes = (country: string) => areas(country, 'local').map(({ areaCode }) => areaCode);
    for (const country of ['US', 'CA']) expect(codes(country).sort()).toEqual(listAreaCodes(country));
    const states = new Set(areas('US', 'local').map(({ place }) => place?.region));
    // Fifty states and the District of Columbia.
    expect(states.size).toBe(51);
    expect(new Set(areas('CA', 'local').map(({ place }) => place?.region)).size).toBe(11);
    expect(areas('PR', 'local').map(({ areaCode }) => areaCode)).toEqual(['787', '939']);
    expect(areas('US', 'toll-free')).toHaveLength(7);
    expect(new Set(readInventory().map(({ country }) => country))).toEqual(new Set(Object.keys(COUNTRIES)));
  });

  it('knows the place of each local number', () => {
    const local = readInventory().filter(({ type }) => type === 'local');
    expect(
      local.filter(({ place }) => !place?.locality || Number.isNaN(place.latitude + place.longitude)),
    ).toEqual([]);
  });
});

/** Area codes of no place: personal, non-geographic and premium numbers; the toll-free ones have no country. */
const NO_PLACE = /^(5(00|2[1-9]|3[23]|44|66|77|88)|6(00|22|33)|700|8(00|33|44|55|66|77|88)|900)$/;

/** The geographic area codes of a country, as libphonenumber knows them. */
function listAreaCodes(country: string): string[] {
  return Array.from({ length: 800 }, (_, index) => String(200 + index)).filter((code) => {
    const parsed = parsePhoneNumberFromString(`+1${code}5550100`);
    return parsed?.isValid() && parsed.country === country && !NO_PLACE.test(code);
  });
}
