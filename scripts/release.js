// Prepares a release, `npm run release`, and stops there: it publishes, pushes and tags nothing (CONTRIBUTING.md, Release).
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { listProblems } from './release/preflight.js';
import { describePublishing } from './release/publishing.js';
import { buildPythonPackage } from './release/python-package.js';
import { ReleaseFailure, run } from './release/run.js';
import { writeSums } from './release/sums.js';
import { packTarball, verifyTarball } from './release/tarball.js';

/** @typedef {import('./release/run.js').Problem} Problem */

const HELP = `Usage: npm run release [-- options]

Builds the files of a release from the last commit, checks them, writes them to release/VERSION/, and prints how to
publish them. It publishes, pushes and tags nothing.

  --preflight   only look whether a release can be made (seconds)
  --skip-ci     leave out .ci/run, where CI has run it for this commit (minutes instead of an hour)
`;

const ROOT = resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: { preflight: { type: 'boolean' }, 'skip-ci': { type: 'boolean' }, help: { type: 'boolean' } },
});
if (values.help) print(HELP);
else process.exitCode = release();

/** Returns the exit code: 1 if something stops the release. */
function release() {
  const problems = listProblems(ROOT);
  problems.forEach(report);
  if (problems.length > 0) return 1;
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  print(`✓ ${manifest.version} can be released\n`);
  if (values.preflight) return 0;

  const work = mkdtempSync(join(tmpdir(), 'relay-phone-release-'));
  try {
    print(prepare(work, manifest));
  } catch (error) {
    if (!(error instanceof ReleaseFailure)) throw error;
    report(error.problem);
    print(`The files so far are in ${work}; delete it when you have looked.\n`);
    return 1;
  }
  rmSync(work, { recursive: true });
  return 0;
}

/**
 * Builds and checks all files. Only when all is well they get to release/VERSION/, where they replace those of an earlier run.
 *
 * @param {string} work an empty folder
 * @param {Record<string, any>} manifest
 * @returns {string} what to do next
 */
function prepare(work, manifest) {
  const { version } = manifest;
  const clone = join(work, 'clone');
  const files = createFolder(work, 'files');
  // A clone has the commit and nothing else: no .env, no state folder, no edited module.
  const commit = step('clone the last commit', () => {
    run(work, ['git', 'clone', '--quiet', ROOT, clone]);
    return run(clone, ['git', 'rev-parse', 'HEAD']).stdout.trim();
  });
  step('npm ci, which builds', () => run(clone, ['npm', 'ci', '--no-audit', '--no-fund']));
  const tarball = step('npm pack', () => packTarball(clone, files));
  const size = step('check the tarball, and use it in an empty folder', () =>
    verifyTarball(clone, tarball, createFolder(work, 'package')),
  );
  copyFileSync(join(clone, 'dist/sbom.cdx.json'), join(files, `${manifest.name}-${version}.cdx.json`));
  step('build the Python package, and install it', () =>
    buildPythonPackage(clone, files, createFolder(work, 'python'), version),
  );
  if (values['skip-ci']) print('- .ci/run is left out: has CI run it for this commit?\n');
  else step('.ci/run', () => run(clone, ['.ci/run'], { isShown: true }));
  writeSums(files);

  const folder = join(ROOT, 'release', version);
  // Not renamed at once: it may be on another disk.
  for (const old of [folder, `${folder}.new`]) rmSync(old, { recursive: true, force: true });
  cpSync(files, `${folder}.new`, { recursive: true });
  renameSync(`${folder}.new`, folder);
  return describePublishing({ folder: `./release/${version}`, files, commit, size, manifest });
}

/** @param {string} parent @param {string} name */
function createFolder(parent, name) {
  const folder = join(parent, name);
  mkdirSync(folder);
  return folder;
}

/**
 * @template T
 * @param {string} title @param {() => T} work
 * @returns {T}
 */
function step(title, work) {
  print(`• ${title} …\n`);
  const start = Date.now();
  const result = work();
  print(`✓ ${title} (${Math.round((Date.now() - start) / 1000)} s)\n`);
  return result;
}

/** @param {Problem} problem */
function report({ what, why, next }) {
  process.stderr.write(`✗ ${what}: ${why}.\n${next.map((line) => `    Try: ${line}\n`).join('')}`);
}

/** @param {string} text */
function print(text) {
  process.stdout.write(text);
}
