// Checks the numbers for sale.
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { describe, expect, it } from 'vitest';
import { COUNTRIES, findBlock, readInventory } from './inventory.js';

const all = readInventory().flatMap((block) => block.numbers.map((number) => ({ number, block })));

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

  it('has at least forty US areas, some of Canada, both of Puerto Rico, and all toll-free codes', () => {
    const areas = (country: string, type: string) =>
      readInventory().filter((block) => block.country === country && block.type === type);
    expect(areas('US', 'local').length).toBeGreaterThanOrEqual(40);
    expect(areas('CA', 'local').length).toBeGreaterThanOrEqual(5);
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
