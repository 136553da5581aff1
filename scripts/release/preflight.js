// Looks whether a release can be made from this checkout, in seconds and before anything is built.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkChangelog } from './changelog.js';
import { tryRun } from './run.js';
import { checkVersions } from './versions.js';

/** @typedef {import('./run.js').Problem} Problem */
/** @typedef {{ root: string, version: string, manifest: Record<string, any> }} Checkout */

/** The branch of which releases are made. */
const BRANCH = 'main';

/** How many changed files are named. */
const NAMED_FILES = 5;

const CHECKS = [
  checkNode,
  checkBranch,
  checkWorkTree,
  checkTag,
  checkVersions,
  checkChangelog,
  checkRegistry,
];

/**
 * Runs all checks, so that one run names everything that has to be done.
 *
 * @param {string} root the checkout
 * @returns {Problem[]}
 */
export function listProblems(root) {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return CHECKS.flatMap((check) => check({ root, manifest, version: manifest.version }) ?? []);
}

/** @param {Checkout} checkout @returns {Problem | undefined} */
function checkNode({ manifest }) {
  const oldest = manifest.engines.node.replace(/^>=/, '');
  if (process.versions.node.localeCompare(oldest, 'en', { numeric: true }) >= 0) return undefined;
  return {
    what: `this is Node.js ${process.versions.node}`,
    why: `package.json needs ${manifest.engines.node}`,
    next: [`install Node.js ${oldest} or newer`],
  };
}

/** @param {Checkout} checkout @returns {Problem | undefined} */
function checkBranch({ root }) {
  const { code, stdout, stderr } = tryRun(root, ['git', 'rev-parse', '--abbrev-ref', 'HEAD']);
  const branch = stdout.trimEnd();
  if (code !== 0) {
    return {
      what: 'git has no commit of this folder',
      why: stderr.trimEnd().split('\n')[0] ?? '',
      next: ['clone the repository, and run npm run release in the clone'],
    };
  }
  if (branch === BRANCH) return undefined;
  return {
    what: branch === 'HEAD' ? 'no branch is checked out' : `the branch is ${branch}`,
    why: `releases are made of ${BRANCH}`,
    next: [`git switch ${BRANCH}`],
  };
}

/** @param {Checkout} checkout @returns {Problem | undefined} */
function checkWorkTree({ root }) {
  const lines = git(root, 'status', '--porcelain').split('\n').filter(Boolean);
  if (lines.length === 0) return undefined;
  const named = lines.slice(0, NAMED_FILES).map((line) => line.trim().replace(/^\S+ +/, ''));
  const more = lines.length > NAMED_FILES ? `, and ${lines.length - NAMED_FILES} more` : '';
  return {
    what: `the work tree has changes: ${named.join(', ')}${more}`,
    why: 'a release is built from the last commit, without them',
    next: ['git commit, or git stash --include-untracked'],
  };
}

/** @param {Checkout} checkout @returns {Problem | undefined} */
function checkTag({ root, version }) {
  const commit = git(root, 'rev-parse', '--verify', '--quiet', '--short', `refs/tags/v${version}^{commit}`);
  if (commit === '') return undefined;
  return {
    what: `${version} is tagged already`,
    why: `the tag v${version} is at ${commit}`,
    next: [nextVersion(version)],
  };
}

/** @param {Checkout} checkout @returns {Problem | undefined} */
function checkRegistry({ root, manifest: { name }, version }) {
  const { code, stdout } = tryRun(root, ['npm', 'view', name, 'versions', '--json']);
  const answer = readJson(stdout);
  if (code !== 0) {
    // The first release.
    if (answer?.error?.code === 'E404') return undefined;
    return {
      what: `npm's registry does not say which versions of ${name} are published`,
      why: answer?.error?.summary || answer?.error?.code || `npm view ended with ${code}`,
      next: [`npm view ${name} versions`],
    };
  }
  // npm prints a single version without a list.
  if (![answer].flat().includes(version)) return undefined;
  return {
    what: `${name} ${version} is published on npm already`,
    why: 'npm never takes a version twice',
    next: [nextVersion(version)],
  };
}

/** Returns undefined for what is not JSON. @param {string} text */
function readJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @param {string} version */
function nextVersion(version) {
  return `npm version patch --no-git-tag-version (or minor, or major): the next version after ${version}`;
}

/** Returns what git prints, or an empty text if it fails. @param {string} root @param {string[]} args */
function git(root, ...args) {
  return tryRun(root, ['git', ...args]).stdout.trimEnd();
}
