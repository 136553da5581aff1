// Holds the form of what owners read.
import { expect, it } from 'vitest';
import type { ReplyRefusal } from './reply.js';
import { formatForwards, formatRefusal, MAX_TEXT_LENGTH } from './wording.js';

it('a forwarded text shows who sent it', () => {
  expect(formatForwards('+13015550000', 'Hello')).toEqual(['[Relay 📲 +13015550000] Hello']);
  expect(formatForwards('+13015550000', '')).toEqual(['[Relay 📲 +13015550000] ']);
});

it('what the form makes too long comes as several texts, cut between characters', () => {
  const heading = '[Relay 📲 +13015550000] ';
  const body = `${'x'.repeat(MAX_TEXT_LENGTH - heading.length - 1)}📲y`;
  const parts = formatForwards('+13015550000', body);
  expect(parts).toEqual([heading + body.slice(0, -3), `${heading}📲y`]);
});

it('each refusal has words of its own that name how the contact was named', () => {
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
  // Characters outside of GSM-7 would halve what a segment holds.
  expect(texts.filter((text) => !/^[\w .,+]+$/.test(text))).toEqual([]);
});
