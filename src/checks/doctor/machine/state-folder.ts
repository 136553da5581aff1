// Checks the state folder, without creating or changing it.
import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findSystemCode, RelayPhoneError } from '../../../errors.js';
import { findGitExposure } from '../../../settings/env-file/git.js';
import { findStateFolder } from '../../../state/folder.js';
import { type CheckFinding, found, pass, passUnless } from '../../check.js';
import { createDoctorCheck } from '../doctor-context.js';

type Id =
  | 'state-not-a-folder'
  | 'state-of-newer'
  | 'state-not-writable'
  | 'state-not-ours'
  | 'state-open'
  | 'state-tracked-by-git'
  | 'state-not-ignored'
  | 'state-git-unknown';

const JOURNAL = 'Every change to the account and to files is recorded there before it is made.';
const SECRETS = 'It holds tokens, copies of .env and recorded texts.';

/** Checks that the state folder is usable and private. */
export const stateFolderCheck = createDoctorCheck<Id>({
  id: 'state-folder',
  group: 'machine',
  expects: 'the state folder is yours, of this version, writable, private, and not in git',
  needs: [],
  findings: {
    'state-not-a-folder': { severity: 'fault', why: JOURNAL },
    'state-of-newer': { severity: 'fault', why: 'An older relay-phone would damage its data.' },
    'state-not-writable': { severity: 'fault', why: JOURNAL },
    'state-not-ours': {
      severity: 'fault',
      why: 'Its journal, its tokens and its certificate authority would be trusted.',
    },
    'state-open': { severity: 'warning', why: SECRETS, repair: 'state-folder' },
    'state-tracked-by-git': { severity: 'fault', why: SECRETS },
    'state-not-ignored': { severity: 'warning', why: SECRETS, repair: 'state-folder' },
    'state-git-unknown': { severity: 'warning', why: SECRETS },
  },
  run: async ({ statePath, stateFault }) => {
    const type = findType(statePath);
    if (type === undefined) return pass(`${statePath} (does not exist yet)`);
    const unusable = findUnusable(statePath, type);
    if (unusable) return passUnless(statePath, [unusable]);
    const exposed = await findGitFault(statePath);
    if (stateFault && exposed?.id !== 'state-tracked-by-git') {
      const { reason, tryNext } = stateFault;
      return found({ id: 'state-not-ours', what: `${statePath}: ${reason}`, tryNext });
    }
    return passUnless(statePath, [findOpenMode(statePath), exposed]);
  },
});

/** Returns what is there; undefined if nothing is, a system code if that may not be looked at. */
function findType(path: string): 'folder' | 'other' | { readonly code: string } | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats && (stats.isDirectory() ? 'folder' : 'other');
  } catch (error) {
    const code = findSystemCode(error);
    if (code === undefined) throw error;
    return { code };
  }
}

function findUnusable(
  path: string,
  type: Exclude<ReturnType<typeof findType>, undefined>,
): CheckFinding<Id> | undefined {
  const otherFolder = '--state-dir PATH, with another folder';
  if (typeof type === 'object')
    return {
      id: 'state-not-writable',
      what: `${path} may not be looked into (${type.code})`,
      tryNext: [`give yourself the right to search ${dirname(path)}`, otherFolder],
    };
  if (type === 'other')
    return {
      id: 'state-not-a-folder',
      what: `${path} is not a folder`,
      tryNext: ['move it to another place', otherFolder],
    };
  const inaccessible = listInaccessible(path);
  if (inaccessible.length > 0) {
    const tryNext = [`give yourself read and write access to ${path} and everything in it`, otherFolder];
    return { id: 'state-not-writable', what: `you may not write to ${inaccessible.join(', ')}`, tryNext };
  }
  const newer = findNewer(path);
  return newer && { id: 'state-of-newer', what: `${path}: ${newer.reason}`, tryNext: newer.tryNext };
}

function findNewer(path: string): RelayPhoneError | undefined {
  try {
    findStateFolder(path);
    return undefined;
  } catch (error) {
    if (error instanceof RelayPhoneError) return error;
    throw error;
  }
}

/** Returns the folder or the files in it that we may not read and write. A run as another user leaves such files. */
function listInaccessible(path: string): string[] {
  if (!isAccessible(path, constants.R_OK | constants.W_OK | constants.X_OK)) return [path];
  const files = readdirSync(path).map((name) => join(path, name));
  return files.filter((file) => !isAccessible(file, constants.R_OK | constants.W_OK));
}

/** True also if the file was deleted meanwhile. */
function isAccessible(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch (error) {
    return findSystemCode(error) === 'ENOENT';
  }
}

function findOpenMode(path: string): CheckFinding<Id> | undefined {
  const mode = statSync(path).mode & 0o777;
  if (process.platform === 'win32' || (mode & 0o077) === 0) return undefined;
  return {
    id: 'state-open',
    what: `other users can access ${path} (mode ${mode.toString(8)})`,
    tryNext: ['relay-phone doctor --fix', `chmod 700 ${path}`],
  };
}

/** Asks git about `layout`, a file that every state folder has. */
async function findGitFault(path: string): Promise<CheckFinding<Id> | undefined> {
  const exposure = await findGitExposure(join(path, 'layout'));
  switch (exposure.kind) {
    case 'none':
      return undefined;
    case 'unknown':
      return {
        id: 'state-git-unknown',
        what: `git could not be asked whether it tracks ${path}: ${exposure.reason}`,
        tryNext: exposure.tryNext,
      };
    case 'tracked':
      return {
        id: 'state-tracked-by-git',
        what: `git tracks files in ${path}`,
        tryNext: [`git rm -r --cached ${path}, then replace the secrets that were committed`],
      };
    case 'would-be-committed':
      return {
        id: 'state-not-ignored',
        what: `git would commit ${path}`,
        tryNext: ['relay-phone doctor --fix, which adds a .gitignore to it'],
      };
  }
}
