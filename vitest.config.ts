// How the tests run: real processes and servers, so they get few workers, and time enough on the slowest machine.
import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { AUTHORITY } from './test/support/authority.js';
import { DEADLINE } from './test/support/deadline.js';

// Read by Node.js when a worker starts; test/support/global-setup.ts has made it by then.
process.env.NODE_EXTRA_CA_CERTS = AUTHORITY;

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

export default defineConfig({
  // As the build puts it in.
  define: { __VERSION__: JSON.stringify(version) },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'test/example/*.test.js'],
    testTimeout: 5 * DEADLINE,
    hookTimeout: 5 * DEADLINE,
    expect: { poll: { timeout: DEADLINE, interval: 20 } },
    maxWorkers: 2,
    globalSetup: 'test/support/global-setup.ts',
  },
});
