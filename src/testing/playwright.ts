// Fixtures for Playwright: one sandbox for each worker, which each test gets empty.
import { createSandbox } from '../sandbox/create.js';
import type { Sandbox, SandboxOptions } from '../sandbox/sandbox.js';

/** The fixtures of a test. */
export interface SandboxTestFixtures {
  /** The sandbox of the worker. It owns no number when the test begins. */
  readonly sandbox: Sandbox;
}

/** The fixtures of a worker. */
export interface SandboxWorkerFixtures {
  /** The options of its sandbox. Set them with `test.use` or `use` of the configuration. Default: none. */
  readonly sandboxOptions: SandboxOptions;
  /** The sandbox as earlier tests of the worker left it: for fixtures that start the app once. */
  readonly workerSandbox: Sandbox;
}

/** A fixture as Playwright runs it: `use` resolves when the test, or the worker, has ended. */
type Fixture<Needed, Value> = (needed: Needed, use: (value: Value) => Promise<void>) => Promise<void>;

/**
 * The fixtures for `test.extend`. They do not import Playwright.
 *
 * @example
 * import { test as base } from '@playwright/test';
 * import { sandboxFixtures, type SandboxTestFixtures, type SandboxWorkerFixtures } from 'relay-phone/playwright';
 * export const test = base.extend<SandboxTestFixtures, SandboxWorkerFixtures>(sandboxFixtures);
 */
export const sandboxFixtures: {
  sandboxOptions: [SandboxOptions, { scope: 'worker'; option: true }];
  workerSandbox: [Fixture<Pick<SandboxWorkerFixtures, 'sandboxOptions'>, Sandbox>, { scope: 'worker' }];
  sandbox: Fixture<Pick<SandboxWorkerFixtures, 'workerSandbox'>, Sandbox>;
} = {
  sandboxOptions: [{}, { scope: 'worker', option: true }],
  workerSandbox: [
    async ({ sandboxOptions }, use) => {
      const sandbox = await createSandbox(sandboxOptions);
      await use(sandbox);
      await sandbox.close();
    },
    { scope: 'worker' },
  ],
  sandbox: async ({ workerSandbox }, use) => {
    workerSandbox.reset();
    await use(workerSandbox);
  },
};
