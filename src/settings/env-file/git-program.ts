// Runs git about a repository, without running anything that the repository configures.
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join, relative } from 'node:path';
import { type ProgramResult, runProgram } from '../../programs/run.js';

/** Why git did not answer, and what to do. */
export interface GitRefusal {
  readonly reason: string;
  readonly tryNext: readonly string[];
}

/** git answers in milliseconds, but may hang for ever on a network folder that is gone. */
const GIT_TIMEOUT_MS = 10_000;

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

/** Thrown if git could not be asked. */
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
