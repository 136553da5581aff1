// The Playwright fixtures without Playwright: test/journeys/runners.test.ts runs them in it.
import { expect, it } from 'vitest';
import { sandboxFixtures } from './playwright.js';

it('a worker has one sandbox, which is empty for each test and closed with the worker', async () => {
  const {
    workerSandbox: [openSandbox],
    sandbox: openForTest,
  } = sandboxFixtures;
  let origin = '';
  await openSandbox({ sandboxOptions: { clock: 'manual' } }, async (workerSandbox) => {
    origin = workerSandbox.origin;
    expect(workerSandbox.clock.mode).toBe('manual');
    for (let time = 0; time < 2; time += 1) {
      await openForTest({ workerSandbox }, async (sandbox) => {
        expect(sandbox).toBe(workerSandbox);
        expect(sandbox.numbers()).toEqual([]);
        sandbox.number('+12025550100');
      });
    }
  });
  await expect(fetch(origin)).rejects.toThrow();
});
