// How the tests run: `unit` beside the code and without a build, `core` with one, `journeys` with everything around it.
import { readFileSync } from 'node:fs';
import { configDefaults, defineConfig } from 'vitest/config';
import { AUTHORITY } from './test/support/authority.js';
import { DEADLINE } from './test/support/deadline.js';
import { SkipReporter } from './test/support/skip-reporter.js';

// Read by Node.js when a worker starts; test/support/global-setup.ts has made it by then.
process.env.NODE_EXTRA_CA_CERTS = AUTHORITY;

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

/** They start `dist/ngrok-child.js`. */
const WITH_BUILD = [
  'src/tunnel/ngrok/child-process.test.ts',
  'src/tunnel/ngrok/open.test.ts',
  'src/tunnel/keep/keep.test.ts',
];

/** Tests of properties that `unit` tries a few times, and `journeys` as often as `countRuns` is told. */
const PROPERTIES = [
  'src/sandbox/rest/fuzz.test.ts',
  'src/sandbox/rest/fuzz-operations.test.ts',
  'src/scenarios/read.test.ts',
];

/** Beside the code they try, and too long for every run: what it sees is counted over all of it. */
const LONG = ['src/sandbox/voice/fuzz.test.ts'];

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
          exclude: [...configDefaults.exclude, ...WITH_BUILD, ...LONG],
        },
      },
      {
        extends: true,
        test: {
          name: 'core',
          include: ['test/*.test.ts', 'test/example/*.test.js', ...WITH_BUILD],
        },
      },
      {
        extends: true,
        test: {
          name: 'journeys',
          include: ['test/journeys/**/*.test.ts', ...PROPERTIES, ...LONG],
          env: { RELAY_PHONE_TEST_RUNS: 'all' },
        },
      },
    ],
  },
});
