// Packs the package, and checks what is in the tarball, how much it installs, and that it works in an empty folder.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReleaseFailure, run } from './run.js';

/** Bars: what installs may cost, on the system with the most (Linux, with the binaries of both its C libraries). */
const MAX_PACKED_MB = 3.5;
const MAX_INSTALLED_MB = 52;
const MAX_PACKAGES = 9;

/** Files that are secrets or somebody's state, wherever they are. */
const PRIVATE_FILE =
  /(^|\/)(\.env(\..*)?|\.npmrc|\.pypirc|\.netrc|\.relay-phone|id_(rsa|ed25519)|.*\.(pem|key|p12|sqlite|db))(\/|$)/;

/** What issuers promise to look like nothing else. */
const SECRETS = [
  { name: 'a private key', pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[\w+/=]{40}/ },
  { name: 'a token of npm', pattern: /\bnpm_[A-Za-z0-9]{36}\b/ },
  { name: 'a token of PyPI', pattern: /\bpypi-[\w-]{80,}/ },
  { name: 'a token of GitHub', pattern: /\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{80,})\b/ },
  { name: 'a key of AWS', pattern: /\bAKIA[0-9A-Z]{16}\b/ },
  { name: 'an authtoken of ngrok', pattern: /\b[1-9A-HJ-NP-Za-km-z]{27}_[0-9A-Za-z]{20,22}\b/ },
];

/**
 * Packs a built checkout.
 *
 * @param {string} checkout
 * @param {string} folder where the tarball goes
 * @returns {string} its path
 */
export function packTarball(checkout, folder) {
  // The build is there already.
  const { stdout } = run(checkout, [
    'npm',
    'pack',
    '--json',
    '--ignore-scripts',
    '--pack-destination',
    folder,
  ]);
  return join(folder, JSON.parse(stdout)[0].filename);
}

/**
 * Checks the files of an unpacked tarball.
 *
 * @param {string} folder the tarball's `package/`
 * @param {readonly string[]} tracked what git has of the checkout: all else must have been built
 * @throws {ReleaseFailure}
 */
export function verifyFiles(folder, tracked) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => statSync(join(folder, file)).isFile());
  const strange = files.filter((file) => !file.startsWith('dist/') && !tracked.includes(file));
  if (strange.length > 0) throw unpublishable(`git does not have ${strange.join(', ')}`);
  const named = files.filter((file) => PRIVATE_FILE.test(file));
  if (named.length > 0) throw unpublishable(`by its name, this is private: ${named.join(', ')}`);
  const found = files.flatMap((file) => {
    const text = readFileSync(join(folder, file), 'latin1');
    return SECRETS.filter(({ pattern }) => pattern.test(text)).map(({ name }) => `${name} in ${file}`);
  });
  // The secret itself is not shown.
  if (found.length > 0) throw unpublishable(`it looks as if there is ${found.join(', ')}`);
}

/**
 * Checks the package as its users get it.
 *
 * @param {string} checkout the built clone, whose tools look at the tarball
 * @param {string} tarball
 * @param {string} work an empty folder
 * @returns {{ packedBytes: number, installedBytes: number, packages: number }}
 * @throws {ReleaseFailure}
 */
export function verifyTarball(checkout, tarball, work) {
  run(work, ['tar', '-xzf', tarball]);
  const { stdout } = run(checkout, ['git', 'ls-files', '-z']);
  verifyFiles(join(work, 'package'), stdout.split('\0'));
  rmSync(join(work, 'package'), { recursive: true });
  run(checkout, ['npx', '--no', '--', 'publint', 'run', '--strict', tarball]);
  run(checkout, ['npx', '--no', '--', 'attw', tarball]);

  const { version } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'));
  const app = join(work, 'app');
  mkdirSync(app);
  useInstalled(app, tarball, version, { XDG_CONFIG_HOME: join(work, 'config') });
  const size = measure(app, tarball);
  verifySize(size);
  return size;
}

/**
 * Installs the tarball and does with it what a user does first.
 *
 * @param {string} app @param {string} tarball @param {string} version @param {NodeJS.ProcessEnv} environment
 */
function useInstalled(app, tarball, version, environment) {
  writeFileSync(join(app, 'package.json'), '{ "private": true }\n');
  const installed = run(app, ['npm', 'install', '--no-audit', '--no-fund', tarball]);
  const warning = /^npm warn.*$/im.exec(installed.stderr)?.[0];
  if (warning) throw unpublishable(`npm warns when it is installed: ${warning}`);
  const relayPhone = (/** @type {string[]} */ ...args) =>
    run(app, ['npx', '--no', '--', 'relay-phone', ...args], { environment }).stdout.trim();
  const printed = relayPhone('--version');
  if (printed !== version) throw unpublishable(`relay-phone --version prints ${printed}, not ${version}`);
  relayPhone('init', '--sandbox', '--yes');
  relayPhone('smoke', '--sandbox');
  const use = '.then(({ createSandbox }) => createSandbox()).then((sandbox) => sandbox.close())';
  run(app, [process.execPath, '-e', `import('relay-phone')${use}`]);
  run(app, [process.execPath, '-e', `Promise.resolve(require('relay-phone'))${use}`]);
}

/** @param {string} app @param {string} tarball */
function measure(app, tarball) {
  const modules = join(app, 'node_modules');
  const installedBytes = readdirSync(modules, { recursive: true, encoding: 'utf8' })
    .map((file) => statSync(join(modules, file)))
    .reduce((sum, stats) => sum + (stats.isFile() ? stats.size : 0), 0);
  const { packages } = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8'));
  return { packedBytes: statSync(tarball).size, installedBytes, packages: Object.keys(packages).length };
}

/** @param {{ packedBytes: number, installedBytes: number, packages: number }} size */
export function verifySize({ packedBytes, installedBytes, packages }) {
  const figures = [
    { name: 'the tarball', value: packedBytes / 1e6, bar: MAX_PACKED_MB, unit: 'MB' },
    { name: 'what it installs', value: installedBytes / 1e6, bar: MAX_INSTALLED_MB, unit: 'MB' },
    { name: 'what it installs', value: packages, bar: MAX_PACKAGES, unit: 'packages' },
  ];
  const over = figures.find(({ value, bar }) => value > bar);
  if (!over) return;
  throw new ReleaseFailure({
    what: `${over.name} has ${Number(over.value.toFixed(1))} ${over.unit}`,
    why: `the bar is ${over.bar} (scripts/release/tarball.js)`,
    next: ['find what made it larger, or raise the bar with a reason in docs/decisions/package.md'],
  });
}

/** @param {string} why */
function unpublishable(why) {
  return new ReleaseFailure({
    what: 'the tarball must not be published',
    why,
    next: [
      'npm pack --dry-run lists what would be in it',
      'fix the cause, commit it, and run npm run release again',
    ],
  });
}
