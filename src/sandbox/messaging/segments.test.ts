// Counts segments at the limits of GSM-7 and UCS-2.
import { describe, expect, it } from 'vitest';
import { countSegments } from './segments.js';

describe('a text', () => {
  it.each([
    ['nothing', 1, ''],
    ['160 letters', 1, 'x'.repeat(160)],
    ['161 letters', 2, 'x'.repeat(161)],
    ['306 letters', 2, 'x'.repeat(306)],
    ['307 letters', 3, 'x'.repeat(307)],
    ['80 extension characters', 1, '€'.repeat(80)],
    ['81 extension characters', 2, '€'.repeat(81)],
    ['every other extension character', 1, '\\^[]{}~|\f'],
    ['160 odd characters of GSM-7', 1, 'ñ@£$'.repeat(40)],
    ['letters and extension characters in turn', 2, 'a-b]c^d\\'.repeat(18)],
    ['70 characters outside GSM-7', 1, 'ç'.repeat(70)],
    ['71 characters outside GSM-7', 2, 'ç'.repeat(71)],
    ['35 emoji', 1, '📲'.repeat(35)],
    ['35 emoji and a letter', 2, `${'📲'.repeat(35)}x`],
    ['67 emoji', 2, '📲'.repeat(67)],
    ['67 emoji and a letter', 3, `${'📲'.repeat(67)}x`],
    ['70 characters, some outside GSM-7', 1, 'x’'.repeat(35)],
    ['72 characters, some outside GSM-7', 2, 'x’'.repeat(36)],
  ])('of %s has %i segments [S F090]', (_name, segments, body) => {
    expect(countSegments(body)).toBe(segments);
  });
});
