// `npm run release`: what stops a release before anything is built, and what a tarball must not contain.
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkChangelog } from '../scripts/release/changelog.js';
import { describePublishing } from '../scripts/release/publishing.js';
import { verifyFiles, verifySize } from '../scripts/release/tarball.js';

const CHECKOUT = resolve(import.meta.dirname, '..');
const COPIED = [
  ...['package.json', 'package-lock.json', 'README.md', 'docs', 'devcontainer'],
  ...['scripts/release.js', 'scripts/release', 'clients/python/src/pytest_relay_phone/version.py'],
];
const { version: VERSION } = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8')) as {
  version: string;
};
const CHANGELOG = `# Changelog\n\n## Unreleased\n\n## ${VERSION} - 2026-11-30\n\n- One entry.\n\n## 0.0.1 - 2026-01-01\n\n- Another.\n`;

let root: string;
let registry: Server;
/** What the registry has; undefined: it does not know the package. */
let published: readonly string[] | undefined;

beforeAll(async () => {
  registry = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    if (!published) response.writeHead(404).end('{"error":"Not found"}');
    else {
      const versions = published.map((version) => [version, { name: 'relay-phone', version }]);
      response.end(
        JSON.stringify({
          name: 'relay-phone',
          'dist-tags': { latest: published.at(-1) },
          versions: Object.fromEntries(versions),
        }),
      );
    }
  }).listen(0, '127.0.0.1');
  await once(registry, 'listening');
});
afterAll(() => registry.close());

beforeEach(() => {
  published = undefined;
  root = mkdtempSync(join(tmpdir(), 'relay-phone-release-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('npm run release, in a checkout', () => {
  beforeEach(() => {
    for (const path of COPIED) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      cpSync(join(CHECKOUT, path), join(root, path), { recursive: true });
    }
    write('CHANGELOG.md', CHANGELOG);
    git('init', '--quiet', '--initial-branch', 'main');
    commit();
  });

  it('finds nothing in a good one, where the package is not on npm or has other versions there', async () => {
    expect(await preflight()).toEqual({ code: 0, stdout: `✓ ${VERSION} can be released\n`, stderr: '' });
    published = ['0.0.1'];
    expect(await preflight()).toMatchObject({ code: 0, stderr: '' });
  });

  it('stops before it builds anything, and names all that is wrong, why, and what to do', async () => {
    git('switch', '--quiet', '--create', 'topic');
    git('tag', `v${VERSION}`);
    write('CHANGELOG.md', CHANGELOG.replace(VERSION, '0.0.2'));
    write('new.txt', '');
    rmSync(join(root, 'docs/ci.md'));
    published = ['0.0.1', VERSION];
    const findToday = () => new Date().toISOString().slice(0, 10);
    const before = findToday();
    const { code, stdout, stderr } = await release();
    expect([code, stdout]).toEqual([1, '']);
    // Midnight may have passed meanwhile.
    const today = stderr.includes(`## ${VERSION} - ${before}"`) ? before : findToday();
    const next = `npm version patch --no-git-tag-version (or minor, or major): the next version after ${VERSION}`;
    expect(stderr.split('\n')).toEqual([
      '✗ the branch is topic: releases are made of main.',
      '    Try: git switch main',
      '✗ the work tree has changes: CHANGELOG.md, docs/ci.md, new.txt: a release is built from the last commit, without them.',
      '    Try: git commit, or git stash --include-untracked',
      `✗ ${VERSION} is tagged already: the tag v${VERSION} is at ${git('rev-parse', '--short', 'HEAD').trim()}.`,
      `    Try: ${next}`,
      `✗ CHANGELOG.md has no section for ${VERSION}: its newest version is 0.0.2 - 2026-11-30.`,
      `    Try: in line 3, change "## Unreleased" to "## ${VERSION} - ${today}", and write a new "## Unreleased" above it`,
      `✗ relay-phone ${VERSION} is published on npm already: npm never takes a version twice.`,
      `    Try: ${next}`,
      '',
    ]);
    expect(existsSync(join(root, 'release'))).toBe(false);
  });

  it('names every file and line that has another version than package.json', async () => {
    const other = '9.8.7';
    write('package.json', readFileSync(join(root, 'package.json'), 'utf8').replace(VERSION, other));
    write('CHANGELOG.md', CHANGELOG.replace(VERSION, other));
    commit();
    const { code, stderr } = await preflight();
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/package\.json has the version 9\.8\.7, other files/),
    ]);
    for (const place of [
      'package-lock.json:3',
      'clients/python/src/pytest_relay_phone/version.py:3',
      'devcontainer/relay-phone/devcontainer-feature.json:3',
      'devcontainer/relay-phone/install.sh:5',
      'README.md:17',
    ]) {
      expect(stderr).toContain(`${place} (${VERSION})`);
    }
    expect(stderr).toContain('Try: npm install --package-lock-only\n    Try: change the others to 9.8.7\n');
  });

  it('stops where git has no commit', async () => {
    rmSync(join(root, '.git'), { recursive: true });
    const { code, stderr } = await preflight();
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^✗ git has no commit of this folder: fatal: not a git/),
    ]);
  });

  it('stops where the registry does not answer', async () => {
    const { code, stderr } = await preflight('http://127.0.0.1:9');
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^✗ npm's registry does not say which versions of relay-phone are published: .*ECONNREFUSED/,
      ),
    ]);
  });
});

describe('the changelog of a release', () => {
  it.each([
    [`## ${VERSION}\n\n- One entry.\n`, `the section of ${VERSION} in CHANGELOG.md has no date`],
    [
      `## ${VERSION} - 2026-11-30\n\n## 0.0.1 - 2026-01-01\n`,
      `the section of ${VERSION} in CHANGELOG.md is empty`,
    ],
    [
      `## Unreleased\n\n- New.\n\n## ${VERSION} - 2026-11-30\n\n- One.\n`,
      'CHANGELOG.md has entries below "## Unreleased"',
    ],
    ['', `CHANGELOG.md has no section for ${VERSION}`],
  ])('is refused if it is %j', (changelog, what) => {
    write('CHANGELOG.md', CHANGELOG);
    expect(checkChangelog({ root, version: VERSION })).toBeUndefined();
    write('CHANGELOG.md', `# Changelog\n\n${changelog}`);
    expect(checkChangelog({ root, version: VERSION })).toMatchObject({ what });
  });
});

describe('the tarball of a release', () => {
  it.each([
    ['a file that git does not have', 'docs/notes.md', 'x', 'git does not have docs/notes.md'],
    ['an env file', 'dist/.env', 'x', 'by its name, this is private: dist/.env'],
    ['a key', 'dist/ca.pem', 'x', 'by its name, this is private: dist/ca.pem'],
    ['a state folder', 'dist/.relay-phone/sandbox.db', 'x', 'dist/.relay-phone/sandbox.db'],
    ['a token of npm', 'dist/cli.cjs', `'npm_${'a1'.repeat(18)}'`, 'a token of npm in dist/cli.cjs'],
    [
      'a private key',
      'dist/a.cjs',
      `-----BEGIN PRIVATE KEY-----\n${'Ab1/'.repeat(16)}`,
      'a private key in dist/a.cjs',
    ],
  ])('is refused with %s', (_, file, text, reason) => {
    write('README.md', '');
    write('dist/index.cjs', '');
    const tracked = ['README.md'];
    expect(() => verifyFiles(root, tracked)).not.toThrow();
    write(file, text);
    expect(findProblem(() => verifyFiles(root, tracked))).toMatchObject({
      what: 'the tarball must not be published',
      why: expect.stringContaining(reason),
    });
  });

  it('is refused if it installs more than its bar, and says where the bar is', () => {
    const size = { packedBytes: 2.6e6, installedBytes: 42.6e6, packages: 8 };
    expect(() => verifySize(size)).not.toThrow();
    expect(findProblem(() => verifySize({ ...size, packages: 10 }))).toMatchObject({
      what: 'what it installs has 10 packages',
      why: 'the bar is 9 (scripts/release/tarball.js)',
    });
    expect(findProblem(() => verifySize({ ...size, installedBytes: 60e6 })).what).toContain('60 MB');
  });
});

it('the last lines of a release name the commands, and what npm needs for a provenance', () => {
  write('relay-phone-1.2.3.tgz', '');
  write('pytest_relay_phone-1.2.3.tar.gz', '');
  const manifest = { name: 'relay-phone', version: '1.2.3' };
  const size = { packedBytes: 2.6e6, installedBytes: 42.6e6, packages: 8 };
  const ready = { folder: './release/1.2.3', files: root, commit: '0123456789abcdef', size, manifest };
  const text = describePublishing(ready);
  expect(text).toContain('\n  npm publish ./release/1.2.3/relay-phone-1.2.3.tgz --provenance\n');
  expect(text).toContain('\n  python3 -m twine upload ./release/1.2.3/pytest_relay_phone-1.2.3.tar.gz ');
  expect(text).toContain('Nothing was published, pushed or tagged.');
  expect(text).toContain('package.json lacks `repository`');
  const known = { ...manifest, repository: { type: 'git', url: 'git+https://example.com/x.git' } };
  expect(describePublishing({ ...ready, manifest: known })).not.toContain('lacks `repository`');
});

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

function git(...args: string[]): string {
  return execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
    cwd: root,
    encoding: 'utf8',
  });
}

function commit(): void {
  git('add', '--all');
  git('commit', '--quiet', '--message', 'all');
}

function preflight(origin?: string) {
  return release(origin, '--preflight');
}

function release(origin = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`, ...args: string[]) {
  const env = { ...process.env, npm_config_registry: origin, npm_config_fetch_retries: '0' };
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((settle) => {
    execFile(
      process.execPath,
      [join(root, 'scripts/release.js'), ...args],
      { env },
      (error, stdout, stderr) => settle({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

/** What a check throws. */
function findProblem(check: () => void): { what: string; why: string } {
  try {
    check();
  } catch (error) {
    return (error as { problem: { what: string; why: string } }).problem;
  }
  throw new Error('nothing was thrown');
}
