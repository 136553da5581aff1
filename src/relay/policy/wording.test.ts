// Tests the format of the texts that owners receive.
import { expect, it } from 'vitest';
import type { ReplyRefusal } from './reply.js';
import { formatForwards, formatRefusal, MAX_TEXT_LENGTH } from './wording.js';

it('puts the sender in front of a forwarded text', () => {
  expect(formatForwards('+13015550000', 'Hello')).toEqual(['[Relay 📲 +13015550000] Hello']);
  expect(formatForwards('+13015550000', '')).toEqual(['[Relay 📲 +13015550000] ']);
});

it('splits a text that the heading makes too long, between characters', () => {
  const heading = '[Relay 📲 +13015550000] ';
  const body = `${'x'.repeat(MAX_TEXT_LENGTH - heading.length - 1)}📲y`;
  const parts = formatForwards('+13015550000', body);
  expect(parts).toEqual([heading + body.slice(0, -3), `${heading}📲y`]);
});

it('words each refusal differently and quotes the number of the reply', () => {
  const refusals: ReplyRefusal[] = [
    { code: 'no_phone_log' },
    { code: 'no_previous_sender' },
    { code: 'short_prefix_matches_no_senders', named: '0404' },
    { code: 'multiple_number_matches', named: '0404' },
    { code: 'no_body_after_short_prefix', named: '0404' },
    { code: 'full_number_matches_no_senders', named: '0404' },
  ];
  const texts = refusals.map(formatRefusal);
  expect(new Set(texts).size).toBe(refusals.length);
  expect(texts.filter((text) => text.includes('0404'))).toHaveLength(4);
  // Characters outside of GSM-7 halve the length of a segment.
  expect(texts.filter((text) => !/^[\w .,+]+$/.test(text))).toEqual([]);
});
