// Finds out whether git would commit a file that contains secrets.
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { runProgram } from '../../programs/run.js';

/** `tracked` git has the file already · `would-be-committed` no ignore rule excludes it. */
export type GitExposure = 'would-be-committed' | 'tracked';

/** git answers in milliseconds, but may hang for ever on a network folder that is gone. */
const GIT_TIMEOUT_MS = 10_000;

/**
 * Returns how git would expose the file, which need not exist yet; undefined if it would not, if the file is outside of a
 * repository, or if git failed. Follows https://git-scm.com/docs/git-check-ignore and https://git-scm.com/docs/git-ls-files.
 */
export async function findGitExposure(path: string): Promise<GitExposure | undefined> {
  const folder = dirname(resolve(path));
  const name = basename(path);
  // Checking the folders is faster than starting git, which is not installed everywhere.
  if (!isInRepository(folder)) return undefined;
  if ((await runGit(folder, ['ls-files', '--error-unmatch', '--', name])) === 0) return 'tracked';
  // Exit code 1 means "not ignored"; any other code but 0 is a failure of git.
  return (await runGit(folder, ['check-ignore', '-q', '--', name])) === 1 ? 'would-be-committed' : undefined;
}

function isInRepository(folder: string): boolean {
  if (existsSync(join(folder, '.git'))) return true;
  const parent = dirname(folder);
  return parent !== folder && isInRepository(parent);
}

async function runGit(folder: string, args: readonly string[]): Promise<number | undefined> {
  return (await runProgram('git', args, { cwd: folder, timeoutMs: GIT_TIMEOUT_MS })).exitCode;
}
