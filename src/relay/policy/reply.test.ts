// Tests the recipients of replies and their prefixes, with the cases of Firefox Relay's own tests.
import { describe, expect, it } from 'vitest';
import { decideReply, findPrefix, type OwnerReply } from './reply.js';

const CONTACTS = [
  '+13015550000',
  '+13025550001',
  '+13035550001',
  '+13045551301',
  '64192',
  '+15062345678',
  '+13055550002',
  '+14045550003',
];

const decide = (body: string, more: Partial<OwnerReply> = {}) =>
  decideReply({
    body,
    hasMedia: false,
    keepsLog: true,
    readsPrefixes: true,
    contacts: CONTACTS,
    lastSender: '+13055550002',
    ...more,
  });

describe('a reply', () => {
  it.each([
    ['0000test reply', 'test reply', '+13015550000'],
    ['0000:test reply', 'test reply', '+13015550000'],
    ['+13015550000test reply', 'test reply', '+13015550000'],
    ['+13015550000: test reply', 'test reply', '+13015550000'],
    ['(301) 555-0000 test reply', 'test reply', '+13015550000'],
    ["1301 5550000 Isn't +13045551301 a jerk?", "Isn't +13045551301 a jerk?", '+13015550000'],
    ['0003: send reply to caller', 'send reply to caller', '+14045550003'],
    ['(404)555-0003: can we continue over text?', 'can we continue over text?', '+14045550003'],
    ['1 2 3 4 is this on?', '1 2 3 4 is this on?', '+13055550002'],
    ['4192 to a short code', 'to a short code', '64192'],
  ])('%j is sent as %j to %s', (text, body, to) => {
    expect(decide(text)).toEqual({ kind: 'send', to, body });
  });

  it.each([
    ['0001 test reply to ambiguous number', 'multiple_number_matches', '0001'],
    ['0404: test reply to unknown number', 'short_prefix_matches_no_senders', '0404'],
    ['+14045550404: test reply to unknown number', 'full_number_matches_no_senders', '+14045550404'],
    ['0002:', 'no_body_after_short_prefix', '0002'],
    ['+13055550002', 'no_body_after_full_number', '+13055550002'],
  ])('%j is not sent: %s', (text, code, named) => {
    expect(decide(text)).toEqual({ kind: 'refuse', refusal: { code, named } });
  });

  it('keeps its prefix if prefixes are not read', () => {
    expect(decide('0000: test reply', { readsPrefixes: false })).toEqual({
      kind: 'send',
      to: '+13055550002',
      body: '0000: test reply',
    });
  });

  it('is not sent without a log of contacts, or with an empty one', () => {
    expect(decide('0000 hi', { keepsLog: false })).toEqual({
      kind: 'refuse',
      refusal: { code: 'no_phone_log' },
    });
    expect(decide('hi', { lastSender: undefined })).toEqual({
      kind: 'refuse',
      refusal: { code: 'no_previous_sender' },
    });
  });

  it('may consist of media only', () => {
    expect(decide('0000', { hasMedia: true })).toEqual({ kind: 'send', to: '+13015550000', body: '' });
  });
});

const [A, B, C, D] = ['+13015550000', '+13025550001', '+13035550001', '+13045551301'] as const;
const SENDERS = [A, B, C, D];

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
])('finds four digits as the prefix of %j', (text, taken, detected, matches) => {
  expect(findPrefix(text, SENDERS)).toEqual({ kind: 'short', text: taken, detected, matches });
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
])('finds a complete number as the prefix of %j', (text, taken, contact) => {
  expect(findPrefix(text, SENDERS)).toEqual({
    kind: 'full',
    text: taken,
    detected: contact,
    matches: [contact],
  });
});

it('finds a complete number as the prefix even if it matches no contact', () => {
  expect(findPrefix('+14045550000 no match', SENDERS)).toEqual({
    kind: 'full',
    text: '+14045550000 ',
    detected: '+14045550000',
    matches: [],
  });
});

it.each(['no prefix', '000 the message', '00 01 the message', 'x0000 the message', '+130155500007 message'])(
  'finds no prefix in %j',
  (text) => {
    expect(findPrefix(text, SENDERS)).toBeUndefined();
  },
);

it("reads numbers in the national formats of the contacts' countries", () => {
  expect(findPrefix('020 7946 0018: hello', [A, '+442079460018'])).toMatchObject({
    text: '020 7946 0018: ',
    matches: ['+442079460018'],
  });
  expect(findPrefix('020 7946 0018: hello', [A])).toBeUndefined();
  expect(findPrefix('+13015550000 hello', [])).toBeUndefined();
});

it('never matches a contact that is not a phone number', () => {
  expect(findPrefix('0000 hello', ['+0000'])).toMatchObject({ matches: [] });
});
