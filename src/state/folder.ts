// The state folder (`.relay-phone`): journal, databases and locks, readable by its owner only and ignored by git.
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { hideSecret } from '../debug.js';
import { findSystemCode, RelayPhoneError } from '../errors.js';
import { explainMachineFault, namePath, onPath } from '../machine-fault.js';
import { writePrivateFile } from './private-file.js';

/** The version of the folder's layout; raised when an older relay-phone must not touch a folder any more. */
const LAYOUT = 1;

/** The files of a new folder, besides its id. They hold nothing that could be trusted. */
const START_FILES: Readonly<Record<string, string>> = { '.gitignore': '*\n', layout: `${LAYOUT}\n` };
/** Identifies the folder in the user's own records, wherever it is moved. */
const ID_FILE = 'id';

/** An opened state folder. */
export interface StateFolder {
  readonly path: string;
  /** Returns the path of a file in the folder. */
  file(name: string): string;
}

/**
 * Opens the state folder; creates it (0700, with its own `.gitignore`) if it is missing or empty.
 *
 * Whose folder it is, commands find out before: see `cli/core/state-place.ts`.
 *
 * @param onCreate is called with the random id of a folder that is created, before the id is in the folder
 * @throws RelayPhoneError `needsUser` if it cannot be written, belongs to a newer relay-phone, or has other contents.
 */
export function openStateFolder(path: string, onCreate: (id: string) => void = () => undefined): StateFolder {
  try {
    const isNew = isUnused(path);
    if (!isNew && !existsSync(join(path, 'layout')) && existsSync(path)) throw notAStateFolder(path);
    createFolder(path);
    chmodSync(path, 0o700);
    for (const [name, text] of Object.entries(START_FILES)) writeOnce(join(path, name), text);
    // Last, because a folder without it counts as unused.
    if (isNew) {
      const id = createStateId();
      onCreate(id);
      writeStateId(path, id);
    }
  } catch (error) {
    if (error instanceof RelayPhoneError) throw error;
    const { reason, tryNext } = explainMachineFault(namePath(error, path)) ?? {
      reason: String(error),
      tryNext: [],
    };
    throw new RelayPhoneError({
      kind: 'needsUser',
      task: `open the state folder ${path}`,
      reason: `it cannot be written: ${reason}`,
      tryNext: [...tryNext, '--state-dir PATH with a folder you may write to'],
      cause: error,
    });
  }
  return openExisting(path);
}

/** Creates a folder and those above it, one by one: otherwise Node.js reports a read-only disk as ENOENT. */
function createFolder(path: string): void {
  const parent = dirname(path);
  if (parent !== path && !existsSync(parent)) createFolder(parent);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (findSystemCode(error) !== 'EEXIST') throw error;
  }
}

/** Returns a new id for a folder. */
export function createStateId(): string {
  return randomBytes(16).toString('hex');
}

/** Gives the folder an id. Remember it first, so that a parallel run never sees an id that nobody remembers. */
export function writeStateId(path: string, id: string): void {
  writePrivateFile(join(path, ID_FILE), `${id}\n`);
}

/** Returns the id of a state folder; undefined if an earlier version made it, or if it is not a state folder. */
export function findStateId(path: string): string | undefined {
  try {
    return readFileSync(join(path, ID_FILE), 'utf8').trim() || undefined;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(findSystemCode(error) ?? '')) return undefined;
    throw error;
  }
}

/** True if the folder is missing, is empty, or holds no more than a run that was killed while it created the folder left. */
export function isUnused(path: string): boolean {
  const type = statSync(path, { throwIfNoEntry: false });
  if (!type) return true;
  if (!type.isDirectory()) return false;
  return readdirSync(path).every((name) => {
    if (/^(\.gitignore|layout|id)\.[0-9a-f]+$/.test(name)) return true;
    const text = START_FILES[name];
    return text !== undefined && ['', text].includes(readFileSync(join(path, name), 'utf8'));
  });
}

/** Returns the error for a folder with other contents, which never becomes a state folder. */
export function notAStateFolder(path: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `open the state folder ${path}`,
    reason: 'it is not empty, and relay-phone did not make it',
    tryNext: ['--state-dir PATH of a folder that is empty or does not exist yet'],
  });
}

/**
 * Opens the state folder if it exists, without changing anything; else returns undefined.
 *
 * @throws RelayPhoneError `needsUser` if it belongs to a newer relay-phone; the system's error if it cannot be looked into.
 */
export function findStateFolder(path: string): StateFolder | undefined {
  return statSync(join(path, 'layout'), { throwIfNoEntry: false }) ? openExisting(path) : undefined;
}

function openExisting(path: string): StateFolder {
  verifyLayout(path);
  return { path, file: (name) => join(path, name) };
}

/** Older versions could leave an empty file: it is rewritten. So is a `.gitignore` that does not ignore everything. */
function writeOnce(path: string, text: string): void {
  const isKept = path.endsWith('.gitignore')
    ? hasText(path, text)
    : statSync(path, { throwIfNoEntry: false })?.size;
  if (!isKept) writePrivateFile(path, text);
}

function hasText(path: string, text: string): boolean {
  return existsSync(path) && readFileSync(path, 'utf8') === text;
}

function verifyLayout(path: string): void {
  const file = join(path, 'layout');
  const layout = Number(onPath(file, () => readFileSync(file, 'utf8')).trim());
  if (layout === LAYOUT) return;
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: `open the state folder ${path}`,
    reason:
      layout > LAYOUT
        ? `a newer relay-phone wrote it (layout ${layout}, this one knows ${LAYOUT})`
        : `its layout file says neither ${LAYOUT} nor a newer layout`,
    tryNext: ['npx relay-phone@latest', '--state-dir PATH with another folder'],
  });
}

const SECRET_BYTES = 20;
/** The form of a secret: {@link SECRET_BYTES} in hex. */
const SECRET = /^[0-9a-f]{40}$/;

/**
 * Returns the secret in a file of the state folder: 160 random bits in hex. Creates the file (0600) if it is missing.
 *
 * @throws RelayPhoneError `needsUser` if the file holds anything else: an empty secret would let everybody in. Also if it
 *   is a link: others may read, or have chosen, what is at its end.
 */
export function obtainSecret(folder: StateFolder, file: string): string {
  const path = folder.file(file);
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) writePrivateFile(path, randomBytes(SECRET_BYTES).toString('hex'));
  else if (!found.isFile()) throw unusableSecret(path, describeType(found));
  const secret = onPath(path, () => readFileSync(path, 'utf8')).trim();
  if (secret === '') throw unusableSecret(path, 'the file is empty');
  if (!SECRET.test(secret))
    throw unusableSecret(path, `it is not ${SECRET_BYTES * 2} hex digits, as we write it`);
  hideSecret(secret);
  return secret;
}

function describeType(file: Stats): string {
  if (file.isSymbolicLink()) return 'it is a symbolic link, and relay-phone makes none';
  return 'it is not a file';
}

function unusableSecret(path: string, reason: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `use the token in ${path}`,
    reason,
    tryNext: [
      `delete ${path}: the next run makes a new token`,
      'then give the new one to the programs that have the old one, or start them again',
    ],
  });
}
