// Tests that the numbers accepted as phones and masks are those that Firefox Relay accepts.
import { expect, it } from 'vitest';
import { countryOf, decideMaskNumber, decideRealNumber } from './phone-number.js';

it.each([
  ['+13015550195', undefined, '+13015550195', 'US'],
  ['+1 (301) 555-0195', undefined, '+13015550195', 'US'],
  ['+12505550195', 'NL', '+12505550195', 'CA'],
  ['+17875550195', undefined, '+17875550195', 'PR'],
  ['301 555 0195', 'CA', '+13015550195', 'US'],
])('accepts %s, sent from region %s, as a phone', (written, region, number, country) => {
  expect(decideRealNumber(written, region)).toEqual({ number, country });
});

it.each([
  ['301 555 0195', undefined, 'country detected: None'],
  ['301 555 0195', 'us', 'country detected: us'],
  ['301 555 0195', 'ZZ', 'country detected: ZZ'],
  ['301 555 0195', '__proto__', 'country detected: __proto__'],
  ['', 'US', 'country detected: US'],
  ['06 12345678', 'NL', "country code is: 'NL'"],
  ['+12425550195', undefined, "country code is: 'BS'"],
  ['+80012345678', undefined, 'Could not get number details for +80012345678'],
  ['+12223334444', undefined, 'Could not get number details for +12223334444'],
])('refuses %s, sent from region %s, as a phone', (written, region, words) => {
  expect(decideRealNumber(written, region)).toEqual({ fault: expect.stringContaining(words) });
});

it.each(['+12025550123', '+12505550123', '+17875550123'])('accepts %s as a mask', (number) => {
  expect(decideMaskNumber(number)).toEqual({ number, country: countryOf(number) });
});

it.each(['+31612345678', '+12223334444', '2025550123', 'x', ''])('refuses %j as a mask', (number) => {
  expect(decideMaskNumber(number)).toHaveProperty('fault');
});
