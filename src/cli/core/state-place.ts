// Finds the state folder of a command, and makes sure that it is ours before anything in it is read.
import { lstatSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { findSystemCode, RelayPhoneError } from '../../errors.js';
import { explainMachineFault, namePath } from '../../machine-fault.js';
import { findFolderTracking } from '../../settings/env-file/git.js';
import { describeSpecialFile } from '../../special-file.js';
import {
  findStateFolder,
  findStateId,
  notAStateFolder,
  openStateFolder,
  type StateFolder,
} from '../../state/folder.js';
import { type Ownership, openStateOwnership, type StateOwnership } from '../../state/ownership.js';
import { openUserRecords } from '../../user-records.js';
import type { CliPorts } from './ports.js';
import { declined, findPrompts } from './prompts.js';
import type { Screen } from './screen.js';

/** The variable that adopts a folder: 1, or the id of the folder. It counts only in the process environment. */
const ADOPT_VARIABLE = 'RELAY_PHONE_ADOPT';

/** The place of a command's state folder. Only through it do commands open the folder. */
export interface StatePlace {
  readonly path: string;
  /** Returns the folder, unchanged; undefined if it does not exist, or if it is not ours and the command goes on. */
  find(): StateFolder | undefined;
  /** Opens the folder; creates it if it does not exist. @throws RelayPhoneError `needsUser` if it is not ours. */
  open(): StateFolder;
  /** What a program that we start must have in its environment to use the folder too, also with another home folder. */
  environment(): Readonly<Record<string, string>>;
  /**
   * Removes the folder with everything in it, and the user's record about it.
   *
   * @returns the removed paths; none if the folder does not exist
   * @throws RelayPhoneError `needsUser` if it is not ours, or cannot be removed.
   */
  remove(): readonly string[];
}

/** How a command names its state folder, and whether the user adopts it. */
export interface StateRequest {
  readonly path: string;
  /** True if a flag or the environment named it: then it may be a link. */
  readonly isNamed: boolean;
  readonly adopt: boolean;
  /** True if the user may be asked on a terminal. `--yes` answers other questions than this one. */
  readonly isAsked: boolean;
}

/**
 * Finds the state folder. If it is not ours, the user may adopt it: by `--adopt`, by {@link ADOPT_VARIABLE}, or by an
 * answer on a terminal. A folder that git tracks is never adopted.
 *
 * @param onFault receives what would be thrown; the folder is then neither read nor written
 * @throws RelayPhoneError `needsUser` if the folder is not ours, is not a state folder, or belongs to a newer relay-phone.
 */
export async function locateState(
  ports: CliPorts,
  screen: Screen,
  request: StateRequest,
  onFault?: (fault: RelayPhoneError) => void,
): Promise<StatePlace> {
  const ownership = openStateOwnership(openUserRecords(ports.environment, 'state-folders'));
  try {
    const path = resolveLink(request);
    await verifyOurs(ports, screen, ownership, { ...request, path });
    return createPlace(path, screen, ownership);
  } catch (error) {
    const fault = explainFault(request.path, error);
    if (!onFault) throw fault;
    onFault(fault);
    return createClosedPlace(request.path, fault);
  }
}

/** @throws the error, if it is a bug of ours */
function explainFault(path: string, error: unknown): RelayPhoneError {
  if (error instanceof RelayPhoneError) return error;
  if (findSystemCode(error) === undefined) throw error;
  return unusable(path, error);
}

/**
 * A place without a question, for a folder that the caller has just made.
 *
 * @param path of a folder that is missing or empty
 */
export function createOwnPlace(path: string): StatePlace {
  return {
    path,
    find: () => findStateFolder(path),
    open: () => openStateFolder(path),
    environment: () => ({}),
    remove: () => {
      rmSync(path, { recursive: true, force: true });
      return [path];
    },
  };
}

function createPlace(path: string, screen: Screen, ownership: StateOwnership): StatePlace {
  let isOurs = false;
  return {
    path,
    find: () => {
      // Another run may have made the folder since this one looked.
      isOurs ||= examine(ownership, path).kind === 'ours';
      return isOurs ? findStateFolder(path) : undefined;
    },
    open: () => {
      const found = examine(ownership, path);
      if (found.kind !== 'ours' && found.kind !== 'unused' && findStateFolder(path))
        throw notOurs(path, found);
      const { folder, isKnown } = ownership.open(path);
      if (!isKnown) {
        screen.warn(
          `${path} is ours in this run only, because there is no home folder to remember it in: the next one needs --adopt or ${ADOPT_VARIABLE}=1`,
        );
      }
      return folder;
    },
    environment: () => {
      const id = findStateId(path);
      return id === undefined ? {} : { [ADOPT_VARIABLE]: id };
    },
    remove: () => {
      const found = examine(ownership, path);
      if (found.kind === 'unused') return [];
      if (found.kind !== 'ours') throw notOurs(path, found);
      try {
        return ownership.remove(path);
      } catch (error) {
        throw unusable(path, error);
      }
    },
  };
}

function createClosedPlace(path: string, fault: RelayPhoneError): StatePlace {
  return {
    path,
    find: () => undefined,
    open: () => {
      throw fault;
    },
    environment: () => ({}),
    remove: () => {
      throw fault;
    },
  };
}

/** A link in a repository may lead to the state of another project, so the usual place must not be one. */
function resolveLink({ path, isNamed }: StateRequest): string {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return path;
  if (isNamed) return statSync(path, { throwIfNoEntry: false }) ? realpathSync(path) : path;
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: `use the state folder ${path}`,
    reason: 'it is a symbolic link, which may have come with the repository',
    tryNext: ['--state-dir PATH of the folder that it leads to, if it is yours'],
  });
}

async function verifyOurs(
  ports: CliPorts,
  screen: Screen,
  ownership: StateOwnership,
  request: StateRequest,
): Promise<void> {
  const { path } = request;
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  verifyRegularFiles(path);
  const found = examine(ownership, path);
  // A foreign folder, or the layout of a newer version: both are refused before anybody is asked.
  if (found.kind !== 'unused' && !findStateFolder(path)) throw notAStateFolder(path);
  const known = found.kind === 'ours' ? found.indexes : undefined;
  const { state, refusal, indexes } = await findFolderTracking(path, known);
  if (state === 'tracked') throw trackedByGit(path);
  if (found.kind === 'unused') return;
  if (refusal)
    screen.warn(
      `git could not be asked whether it tracks ${path} (${refusal.reason}): only your own record says that it is yours`,
    );
  if (found.kind !== 'ours') await adopt(ports, screen, ownership, request, found);
  ownership.note(path, indexes);
}

/** A named pipe in place of a file would make a command wait for ever; a device never ends. */
function verifyRegularFiles(path: string): void {
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() || entry.isDirectory()) continue;
    const file = join(entry.parentPath, entry.name);
    const stats = statSync(file, { throwIfNoEntry: false });
    const special = stats && !stats.isDirectory() ? describeSpecialFile(file, stats) : undefined;
    if (!special) continue;
    throw new RelayPhoneError({
      kind: 'needsUser',
      task: `use the state folder ${path}`,
      reason: `${relative(path, file)} is ${special.name}, and not a file`,
      tryNext: [`remove ${file}`, '--state-dir PATH with another folder'],
    });
  }
}

async function adopt(
  ports: CliPorts,
  screen: Screen,
  ownership: StateOwnership,
  request: StateRequest,
  found: Foreign,
): Promise<void> {
  const { path } = request;
  const wanted = ports.environment[ADOPT_VARIABLE];
  // The id of one folder, for programs that we start ourselves: their folder is ours already.
  if (found.kind === 'unknown' && wanted !== undefined && wanted === findStateId(path))
    return ownership.accept(path);
  const isAgreed = request.adopt || wanted === '1' || (await asksToAdopt(ports, request, found));
  if (isAgreed === undefined) throw notOurs(path, found);
  if (!isAgreed) throw declined(`use the state folder ${path}`);
  try {
    ownership.adopt(path);
  } catch (error) {
    throw unusable(path, error);
  }
  screen.done(`adopted ${path}`);
}

/** Returns the answer; undefined if this run cannot ask. */
async function asksToAdopt(
  ports: CliPorts,
  { path, isAsked }: StateRequest,
  found: Foreign,
): Promise<boolean | undefined> {
  const prompts = isAsked ? findPrompts(ports) : undefined;
  if (!prompts) return undefined;
  const question = `${path}: ${describe(found)}. relay-phone would trust what is in it, and take back the changes that it lists. Use it?`;
  return prompts.confirm(question);
}

function examine(ownership: StateOwnership, path: string): Ownership {
  try {
    return ownership.examine(path);
  } catch (error) {
    throw error instanceof RelayPhoneError ? error : unusable(path, error);
  }
}

type Foreign = Exclude<Ownership, { kind: 'unused' | 'ours' }>;

function describe(found: Foreign): string {
  switch (found.kind) {
    case 'unknown':
      return 'you did not make this folder with this version of relay-phone; it may have come with the repository';
    case 'copy':
      return `it is a copy of ${found.original}`;
    case 'other-user':
      return `its files belong to the user ${found.userId}, and you are ${process.getuid?.()}`;
  }
}

function notOurs(path: string, found: Foreign): RelayPhoneError {
  const ownUser = found.kind === 'other-user' ? ['run it as the user who made the folder, without sudo'] : [];
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `use the state folder ${path}`,
    reason: describe(found),
    tryNext: [
      ...ownUser,
      `--adopt, once, if it is yours (${ADOPT_VARIABLE}=1 in the environment of a CI job)`,
      '--state-dir PATH with another folder',
      'move it away: relay-phone then makes a new one',
    ],
  });
}

function trackedByGit(path: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `use the state folder ${path}`,
    reason: 'git tracks files in it, so it may have come with the repository',
    tryNext: [
      '--state-dir PATH with another folder',
      `git rm -r --cached ${path}, if you committed it yourself; then replace the secrets in it`,
    ],
  });
}

function unusable(path: string, cause: unknown): RelayPhoneError {
  const { reason, tryNext } = explainMachineFault(namePath(cause, path)) ?? {
    reason: `it cannot be used (${String(cause)})`,
    tryNext: [],
  };
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `use the state folder ${path}`,
    reason,
    tryNext: [...tryNext, '--state-dir PATH with a folder that you may read and write'],
    cause,
  });
}
