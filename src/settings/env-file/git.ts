// Asks git whether it tracks a file, or would commit it.
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isSecretName } from '../../debug.js';
import { findSystemCode } from '../../errors.js';
import { findSealedFile, findSecretForm, isEncryptingFilter } from '../../secret-forms.js';
import { GitFailure, type GitRefusal, runGit } from './git-program.js';
import { type EnvValues, readWithDotenv } from './read.js';
import { listRepositories, pathInRepository, realPlace } from './repositories.js';

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
