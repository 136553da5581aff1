// Asks git whether it tracks a file, or would commit it, without running anything that the repository configures.
import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { isSecretName } from '../../debug.js';
import { findSystemCode } from '../../errors.js';
import { type ProgramResult, runProgram } from '../../programs/run.js';
import { findSealedFile, findSecretForm, isEncryptingFilter } from '../../secret-forms.js';
import { type EnvValues, readWithDotenv } from './read.js';

/** Whether git exposes a file to everybody who gets the repository. */
export type GitExposure =
  /** It does not; `why` says it as a clause. */
  | { readonly kind: 'none'; readonly why: string }
  /** Git has the file. `bypassed` is the filter that should have encrypted it, and did not. */
  | { readonly kind: 'tracked'; readonly bypassed: string | undefined }
  /** No ignore rule excludes it. */
  | { readonly kind: 'would-be-committed' }
  /** Git could not be asked; `reason` is a clause, in git's own words where it answered. */
  | ({ readonly kind: 'unknown' } & GitRefusal);

/** Why git did not answer, and what to do. */
export interface GitRefusal {
  readonly reason: string;
  readonly tryNext: readonly string[];
}

/** git answers in milliseconds, but may hang for ever on a network folder that is gone. */
const GIT_TIMEOUT_MS = 10_000;

/**
 * Finds out how git exposes a file, which need not exist yet. Files that git encrypts, and files that hold only references and
 * ciphertext, are not exposed. Follows https://git-scm.com/docs/git-check-ignore, https://git-scm.com/docs/git-ls-files and
 * https://git-scm.com/docs/git-check-attr.
 *
 * @param bytes the content of the file, if it is known
 */
export async function findGitExposure(path: string, bytes?: Buffer): Promise<GitExposure> {
  try {
    // Starting git costs more than checking the folders, and is not installed everywhere.
    const place = realPlace(path);
    const [root] = listRepositories(dirname(place));
    if (root === undefined) return { kind: 'none', why: 'it is in no repository' };
    return await findExposureIn(root, place, bytes);
  } catch (error) {
    if (error instanceof GitFailure) return { kind: 'unknown', ...error.refusal };
    throw error;
  }
}

async function findExposureIn(root: string, path: string, bytes: Buffer | undefined): Promise<GitExposure> {
  const name = pathInRepository(root, path);
  const isTracked = await isTrackedIn(root, path);
  if (!isTracked && (await runGit(root, ['check-ignore', '-q', '--', name], [0, 1])).exitCode === 0)
    return { kind: 'none', why: 'git ignores it' };
  const filter = await findFilter(root, name);
  const isEncrypting = filter !== undefined && isEncryptingFilter(filter);
  if (!isTracked && isEncrypting) return { kind: 'none', why: `git encrypts it (filter ${filter})` };
  // What git holds, and not what the file holds now: an older version may have been in the clear.
  const held = isTracked ? await findStored(root, name) : bytes;
  const sealed = held && describeSealed(held, filter);
  if (sealed !== undefined) return { kind: 'none', why: sealed };
  if (!isTracked) return { kind: 'would-be-committed' };
  return { kind: 'tracked', bypassed: isEncrypting ? filter : undefined };
}

/** Returns the name of the filter through which git stores and restores a file; undefined without one. */
async function findFilter(root: string, name: string): Promise<string | undefined> {
  const { stdout } = await runGit(root, ['check-attr', '-z', 'filter', '--', name], [0]);
  const value = stdout.split('\0')[2];
  return value === undefined || ['unspecified', 'unset', 'set', ''].includes(value) ? undefined : value;
}

/** Returns the file as git has stored it, without filters; undefined if git does not show it: then the worst is assumed. */
async function findStored(root: string, name: string): Promise<Buffer | undefined> {
  try {
    return Buffer.from((await runGit(root, ['cat-file', 'blob', `:${name}`], [0])).stdout, 'utf8');
  } catch (error) {
    if (error instanceof GitFailure) return undefined;
    throw error;
  }
}

/** Returns why what git stores gives no secret away, as a clause; undefined if it does. */
function describeSealed(held: Buffer, filter: string | undefined): string | undefined {
  // Git LFS keeps the file itself in the clear, on its own server.
  if (filter === 'lfs') return undefined;
  const sealed = findSealedFile(held);
  if (sealed) return `git holds it encrypted: it is ${sealed.name}`;
  const values = readWithDotenv(held);
  const secrets = [...values].filter(([key, value]) => value !== '' && isSecretKey(key));
  if (secrets.length === 0) {
    // A filter with a name of the user's own is known by what it made: bytes, or text without variables.
    const isSealing =
      filter !== undefined && (isEncryptingFilter(filter) || !isText(held) || !hasVariable(values));
    return isSealing ? `git holds it encrypted (filter ${filter})` : undefined;
  }
  const forms = secrets.map(([, value]) => findSecretForm(value));
  return forms.includes(undefined) ? undefined : `each secret in it is ${forms[0]?.name}`;
}

function isText(bytes: Buffer): boolean {
  return !/[\0\ufffd]/.test(bytes.toString('utf8'));
}

/** The padding of base64 reads like a variable, but not like one in capitals. */
function hasVariable(values: EnvValues): boolean {
  return [...values.keys()].some((name) => /^[A-Z][A-Z0-9_]*$/.test(name));
}

/** True if the name of a variable is that of a secret. */
export function isSecretKey(key: string): boolean {
  return isSecretName(key) && !/PUBLIC_KEY/.test(key);
}

/** Whether git tracks a folder or anything in it. */
export interface FolderTracking {
  readonly state: 'tracked' | 'untracked' | 'unknown';
  /** Why git did not answer; set if the state is `unknown`. */
  readonly refusal?: GitRefusal;
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
  try {
    return await askAboutFolder(realPlace(path), known);
  } catch (error) {
    if (error instanceof GitFailure) return { state: 'unknown', refusal: error.refusal, indexes: undefined };
    throw error;
  }
}

async function askAboutFolder(place: string, known: string | undefined): Promise<FolderTracking> {
  const roots = listRepositories(dirname(place));
  const stamps = roots.map(stampIndex);
  const indexes = stamps.includes(undefined) ? undefined : stamps.join(' ');
  if (indexes !== undefined && indexes === known) return { state: 'untracked', indexes };
  for (const [at, root] of roots.entries()) {
    if (stamps[at] === NO_INDEX) continue;
    if (await isTrackedIn(root, place)) return { state: 'tracked', indexes: undefined };
  }
  return { state: 'untracked', indexes };
}

/** True if git tracks the file, or anything in the folder. */
async function isTrackedIn(root: string, path: string): Promise<boolean> {
  const name = pathInRepository(root, path);
  // Exit code 1 means "no such file is tracked"; any other code is a failure of git.
  const { exitCode } = await runGit(
    root,
    ['--literal-pathspecs', 'ls-files', '--error-unmatch', '--', name],
    [0, 1],
  );
  return exitCode === 0;
}

/** Returns the path of a file as git takes it. `./`, because a leading colon would have a meaning. */
export function pathInRepository(root: string, path: string): string {
  return `./${relative(root, path).split(sep).join('/')}`;
}

/** Returns the path with the links in the folders above followed, as git does not; the last link may itself be tracked. */
export function realPlace(path: string): string {
  const absolute = resolve(path);
  try {
    return join(realpathSync(dirname(absolute)), basename(absolute));
  } catch {
    return absolute;
  }
}

/** Lists the folders with a repository from `folder` upwards, the nearest first. */
export function listRepositories(folder: string): string[] {
  const parent = dirname(folder);
  const above = parent === folder ? [] : listRepositories(parent);
  return hasRepository(folder) ? [folder, ...above] : above;
}

function hasRepository(folder: string): boolean {
  const path = join(folder, '.git');
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw new GitFailure(`${path} cannot be read (${findSystemCode(error) ?? String(error)})`, [
      `give yourself the right to read ${folder}`,
    ]);
  }
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
} as const;

/**
 * The variables of git that are passed on: where its own programs and the user's configuration are (with `safe.directory`),
 * and the one with which git itself pretends that a repository belongs to somebody else.
 */
const KEPT_VARIABLES =
  /^GIT_(?:EXEC_PATH|CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|TEST_ASSUME_DIFFERENT_OWNER)$/i;

/** Returns our environment without what a git that started us, as for a hook, says about its own repository. */
function createEnvironment(): Record<string, string | undefined> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^GIT_/i.test(name) || KEPT_VARIABLES.test(name),
  );
  return { ...Object.fromEntries(kept), ...SAFE_ENVIRONMENT };
}

/** Thrown by {@link runGit} and {@link listRepositories} if git could not be asked. */
export class GitFailure extends Error {
  readonly refusal: GitRefusal;

  constructor(reason: string, tryNext: readonly string[]) {
    super(reason);
    this.refusal = { reason, tryNext };
  }
}

/**
 * Runs git where `.git` is, so that no folder below is taken for a bare repository.
 *
 * @param expected the exit codes that are an answer
 * @throws GitFailure if git could not be started, was ended, or ended with another code
 */
export async function runGit(
  root: string,
  args: readonly string[],
  expected: readonly number[],
): Promise<ProgramResult> {
  const git = findGit(root);
  if (git === undefined) throw new GitFailure('git is not installed, or not on the PATH', ['install git']);
  const run = { cwd: root, timeoutMs: GIT_TIMEOUT_MS, environment: createEnvironment() };
  const result = await runProgram(git, [...SAFE_OPTIONS, ...args], run);
  if (result.exitCode !== undefined && expected.includes(result.exitCode)) return result;
  throw explainGit(root, result);
}

function explainGit(root: string, { stderr, exitCode, failureCode }: ProgramResult): GitFailure {
  const why = [`git -C ${root} status, to see why`];
  if (failureCode === 'ETIMEDOUT')
    return new GitFailure(`git did not answer within ${GIT_TIMEOUT_MS / 1000} s`, why);
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const words = lines.find((line) => /^(?:fatal|error):/.test(line)) ?? lines[0];
  const reason = words === undefined ? `git ended with ${exitCode ?? failureCode ?? 'a signal'}` : words;
  // Git names this setting if the repository belongs to another user.
  const trust = `git config --global --add safe.directory ${root}, if you trust this repository`;
  return new GitFailure(reason, stderr.includes('safe.directory') ? [trust, ...why] : why);
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
