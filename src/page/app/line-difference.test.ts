// The comparison of two texts line by line.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareLines } from './line-difference.js';

const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((lines) => lines.join('\n'));

it('marks a changed line, and keeps the equal ones around it', () => {
  expect(compareLines('<Response>\nHi\n</Response>', '<Response>\r\nHello\n</Response>')).toEqual([
    { sign: ' ', line: '<Response>' },
    { sign: '-', line: 'Hi' },
    { sign: '+', line: 'Hello' },
    { sign: ' ', line: '</Response>' },
  ]);
  expect(compareLines('', 'Hi')).toEqual([{ sign: '+', line: 'Hi' }]);
});

it('has all lines of both texts in their order, and marks none if they are equal', () => {
  fc.assert(
    fc.property(text, text, (before, now) => {
      const compared = compareLines(before, now);
      const without = (sign: string) =>
        compared
          .filter((one) => one.sign !== sign)
          .map(({ line }) => line)
          .join('\n');
      expect(without('+')).toBe(before);
      expect(without('-')).toBe(now);
      expect(compareLines(now, now).every(({ sign }) => sign === ' ')).toBe(true);
    }),
  );
});

it('compares long texts in which nothing is equal without filling a table for them', () => {
  const lines = (name: string) => Array.from({ length: 5000 }, (_, index) => `${name}${index}`).join('\n');
  expect(compareLines(lines('a'), lines('b'))).toHaveLength(10_000);
});
