// Tells whether git would let a file with secrets out.
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { runProgram } from '../../programs/run.js';

/** `tracked` git has the file already · `would-be-committed` no ignore rule keeps it out. */
export type GitExposure = 'would-be-committed' | 'tracked';

/** git itself answers in milliseconds; a folder on a network that is gone may hold it for ever. */
const GIT_TIMEOUT_MS = 10_000;

/**
 * How git would let the file out, if at all; the file need not exist yet. Undefined also when it lies in no
 * repository, or git cannot tell.
 * Follows https://git-scm.com/docs/git-check-ignore and https://git-scm.com/docs/git-ls-files.
 */
export async function findGitExposure(path: string): Promise<GitExposure | undefined> {
  const folder = dirname(resolve(path));
  const name = basename(path);
  // Starting git costs more than a look at the folders, and most people without a repository have no git.
  if (!isInRepository(folder)) return undefined;
  if ((await runGit(folder, ['ls-files', '--error-unmatch', '--', name])) === 0) return 'tracked';
  // Exit code 1 says "not ignored"; any other but 0 is a failure of git's own.
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
