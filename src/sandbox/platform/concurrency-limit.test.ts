// Runs work under a concurrency limit.
import { expect, it } from 'vitest';
import { createConcurrencyLimit } from './concurrency-limit.js';

it('a concurrency limit runs at most that much at once, in order, even if work fails', async () => {
  const limit = createConcurrencyLimit(2);
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  const work = (number: number) => async () => {
    begun.push(number);
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => void setImmediate(resolve));
    running -= 1;
    if (number === 2) throw new Error('broken');
    return number;
  };
  const results = await Promise.allSettled([1, 2, 3, 4, 5].map((number) => limit(work(number))));
  expect([begun, most]).toEqual([[1, 2, 3, 4, 5], 2]);
  expect(results.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ]);
  expect(await limit(work(6))).toBe(6);
});
