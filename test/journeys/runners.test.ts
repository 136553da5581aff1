// Runs the example of each test runner with the packed package: it passes, and it finds a bug in the app.
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const CHECKOUT = resolve(import.meta.dirname, '../..');
const EXAMPLE = join(CHECKOUT, 'test/example-runners');
const NOT_INSTALLED = 'the test runners could not be installed';
const RUNNERS = ['vitest', 'jest', 'jest-esm', 'node-test', 'mocha', 'bun', 'deno', 'playwright'];
/** A suite's settings, and those of an outer runner or npm, are not those of the example. */
const OUTER = /^(npm_|INIT_CWD|VITEST|TEST$|NODE_ENV|NODE_OPTIONS|FORCE_COLOR|TWILIO_|RELAY_PHONE_)/;
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OUTER.test(name)));

let project: string;
let isInstalled = false;

/** Installs the pinned runners, which bring 400 MB, only here. */
beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'relay-phone-runners-'));
  cpSync(EXAMPLE, project, { recursive: true });
  await run(CHECKOUT, 'pack', '--ignore-scripts', '--pack-destination', project);
  const tarball = readdirSync(project).find((file) => file.endsWith('.tgz')) ?? '';
  const installed = await run(
    project,
    'install',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    `./${tarball}`,
  );
  isInstalled = installed.code === 0 && existsSync(join(project, 'node_modules/relay-phone'));
  // With a registry, the fault is ours.
  if (!isInstalled && (await run(project, 'view', 'vitest', 'version')).code === 0) {
    throw new Error(installed.output);
  }
}, 600_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));
beforeEach(({ skip }) => {
  if (!isInstalled) skip(NOT_INSTALLED);
});

/** Runs npm, and returns its exit code with what it printed. */
async function run(cwd: string, ...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((settle) => {
    const options = { cwd, env: environment, shell: process.platform === 'win32', maxBuffer: 1e8 };
    execFile('npm', args, options, (error, stdout, stderr) =>
      settle({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

describe.each(RUNNERS)('the example of %s', (runner) => {
  it('passes, and finds that the app reveals the sender', async () => {
    expect(await run(project, 'run', runner)).toMatchObject({ code: 0 });
    const app = readFileSync(join(project, 'app.cjs'), 'utf8');
    const broken = app.replace('Forwarded:', `\${request.body.From}:`);
    expect(broken).not.toBe(app);
    writeFileSync(join(project, 'app.cjs'), broken);
    try {
      const { code, output } = await run(project, 'run', runner);
      expect(code).not.toBe(0);
      expect(output).toContain('+12125550190: Hello');
    } finally {
      writeFileSync(join(project, 'app.cjs'), app);
    }
  });
});
