// `npm run release` in a copy of this checkout, without .ci/run: what it writes, and that it publishes, pushes and tags nothing.
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isWindows, NO_POSIX } from '../support/skips.js';

const CHECKOUT = resolve(import.meta.dirname, '../..');
const NO_REGISTRY = "npm's registry cannot be reached";
const NOT_COPIED = ['.git', 'node_modules', 'dist', 'release', '.relay-phone', '.env'];
const { version } = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8')) as { version: string };

let root: string;
let copy: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'relay-phone-release-journey-'));
  copy = join(root, 'copy');
  cpSync(CHECKOUT, copy, {
    recursive: true,
    filter: (path) => !NOT_COPIED.includes(relative(CHECKOUT, path)),
  });
  // Nothing is unreleased.
  const changelog = readFileSync(join(copy, 'CHANGELOG.md'), 'utf8');
  writeFileSync(
    join(copy, 'CHANGELOG.md'),
    changelog.replace('## Unreleased', `## ${version} - 2026-11-30\n\n- All.`),
  );
  git('init', '--quiet', '--initial-branch', 'main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'all');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

it('npm run release builds and checks the files of a release, and stops', { timeout: 1_200_000 }, async ({
  skip,
}) => {
  skip(isWindows, NO_POSIX);
  skip(!(await run('npm', 'ping')).isDone, NO_REGISTRY);
  // It must not get into the release.
  writeFileSync(join(copy, '.env'), 'TWILIO_AUTH_TOKEN=secret\n');
  const { isDone, output } = await run('npm', 'run', 'release', '--', '--skip-ci');
  expect([isDone, output]).toEqual([
    true,
    expect.stringContaining('Nothing was published, pushed or tagged.'),
  ]);
  expect(output).toContain(`npm publish ./release/${version}/relay-phone-${version}.tgz --provenance`);

  const folder = join(copy, 'release', version);
  expect(readdirSync(folder)).toEqual([
    'SHA256SUMS',
    `pytest_relay_phone-${version}-py3-none-any.whl`,
    `pytest_relay_phone-${version}.tar.gz`,
    `relay-phone-${version}.cdx.json`,
    `relay-phone-${version}.tgz`,
  ]);
  const sums = readFileSync(join(folder, 'SHA256SUMS'), 'utf8').trimEnd().split('\n');
  expect(sums).toEqual(
    readdirSync(folder)
      .slice(1)
      .map(
        (name) =>
          `${createHash('sha256')
            .update(readFileSync(join(folder, name)))
            .digest('hex')}  ${name}`,
      ),
  );
  expect(git('tag')).toBe('');
  expect(git('status', '--porcelain')).toBe('');
});

function git(...args: string[]): string {
  return execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
    cwd: copy,
    encoding: 'utf8',
  });
}

/** Runs a program without the settings of an outer npm, and keeps the developer's own. */
function run(program: string, ...args: string[]): Promise<{ isDone: boolean; output: string }> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|INIT_CWD|VITEST|NODE_ENV)/.test(name),
  );
  return new Promise((settle) => {
    execFile(
      program,
      args,
      { cwd: copy, env: Object.fromEntries(inherited), maxBuffer: 1e8 },
      (error, stdout, stderr) => settle({ isDone: error === null, output: stdout + stderr }),
    );
  });
}
