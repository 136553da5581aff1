// Asks git whether it tracks a file, or would commit it, without running anything that the repository configures.
import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { findSystemCode } from '../../errors.js';
import { runProgram } from '../../programs/run.js';

/**
 * `tracked` git has the file already · `would-be-committed` no ignore rule excludes it · `unknown` the file is in a
 * repository, but git could not be asked.
 */
export type GitExposure = 'would-be-committed' | 'tracked' | 'unknown';

/** git answers in milliseconds, but may hang for ever on a network folder that is gone. */
const GIT_TIMEOUT_MS = 10_000;

/**
 * Returns how git would expose the file, which need not exist yet; undefined if it would not, or if the file is outside of
 * a repository. Follows https://git-scm.com/docs/git-check-ignore and https://git-scm.com/docs/git-ls-files.
 */
export async function findGitExposure(path: string): Promise<GitExposure | undefined> {
  // Starting git costs more than checking the folders, and is not installed everywhere.
  const place = realPlace(path);
  const [root] = listRepositories(dirname(place));
  if (root === undefined) return undefined;
  const tracking = await findTracking(root, place);
  if (tracking !== 'untracked') return tracking;
  const ignored = await runGit(root, ['check-ignore', '-q', '--', pathInRepository(root, place)]);
  if (ignored === 0) return undefined;
  return ignored === 1 ? 'would-be-committed' : 'unknown';
}

/** Whether git tracks a folder or anything in it. */
export interface FolderTracking {
  readonly state: 'tracked' | 'untracked' | 'unknown';
  /**
   * Identifies the indexes that were asked: while they stay the same, so does the answer. Undefined if the answer must
   * not be kept.
   */
  readonly indexes: string | undefined;
}

/**
 * Finds out whether git tracks a folder or anything in it, in any of the repositories around it.
 *
 * @param known the indexes of an earlier `untracked`: if they are the same, git is not started
 */
export async function findFolderTracking(path: string, known: string | undefined): Promise<FolderTracking> {
  const place = realPlace(path);
  const roots = listRepositories(dirname(place));
  const stamps = roots.map(stampIndex);
  const indexes = stamps.includes(undefined) ? undefined : stamps.join(' ');
  if (indexes !== undefined && indexes === known) return { state: 'untracked', indexes };
  for (const [at, root] of roots.entries()) {
    if (stamps[at] === NO_INDEX) continue;
    const state = await findTracking(root, place);
    if (state !== 'untracked') return { state, indexes: undefined };
  }
  return { state: 'untracked', indexes };
}

async function findTracking(root: string, path: string): Promise<FolderTracking['state']> {
  const code = await runGit(root, [
    '--literal-pathspecs',
    'ls-files',
    '--error-unmatch',
    '--',
    pathInRepository(root, path),
  ]);
  if (code === 0) return 'tracked';
  // Exit code 1 means "no such file is tracked"; any other code is a failure of git.
  return code === 1 ? 'untracked' : 'unknown';
}

/** `./`, because a leading colon would have a meaning. */
function pathInRepository(root: string, path: string): string {
  return `./${relative(root, path).split(sep).join('/')}`;
}

/** Follows links in the folders above, as git does not; a link in their place may itself be tracked. */
function realPlace(path: string): string {
  const absolute = resolve(path);
  try {
    return join(realpathSync(dirname(absolute)), basename(absolute));
  } catch {
    return absolute;
  }
}

/** Lists the folders with a repository from `folder` upwards, the nearest first. */
function listRepositories(folder: string): string[] {
  const parent = dirname(folder);
  const above = parent === folder ? [] : listRepositories(parent);
  return statSync(join(folder, '.git'), { throwIfNoEntry: false }) ? [folder, ...above] : above;
}

/** The stamp of a repository without an index, which tracks nothing yet. */
const NO_INDEX = 'none';

/** Identifies the content of a repository's index: git replaces the file with every change. Undefined if it cannot be found. */
function stampIndex(root: string): string | undefined {
  try {
    const index = join(findGitFolder(join(root, '.git')), 'index');
    const found = statSync(index, { bigint: true, throwIfNoEntry: false });
    return found ? [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(':') : NO_INDEX;
  } catch (error) {
    if (findSystemCode(error) === undefined) throw error;
    return undefined;
  }
}

/** A linked work tree or a submodule has a file that names its folder. See https://git-scm.com/docs/gitrepository-layout. */
function findGitFolder(path: string): string {
  if (statSync(path).isDirectory()) return path;
  const named = /^gitdir: (.+)$/m.exec(readFileSync(path, 'utf8'))?.[1] ?? '';
  const folder = resolve(dirname(path), named);
  statSync(folder);
  return folder;
}

/**
 * What a repository's own configuration could make git start is off: file system monitors, hooks, pagers, and the
 * download of missing objects. Git reads the index only, and writes nothing.
 */
const SAFE_OPTIONS = [
  '--no-pager',
  '--no-optional-locks',
  ...[
    'core.fsmonitor=false',
    'core.hooksPath=/dev/null',
    'core.untrackedCache=false',
    'core.sshCommand=false',
  ].flatMap((setting) => ['-c', setting]),
] as const;

const SAFE_ENVIRONMENT = {
  GIT_PAGER: 'cat',
  GIT_TERMINAL_PROMPT: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: 'none',
  // A git that started us, as for a hook, names its own repository in these.
  GIT_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_INDEX_FILE: undefined,
  GIT_PREFIX: undefined,
  GIT_OBJECT_DIRECTORY: undefined,
  GIT_NAMESPACE: undefined,
  GIT_COMMON_DIR: undefined,
} as const;

/**
 * Runs git where `.git` is, so that no folder below is taken for a bare repository.
 *
 * @returns git's exit code; undefined if git could not be started, or was ended
 */
async function runGit(root: string, args: readonly string[]): Promise<number | undefined> {
  const git = findGit(root);
  if (git === undefined) return undefined;
  const environment = { ...process.env, ...SAFE_ENVIRONMENT };
  const run = { cwd: root, timeoutMs: GIT_TIMEOUT_MS, environment };
  return (await runProgram(git, [...SAFE_OPTIONS, ...args], run)).exitCode;
}

/** Finds git on the PATH, but not in the repository or the working directory, where Windows looks first. */
function findGit(root: string): string | undefined {
  const name = process.platform === 'win32' ? 'git.exe' : 'git';
  const isOutside = (folder: string) => isAbsolute(folder) && relative(root, folder).startsWith('..');
  const folders = (process.env.PATH ?? '').split(delimiter).filter(isOutside);
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
