// Puts a pipeline where its CI system looks for it, and never over a file that is not ours as we left it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findSystemCode, RelayPhoneError } from '../errors.js';
import { findStamp } from './stamp.js';
import type { CiSystem } from './system.js';

/** What is at the place already: nothing, the same text, or one that we wrote once and nobody has changed. */
export type ExistingFile =
  | { readonly kind: 'nothing' | 'same' }
  | { readonly kind: 'ours'; readonly text: string; readonly by: string };

/** The top of the repository that a folder is in: the nearest with a `.git`, else the folder itself. */
export function findTop(folder: string): string {
  for (let top = folder; ; top = dirname(top)) {
    if (existsSync(join(top, '.git'))) return top;
    if (top === dirname(top)) return folder;
  }
}

/**
 * Looks what is there. @param path of the file
 *
 * @throws RelayPhoneError `needsUser` for a file that is not ours, or was changed since, or cannot be read.
 */
export function lookAt(path: string, text: string, system: CiSystem): ExistingFile {
  const before = readText(path);
  if (before === undefined) return { kind: 'nothing' };
  if (before.replaceAll('\r\n', '\n') === text) return { kind: 'same' };
  const by = findStamp(before);
  if (by !== undefined) return { kind: 'ours', text: before, by };
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: `write ${path}`,
    reason: 'a file is there that is not ours, or that somebody changed since, and it stays as it is',
    tryNext: [
      `relay-phone ci ${system.name} --stdout, and take from it what you need`,
      'move the file away, then run it again',
    ],
  });
}

/** Writes the file, with its folders. @throws RelayPhoneError `needsUser` when that cannot be done. */
export function writePipeline(path: string, text: string, found: ExistingFile): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    // One that came in between is not ours to write over.
    writeFileSync(path, text, { flag: found.kind === 'nothing' ? 'wx' : 'w' });
  } catch (error) {
    throw impossible('write', path, error);
  }
}

/** The lines of `text` that are not in `other`, in their order. */
export function linesBeyond(text: string, other: string): string[] {
  const known = new Set(other.split(/\r?\n/));
  return text.split(/\r?\n/).filter((line) => !known.has(line));
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (findSystemCode(error) === 'ENOENT') return undefined;
    throw impossible('read', path, error);
  }
}

function impossible(act: 'read' | 'write', path: string, cause: unknown): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `${act} ${path}`,
    reason: `the system says ${findSystemCode(cause) ?? String(cause)}`,
    tryNext: ['see to its folder, then run it again', 'the same with --stdout, which writes no file'],
    cause,
  });
}
