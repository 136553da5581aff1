// Holds how a reply names its contact to the cases of Firefox Relay's own tests.
import { expect, it } from 'vitest';
import { findPrefix } from './prefix.js';

const [A, B, C, D] = ['+13015550000', '+13025550001', '+13035550001', '+13045551301'] as const;
const CONTACTS = [A, B, C, D];

it.each([
  ['0000 ', '0000 ', '0000', [A]],
  ['0001 the message', '0001 ', '0001', [B, C]],
  ['0000 0001 the message', '0000 ', '0000', [A]],
  ['0010 the message', '0010 ', '0010', []],
  ['0000the message', '0000', '0000', [A]],
  ['0000:the message', '0000:', '0000', [A]],
  ['0000: the message', '0000: ', '0000', [A]],
  ['  1301  the message', '  1301  ', '1301', [D]],
  ['0000 :: the message', '0000 :', '0000', [A]],
  ['1301\nthe message', '1301\n', '1301', [D]],
  ['130178 the message', '1301', '1301', [D]],
  ['0000 - the message', '0000 ', '0000', [A]],
  ['0000 / the message', '0000 ', '0000', [A]],
  ['0000 \\ the message', '0000 ', '0000', [A]],
  ['0000 | the message', '0000 ', '0000', [A]],
  ['0000] the message', '0000', '0000', [A]],
])('%j names a contact by four digits', (text, taken, detected, matches) => {
  expect(findPrefix(text, CONTACTS)).toEqual({ kind: 'short', text: taken, detected, matches });
});

it.each([
  ['+13015550000', '+13015550000', A],
  ['+13025550001: the message', '+13025550001: ', B],
  ['+13025550001 :: the message', '+13025550001 :', B],
  ['+13035550001 - the message', '+13035550001 ', C],
  ['+13035550001 / the message', '+13035550001 ', C],
  ['+13035550001 \\ the message', '+13035550001 ', C],
  ['+13045551301]the message', '+13045551301', D],
  ['+13045551301|the message', '+13045551301', D],
  ['13045551301 the message', '13045551301 ', D],
  ['1 (304) 555-1301 the message', '1 (304) 555-1301 ', D],
  ['(304)555-1301the message', '(304)555-1301', D],
  ['3015550000 a message', '3015550000 ', A],
  ['+1 301 555 0000 the message', '+1 301 555 0000 ', A],
  ['(301) 555-0000 +13045551301', '(301) 555-0000 ', A],
])('%j names a contact by the whole number', (text, taken, contact) => {
  expect(findPrefix(text, CONTACTS)).toEqual({ kind: 'full', text: taken, detected: contact, matches: [contact] });
});

it('a whole number that is no contact is a prefix all the same', () => {
  expect(findPrefix('+14045550000 no match', CONTACTS)).toEqual({
    kind: 'full',
    text: '+14045550000 ',
    detected: '+14045550000',
    matches: [],
  });
});

it.each(['no prefix', '000 the message', '00 01 the message', 'x0000 the message', '+130155500007 message'])(
  '%j names nobody',
  (text) => {
    expect(findPrefix(text, CONTACTS)).toBeUndefined();
  },
);

it('numbers are read as they are written in the countries of the contacts', () => {
  expect(findPrefix('020 7946 0018: hello', [A, '+442079460018'])).toMatchObject({
    text: '020 7946 0018: ',
    matches: ['+442079460018'],
  });
  expect(findPrefix('020 7946 0018: hello', [A])).toBeUndefined();
  expect(findPrefix('+13015550000 hello', [])).toBeUndefined();
});

it('a contact that is no phone number is never meant', () => {
  expect(findPrefix('0000 hello', ['+0000'])).toMatchObject({ matches: [] });
});
