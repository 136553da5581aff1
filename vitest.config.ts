// How the tests run: real processes and servers, so they get few workers, and time enough on the slowest machine.
import { defineConfig } from 'vitest/config';
import { DEADLINE } from './test/support/deadline.js';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'test/example/*.test.js'],
    testTimeout: 5 * DEADLINE,
    hookTimeout: 5 * DEADLINE,
    expect: { poll: { timeout: DEADLINE, interval: 20 } },
    maxWorkers: 2,
    globalSetup: 'test/support/global-setup.ts',
  },
});
