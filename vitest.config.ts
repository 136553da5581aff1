// How the tests run: `unit` beside the code and without a build, `core` with one, `journeys` with everything around it.
import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { AUTHORITY } from './test/support/authority.js';
import { useTemporaryConfigurationFolder } from './test/support/configuration-folder.js';
import { DEADLINE } from './test/support/deadline.js';
import { SkipReporter } from './test/support/skip-reporter.js';

// Read by Node.js when a worker starts; test/support/global-setup.ts has made it by then.
process.env.NODE_EXTRA_CA_CERTS = AUTHORITY;

// Inherited by all that the tests start.
useTemporaryConfigurationFolder();

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

export default defineConfig({
  // As the build puts it in.
  define: { __VERSION__: JSON.stringify(version) },
  test: {
    testTimeout: 5 * DEADLINE,
    hookTimeout: 5 * DEADLINE,
    expect: { poll: { timeout: DEADLINE, interval: 20 } },
    // A test cleans up after itself, and loading all the code anew for each file took longer than the tests.
    isolate: false,
    // More than there are cores, for most of what they do is wait.
    maxWorkers: 4,
    reporters: ['default', new SkipReporter()],
    globalSetup: 'test/support/global-setup.ts',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'core',
          include: ['test/*.test.ts', 'test/example/*.test.js'],
        },
      },
      {
        extends: true,
        test: {
          name: 'journeys',
          // Fuzzes stand beside what they try, where `countRuns` makes them short; here they try it as often as they can.
          include: ['test/journeys/**/*.test.ts', 'src/**/fuzz*.test.ts'],
          env: { RELAY_PHONE_TEST_RUNS: 'all' },
        },
      },
    ],
  },
});
