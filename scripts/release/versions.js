// Checks that every file which names the version of the package names that of package.json.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tryRun } from './run.js';

/** Where the version is, besides the packages and images with a version that pages and the feature for dev containers name. */
const PLACES = [
  { file: 'package-lock.json', pattern: /^ {2,6}"version": "(.*)"/ },
  { file: 'clients/python/src/pytest_relay_phone/version.py', pattern: /^VERSION = "(.*)"/ },
  { file: 'devcontainer/relay-phone/devcontainer-feature.json', pattern: /^ {2}"version": "(.*)"/ },
];
const NAMED = /\brelay-phone[@:-](\d+\.\d+\.\d+)\b/;

/**
 * @param {{ root: string, version: string }} checkout
 * @returns {import('./run.js').Problem | undefined}
 */
export function checkVersions({ root, version }) {
  if (!/^\d+\.\d+\.\d+$/.test(version)) {
    return {
      what: `${version} is not a version like 1.2.3`,
      why: 'Python writes the versions of a pre-release in another way, and so both packages could not have the same one',
      next: ['npm version patch --no-git-tag-version (or minor, or major)'],
    };
  }
  const { stdout } = tryRun(root, ['git', 'ls-files', '-z', '--', 'README.md', 'docs', 'devcontainer']);
  const named = stdout
    .split('\0')
    // A deleted file is a change in the work tree, which is another problem.
    .filter((file) => file !== '' && existsSync(join(root, file)))
    .map((file) => ({ file, pattern: NAMED }));
  const wrong = [...PLACES, ...named].flatMap(({ file, pattern }) => {
    return readVersions(join(root, file), pattern)
      .filter((found) => found.version !== version)
      .map((found) => `${file}:${found.line} (${found.version})`);
  });
  if (wrong.length === 0) return undefined;
  return {
    what: `package.json has the version ${version}, other files have another`,
    why: wrong.join(', '),
    next: [
      ...(wrong.some((place) => place.startsWith('package-lock.json'))
        ? ['npm install --package-lock-only']
        : []),
      `change the others to ${version}`,
    ],
  };
}

/**
 * The versions in a file, with their lines. Those of the lock file's own packages are the first two.
 * @param {string} path @param {RegExp} pattern
 */
function readVersions(path, pattern) {
  const lines = readFileSync(path, 'utf8').split('\n');
  const found = lines.flatMap((line, index) => {
    const version = pattern.exec(line)?.[1];
    return version ? [{ version, line: index + 1 }] : [];
  });
  return path.endsWith('package-lock.json') ? found.slice(0, 2) : found;
}
