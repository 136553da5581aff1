// Checks the .env file: it exists, both of its readers see the same values, and git does not commit it.
import { isUtf8 } from 'node:buffer';
import { findGitExposure } from '../../../settings/env-file/git.js';
import { findCommittedSecrets } from '../../../settings/env-file/git-history.js';
import { type EnvFile, readWithDecouple } from '../../../settings/env-file/read.js';
import { REQUIRED_ENV_KEYS } from '../../../setup/env-values.js';
import { CONSOLE_PAGES } from '../../../twilio/console-pages.js';
import { type CheckFinding, found, nothingToCheck, passUnless } from '../../check.js';
import { createDoctorCheck } from '../doctor-context.js';

const HOLDS_TOKEN = 'It holds the auth token, with which anyone can spend the money of the account.';

/** Checks that `.env` exists, can be read, and is private. */
export const envFileCheck = createDoctorCheck<'env-missing' | 'env-unreadable' | 'env-open'>({
  id: 'env-file',
  group: 'env file',
  expects: '.env exists, can be read, and not by every user of this machine',
  needs: [],
  findings: {
    'env-missing': { severity: 'fault', why: 'The app reads the account and its numbers from it.' },
    'env-unreadable': { severity: 'fault', why: 'The app cannot read it either.' },
    'env-open': { severity: 'warning', why: HOLDS_TOKEN },
  },
  run: ({ envPath, envFile, envFault }) => {
    if (envFile) return passUnless(envPath, [findOpenMode(envFile)]);
    if (envFault)
      return found({
        id: 'env-unreadable',
        what: `${envPath}: ${envFault.reason}`,
        tryNext: envFault.tryNext,
      });
    const tryNext = ['relay-phone init', '--env-file PATH, if it is somewhere else'];
    return found({ id: 'env-missing', what: `${envPath} does not exist`, tryNext });
  },
});

/** relay-phone keeps the permissions of a file that it did not create. */
function findOpenMode({ path, mode, isRegular }: EnvFile): CheckFinding<'env-open'> | undefined {
  if (process.platform === 'win32' || !isRegular || (mode & 0o007) === 0) return undefined;
  return {
    id: 'env-open',
    what: `every user of this machine can access ${path} (mode ${(mode & 0o777).toString(8)})`,
    tryNext: [`chmod o= ${path}`],
  };
}

type ReadersFinding = 'env-not-utf8' | 'env-readers-differ' | 'env-readers-differ-elsewhere';

const READERS_DIFFER =
  'Only one of the two reads escapes, inline comments, several lines and the word export.';

/** Checks that dotenv (Node.js tools) and python-decouple (Firefox Relay) read the same values. */
export const envReadersCheck = createDoctorCheck<ReadersFinding>({
  id: 'env-readers',
  group: 'env file',
  expects: 'dotenv and python-decouple read the same values from .env',
  needs: ['env-file'],
  findings: {
    'env-not-utf8': { severity: 'fault', why: "Relay's reader, python-decouple, rejects the whole file." },
    'env-readers-differ': { severity: 'fault', why: READERS_DIFFER },
    'env-readers-differ-elsewhere': { severity: 'warning', why: READERS_DIFFER },
  },
  run: ({ envFile, envPath }) => {
    if (!envFile) return nothingToCheck('no .env file');
    const { bytes, values } = envFile;
    if (!isUtf8(bytes)) {
      const tryNext = ['save it as UTF-8 in your editor'];
      return found({ id: 'env-not-utf8', what: `${envPath} is not UTF-8`, tryNext });
    }
    const differing = listDiffering(values, readWithDecouple(bytes));
    const others = differing.filter((key) => !isRelayKey(key));
    return passUnless('both readers read the same values', [
      describeDifference('env-readers-differ', differing.filter(isRelayKey)),
      describeDifference('env-readers-differ-elsewhere', others),
    ]);
  },
});

type GitFinding = 'env-tracked-by-git' | 'env-in-git-history' | 'env-not-ignored' | 'env-git-unknown';

/** Checks that git neither tracks `.env` nor would commit it, and that no commit has its present secrets. */
export const envGitCheck = createDoctorCheck<GitFinding>({
  id: 'env-git',
  group: 'env file',
  expects: 'git does not commit .env, which holds secrets',
  needs: ['env-file'],
  findings: {
    'env-tracked-by-git': { severity: 'fault', why: HOLDS_TOKEN },
    'env-in-git-history': {
      severity: 'warning',
      why: 'A file that was removed stays in the commits of before, and everyone with the repository can read it.',
    },
    'env-not-ignored': { severity: 'warning', why: HOLDS_TOKEN },
    'env-git-unknown': { severity: 'warning', why: HOLDS_TOKEN },
  },
  run: async ({ envPath, envFile }) => {
    const exposure = await findGitExposure(envPath, envFile?.bytes);
    if (exposure.kind === 'tracked') return found(describeTracked(envPath, exposure.bypassed));
    if (exposure.kind === 'unknown')
      return found(describeUnknown(`git could not be asked whether it would commit ${envPath}`, exposure));
    const committed = await findCommittedSecrets(envPath, envFile?.values ?? new Map());
    const why = exposure.kind === 'none' ? exposure.why : '';
    return passUnless<GitFinding>(`git does not commit it: ${why}`, [
      exposure.kind === 'would-be-committed'
        ? {
            id: 'env-not-ignored',
            what: `git would commit ${envPath}`,
            tryNext: ['add it to .gitignore'],
          }
        : undefined,
      committed.kind === 'found' ? describeCommitted(envPath, committed) : undefined,
      committed.kind === 'unknown'
        ? describeUnknown(`git could not be asked whether a commit has the secrets of ${envPath}`, committed)
        : undefined,
    ]);
  },
});

function describeUnknown(
  what: string,
  { reason, tryNext }: { readonly reason: string; readonly tryNext: readonly string[] },
): CheckFinding<'env-git-unknown'> {
  return { id: 'env-git-unknown', what: `${what}: ${reason}`, tryNext };
}

function describeCommitted(
  path: string,
  { commit, names }: { readonly commit: string; readonly names: readonly string[] },
): CheckFinding<'env-in-git-history'> {
  const isToken = names.includes('TWILIO_AUTH_TOKEN');
  return {
    id: 'env-in-git-history',
    what: `the commit ${commit} has ${names.join(', ')} as ${path} has ${names.length === 1 ? 'it' : 'them'} now`,
    tryNext: [
      `change ${names.length === 1 ? 'it' : 'each of them'}${isToken ? `, the auth token at ${CONSOLE_PAGES.keys}` : ''}: that is what helps if it was pushed`,
      `git log --all --full-history -- ${path}, for all such commits`,
    ],
  };
}

const NEW_TOKEN = `if it was pushed: create a new auth token at ${CONSOLE_PAGES.keys}`;

function describeTracked(path: string, bypassed: string | undefined): CheckFinding<'env-tracked-by-git'> {
  const id = 'env-tracked-by-git';
  if (bypassed !== undefined) {
    const what = `git holds ${path} unencrypted, although .gitattributes names the filter ${bypassed} for it`;
    return { id, what, tryNext: [`git add --renormalize ${path}, once the filter is set up`, NEW_TOKEN] };
  }
  const tryNext = [`git rm --cached ${path}, then add it to .gitignore`, NEW_TOKEN];
  return { id, what: `git tracks ${path}`, tryNext };
}

function listDiffering(dotenv: ReadonlyMap<string, string>, decouple: ReadonlyMap<string, string>): string[] {
  const keys = [...dotenv.keys(), ...decouple.keys()].filter((key) => dotenv.get(key) !== decouple.get(key));
  return [...new Set(keys.map((key) => key.replace(/^export\s+/, '')))];
}

/** True if Relay's phone features depend on the key. */
function isRelayKey(key: string): boolean {
  return (
    REQUIRED_ENV_KEYS.includes(key) ||
    key.startsWith('TWILIO_') ||
    ['ALLOWED_HOSTS', 'DJANGO_ALLOWED_HOST'].includes(key)
  );
}

function describeDifference(
  id: ReadersFinding,
  keys: readonly string[],
): CheckFinding<ReadersFinding> | undefined {
  if (keys.length === 0) return undefined;
  return {
    id,
    what: `dotenv and python-decouple read ${keys.join(', ')} differently`,
    tryNext: ['write each as NAME=value on one line, with nothing after the value'],
  };
}
