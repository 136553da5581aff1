// Compiles suites that use the matchers with the types of Jest, vitest and Playwright: right use compiles, wrong use does not.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const CHECKOUT = resolve(import.meta.dirname, '../..');
const NOT_INSTALLED = 'the test runners could not be installed';

/** What a suite does with an `expect` that has the matchers. Each wrong line must be an error. */
const USE = `
  export async function use(sandbox: Sandbox): Promise<void> {
    const phone = sandbox.phone('+12125550190');
    expect(phone).toHaveReceivedText(/code/);
    expect(phone).not.toHaveReceivedText('Hello', { from: '+12025550100' });
    await expect(phone).toReceiveText(/code/, { timeout: 10 });
    expect(phone).toHaveHeard('Press 1.');
    expect(sandbox).toHaveLeakedNothing('+12125550190', { except: ['+13015550195'] });
    // @ts-expect-error a number is no pattern
    expect(phone).toHaveReceivedText(7);
    // @ts-expect-error there is no such option
    expect(phone).toHaveReceivedText('Hello', { to: '+12025550100' });
    // @ts-expect-error the timeout is a number
    await expect(phone).toReceiveText(/code/, { timeout: '3s' });
    // @ts-expect-error the name is misspelt
    expect(phone).toHaveRecievedText(/code/);
    // @ts-expect-error the exceptions are a list
    expect(sandbox).toHaveLeakedNothing('+12125550190', { except: '+13015550195' });
  }`;
const SANDBOX = `import type { Sandbox } from 'relay-phone';`;

/** The suites, and the global types of each. */
const SUITES = [
  {
    runner: '@jest/globals',
    types: [],
    code: `import { expect } from '@jest/globals';
      import { matchers } from 'relay-phone/jest';
      ${SANDBOX}
      expect.extend(matchers);
      ${USE}`,
  },
  {
    runner: '@types/jest',
    types: ['jest'],
    code: `import { matchers } from 'relay-phone/jest';
      ${SANDBOX}
      expect.extend(matchers);
      ${USE}`,
  },
  {
    runner: 'vitest',
    types: [],
    code: `import { expect } from 'vitest';
      import { matchers } from 'relay-phone/vitest';
      ${SANDBOX}
      expect.extend(matchers);
      ${USE}`,
  },
  {
    runner: '@playwright/test',
    types: [],
    code: `import { test as base, expect as baseExpect } from '@playwright/test';
      import { matchers } from 'relay-phone/matchers';
      import { sandboxFixtures, type SandboxTestFixtures, type SandboxWorkerFixtures } from 'relay-phone/playwright';
      ${SANDBOX}
      const expect = baseExpect.extend(matchers);
      export const test = base.extend<SandboxTestFixtures, SandboxWorkerFixtures>(sandboxFixtures);
      test.use({ sandboxOptions: { clock: 'manual' } });
      // @ts-expect-error there is no such clock
      test.use({ sandboxOptions: { clock: 'fast' } });
      test('forwards', async ({ sandbox, workerSandbox }) => {
        await use(sandbox);
        // @ts-expect-error the fixture is not any
        workerSandbox.noSuchFunction();
      });
      ${USE}`,
  },
];
const RESOLUTIONS = [
  { module: 'commonjs', moduleResolution: 'node10', ignoreDeprecations: '6.0' },
  { module: 'node16', moduleResolution: 'node16' },
  { module: 'esnext', moduleResolution: 'bundler' },
];
const CASES = SUITES.flatMap((suite) =>
  RESOLUTIONS.map((options) => ({ ...suite, options, moduleResolution: options.moduleResolution })),
);

let project: string;
let isInstalled = false;

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'relay-phone-matcher-types-'));
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }');
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', project], CHECKOUT);
  const tarball = readdirSync(project).find((file) => file.endsWith('.tgz')) ?? '';
  const packages = [
    '@jest/globals@30',
    '@types/jest@30',
    'vitest@4.1',
    '@playwright/test@1.65',
    '@types/node@20',
  ];
  const options = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'];
  const { code, output } = await run('npm', ['install', ...options, `./${tarball}`, ...packages]);
  isInstalled = code === 0 && existsSync(join(project, 'node_modules/relay-phone'));
  // With a registry, the fault is ours.
  if (!isInstalled && (await run('npm', ['view', 'vitest', 'version'])).code === 0) throw new Error(output);
}, 600_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));
beforeEach(({ skip }) => {
  if (!isInstalled) skip(NOT_INSTALLED);
});

function run(file: string, args: readonly string[], cwd = project) {
  return new Promise<{ code: number; output: string }>((settle) => {
    execFile(file, args, { cwd, shell: process.platform === 'win32' }, (error, stdout, stderr) =>
      settle({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

/** Returns the errors in the suite and in our declarations: those of other packages' declarations are not ours. */
async function compile(code: string, compilerOptions: object): Promise<string[]> {
  const folder = join(project, 'suite');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'suite.ts'), code);
  const options = { strict: true, noEmit: true, target: 'es2022', skipLibCheck: false, ...compilerOptions };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: options, files: ['suite.ts'] }),
  );
  // TypeScript 7 is ten times as fast, but has no node10.
  const isOld = 'ignoreDeprecations' in compilerOptions;
  const tsc = join(CHECKOUT, 'node_modules', isOld ? 'typescript/bin/tsc6' : '@typescript/native/bin/tsc');
  const { output } = await run(process.execPath, [tsc, '-p', folder, '--pretty', 'false']);
  const lines = output.split('\n').filter((line) => line.includes('error TS'));
  return lines.filter((line) => !/node_modules\/(?!relay-phone\/)/.test(line));
}

describe('the matchers', () => {
  it.each(CASES)(
    'have types for $runner with moduleResolution $moduleResolution',
    async ({ code, types, options }) => {
      expect(await compile(code, { types, ...options })).toEqual([]);
    },
  );

  it.each(SUITES)('are unknown to $runner unless their module is imported', async ({ code, types }) => {
    const without = code.replace(/import \{ matchers \} from '[^']+';/, 'declare const matchers: {};');
    const errors = await compile(without, { types, module: 'esnext', moduleResolution: 'bundler' });
    expect(errors.join('\n')).toContain("Property 'toHaveReceivedText' does not exist");
  });
});
