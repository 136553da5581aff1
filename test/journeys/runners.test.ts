// Types the commands of docs/testing.md for each test runner, with the packed package: the example passes, and it finds a bug
// in the app. Under the fake timers of each runner a sandbox works, too.
import { exec } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const CHECKOUT = resolve(import.meta.dirname, '../..');
const PAGE = readFileSync(join(CHECKOUT, 'docs/testing.md'), 'utf8');
const PINS = join(CHECKOUT, 'test/example-runners/package.json');
const FAKE_TIMERS = join(CHECKOUT, 'test/support/fake-timers');
const NOT_INSTALLED = 'the test runners could not be installed';
/** The rows of the page's table: each runner, its package and its command. */
const RUNNERS = [...PAGE.matchAll(/^\| (\[[^|]+) \| (?:`([^`]+)`)? ?\| `([^`]+)` \|/gm)].map(
  ([, name = '', needed, command = '']) => ({
    runner: name.replace(/\(.*\)/, '').replace(/[[\]]/g, ''),
    needed,
    command,
  }),
);
/** The commands above the table, for vitest. */
const [INSTALL = '', COPY = '', FIRST = ''] = /## JavaScript.*?\n\n((?: {4}.+\n)+)/s
  .exec(PAGE)?.[1]
  ?.split('\n')
  .map((line) => line.trim()) ?? [''];
/** A suite's settings, and those of an outer runner or npm, are not those of the example. */
const OUTER = /^(npm_|INIT_CWD|VITEST|TEST$|NODE_ENV|NODE_OPTIONS|FORCE_COLOR|TWILIO_|RELAY_PHONE_)/;
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OUTER.test(name)));

let project: string;
let isInstalled = false;

/** Installs the runners of the example, with their versions there: all at once, for they bring 400 MB. */
beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'relay-phone-runners-'));
  cpSync(PINS, join(project, 'package.json'));
  await run(CHECKOUT, `npm pack --ignore-scripts --pack-destination '${project}'`);
  const tarball = readdirSync(project).find((file) => file.endsWith('.tgz')) ?? '';
  const options = '--no-audit --no-fund --prefer-offline';
  const installed = await run(project, `npm install ${options} ./${tarball} sinon@22`);
  isInstalled = installed.code === 0 && existsSync(join(project, 'node_modules/relay-phone'));
  // With a registry, the fault is ours.
  if (!isInstalled && (await run(project, 'npm view vitest version')).code === 0) {
    throw new Error(installed.output);
  }
  if (!isInstalled) return;
  expect(await run(project, COPY)).toMatchObject({ code: 0 });
  cpSync(FAKE_TIMERS, join(project, 'fake-timers'), { recursive: true });
}, 600_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));
beforeEach(({ skip }) => {
  if (!isInstalled) skip(NOT_INSTALLED);
});

/** Types a command into a shell, and returns its exit code with what it printed. */
async function run(cwd: string, command: string): Promise<{ code: number; output: string }> {
  return new Promise((settle) => {
    exec(command, { cwd, env: environment, maxBuffer: 1e8 }, (error, stdout, stderr) =>
      settle({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

it('has a row for each runner, whose package the example has been tried with', () => {
  expect(RUNNERS).toHaveLength(8);
  const { dependencies } = JSON.parse(readFileSync(PINS, 'utf8')) as { dependencies: Record<string, string> };
  const named = RUNNERS.flatMap(({ needed }) => needed ?? []);
  const { needed, command } = RUNNERS[0] ?? {};
  expect([INSTALL, FIRST]).toEqual([`npm install --save-dev relay-phone express twilio ${needed}`, command]);
  expect(['express', 'twilio', ...named.filter((name, at) => named.indexOf(name) === at)].toSorted()).toEqual(
    Object.keys(dependencies).toSorted(),
  );
});

describe.each(RUNNERS)('the example of $runner', ({ command }) => {
  it('passes, and finds that the app reveals the sender', async () => {
    expect(await run(project, command)).toMatchObject({ code: 0 });
    const file = join(project, 'example-runners/app.cjs');
    const app = readFileSync(file, 'utf8');
    const broken = app.replace('Forwarded:', `\${request.body.From}:`);
    expect(broken).not.toBe(app);
    writeFileSync(file, broken);
    try {
      const { code, output } = await run(project, command);
      expect(code).not.toBe(0);
      expect(output).toContain('+12125550190: Hello');
    } finally {
      writeFileSync(file, app);
    }
  });
});

/** Each suite runs calls with pauses, slow phones and faults; without real timers its runner would wait until it gives up. */
it.each([
  ['Jest, modern and legacy', "npx jest --rootDir fake-timers --testMatch '**/jest.test.cjs'"],
  ['vitest', 'npx vitest run --root fake-timers vitest.test.js'],
  ['node:test', 'node --test fake-timers/node-test.test.cjs'],
  ['sinon, in Mocha', 'npx mocha fake-timers/sinon.spec.cjs'],
])('a sandbox works under the fake timers of %s', async (_runner, command) => {
  expect(await run(project, command)).toMatchObject({ code: 0 });
});
