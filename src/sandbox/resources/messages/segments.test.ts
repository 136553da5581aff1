// Counts segments at the edges of both alphabets.
import { describe, expect, it } from 'vitest';
import { countSegments } from './segments.js';

describe('countSegments', () => {
  it.each([
    ['', 1],
    ['x'.repeat(160), 1],
    ['x'.repeat(161), 2],
    ['x'.repeat(306), 2],
    ['x'.repeat(307), 3],
    ['€'.repeat(80), 1],
    ['€'.repeat(81), 2],
    ['\\^[]{}~|\f', 1],
    ['ñ@£$'.repeat(40), 1],
    ['a-b]c^d\\'.repeat(18), 2],
    ['ç'.repeat(70), 1],
    ['ç'.repeat(71), 2],
    ['📲'.repeat(35), 1],
    [`${'📲'.repeat(35)}x`, 2],
    ['📲'.repeat(67), 2],
    [`${'📲'.repeat(67)}x`, 3],
    ['x’'.repeat(35), 1],
    ['x’'.repeat(36), 2],
  ])('counts %j', (body, segments) => {
    expect(countSegments(body)).toBe(segments);
  });
});
