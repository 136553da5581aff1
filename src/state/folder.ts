// The state folder (`.relay-phone`): journal, databases and locks, readable by its owner only and ignored by git.
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hideSecret } from '../debug.js';
import { findSystemCode, RelayPhoneError } from '../errors.js';

/** The version of the folder's layout; raised when an older relay-phone must not touch a folder any more. */
const LAYOUT = 1;

/** An opened state folder. */
export interface StateFolder {
  readonly path: string;
  /** Returns the path of a file in the folder. */
  file(name: string): string;
}

/**
 * Opens the state folder; creates it (0700, with its own `.gitignore`) if it is missing.
 *
 * @throws RelayPhoneError `needsUser` if it cannot be written or belongs to a newer relay-phone.
 */
export function openStateFolder(path: string): StateFolder {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    chmodSync(path, 0o700);
    writeOnce(join(path, '.gitignore'), '*\n');
    writeOnce(join(path, 'layout'), `${LAYOUT}\n`);
  } catch (error) {
    throw new RelayPhoneError({
      kind: 'needsUser',
      task: `open the state folder ${path}`,
      reason: `it cannot be written (${findSystemCode(error) ?? String(error)})`,
      tryNext: ['--state-dir PATH with a folder you may write to'],
      cause: error,
    });
  }
  return openExisting(path);
}

/**
 * Opens the state folder if it exists, without changing anything; else returns undefined.
 *
 * @throws RelayPhoneError `needsUser` if it belongs to a newer relay-phone.
 */
export function findStateFolder(path: string): StateFolder | undefined {
  return existsSync(join(path, 'layout')) ? openExisting(path) : undefined;
}

function openExisting(path: string): StateFolder {
  verifyLayout(path);
  return { path, file: (name) => join(path, name) };
}

/** Writes by rename, so that a kill never leaves half a file. Older versions could leave an empty one: it is rewritten. */
function writeOnce(path: string, text: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.size) return;
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, text, { mode: 0o600 });
  renameSync(temporary, path);
}

function verifyLayout(path: string): void {
  const layout = Number(readFileSync(join(path, 'layout'), 'utf8').trim());
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

/** Returns the secret in a file of the state folder: 160 random bits in hex. Creates the file (0600) if it is missing. */
export function obtainSecret(folder: StateFolder, file: string): string {
  const path = folder.file(file);
  if (!existsSync(path)) {
    // Renamed into place, so that a kill never leaves half a file.
    writeFileSync(`${path}.new`, randomBytes(20).toString('hex'), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
  const secret = readFileSync(path, 'utf8').trim();
  hideSecret(secret);
  return secret;
}
