// Finds out whether the history of a repository has secrets of a file as they are now, without showing them.
import { dirname } from 'node:path';
import { isSandboxSid } from '../../sandbox-sid.js';
import { findSealedFile, findSecretForm } from '../../secret-forms.js';
import { isSecretKey } from './git.js';
import { GitFailure, type GitRefusal, runGit } from './git-program.js';
import { type EnvValues, readWithDotenv } from './read.js';
import { listRepositories, pathInRepository, realPlace } from './repositories.js';

/** What the history of a repository says about a file. */
export type CommittedSecrets =
  | { readonly kind: 'none' }
  /** A commit has these variables with their present values. */
  | { readonly kind: 'found'; readonly commit: string; readonly names: readonly string[] }
  | ({ readonly kind: 'unknown' } & GitRefusal);

/** How many versions of a file are looked at, the newest first. If there are more, the older ones are said to be unknown. */
const MAX_VERSIONS = 50;

/**
 * Looks for the newest commit of any branch that has a secret of a file with its present value. A secret that was changed
 * since is of no use to anybody. Follows https://git-scm.com/docs/git-log.
 *
 * @param values those of the file now
 */
export async function findCommittedSecrets(path: string, values: EnvValues): Promise<CommittedSecrets> {
  const secrets = listSecrets(values);
  if (secrets.length === 0) return { kind: 'none' };
  try {
    const place = realPlace(path);
    const [root] = listRepositories(dirname(place));
    if (root === undefined) return { kind: 'none' };
    const name = pathInRepository(root, place);
    const versions = await listVersions(root, name);
    for (const commit of versions.slice(0, MAX_VERSIONS)) {
      const { stdout } = await runGit(root, ['cat-file', 'blob', `${commit}:${name}`], [0]);
      const held = Buffer.from(stdout, 'utf8');
      const then = findSealedFile(held) ? new Map<string, string>() : readWithDotenv(held);
      const names = secrets.filter(([key, value]) => then.get(key) === value).map(([key]) => key);
      if (names.length > 0) return { kind: 'found', commit, names };
    }
    if (versions.length <= MAX_VERSIONS) return { kind: 'none' };
    return {
      kind: 'unknown',
      reason: `only its newest ${MAX_VERSIONS} versions were looked at`,
      tryNext: [`git -C ${root} log --all -p -- ${name}, to look at the older ones`],
    };
  } catch (error) {
    if (error instanceof GitFailure) return { kind: 'unknown', ...error.refusal };
    throw error;
  }
}

/** The auth token of a sandbox, references and ciphertext are no secrets. */
function listSecrets(values: EnvValues): readonly (readonly [name: string, value: string])[] {
  const isSandbox = isSandboxSid(values.get('TWILIO_ACCOUNT_SID') ?? '');
  return [...values].filter(
    ([key, value]) =>
      value !== '' &&
      isSecretKey(key) &&
      !findSecretForm(value) &&
      !(isSandbox && key === 'TWILIO_AUTH_TOKEN'),
  );
}

/** The newest commits that added or changed the file, at most one more than are looked at. Signatures are not verified, which would start another program. */
async function listVersions(root: string, name: string): Promise<readonly string[]> {
  const settings = ['log.showSignature=false', 'log.follow=false'].flatMap((one) => ['-c', one]);
  const { stdout } = await runGit(
    root,
    [
      ...settings,
      '--literal-pathspecs',
      'log',
      '--all',
      '--full-history',
      '--no-renames',
      '--diff-filter=AMT',
      `-${MAX_VERSIONS + 1}`,
      '--format=%h',
      '--',
      name,
    ],
    [0],
  );
  return stdout.split('\n').filter((line) => line !== '');
}
