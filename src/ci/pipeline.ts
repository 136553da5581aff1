// Writes a CI pipeline from its template, without overwriting a file that somebody changed.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findSystemCode, RelayPhoneError } from '../errors.js';
import { findPackageFile } from '../package-file.js';
import type { CiSystem } from './systems.js';

/** What a pipeline is made of besides its template. */
export interface PipelineOptions {
  /** The version of relay-phone that it runs. */
  readonly version: string;
  /** What starts the app, as it is typed into a shell; without it the app is not checked. */
  readonly appCommand?: string | undefined;
  /** What has to be run before, such as `npm ci`. */
  readonly appSetup?: string | undefined;
}

/** What a line of a template begins with that is there only with an app, or only with something to set it up. */
const CONDITION = /^\{\{(app|setup)\}\}/;

/**
 * The text of the file, with a stamp by which {@link findStamp} knows it again.
 *
 * @throws RelayPhoneError `usage` for a command that is empty or has several lines, or a set-up without an app.
 */
export function formatPipeline(system: CiSystem, options: PipelineOptions): string {
  verifyCommands(options);
  const { version, appCommand, appSetup = '' } = options;
  const kept = { app: appCommand !== undefined, setup: appSetup !== '' };
  const values: Readonly<Record<string, string>> = {
    version,
    started: appCommand === undefined ? '' : ` -- ${appCommand}`,
    steps: appSetup,
  };
  const lines = readFileSync(findPackageFile(`templates/ci/${system.name}.yml`), 'utf8')
    .split(/\r?\n/)
    .filter((line) => {
      const condition = CONDITION.exec(line)?.[1] as keyof typeof kept | undefined;
      return condition === undefined || kept[condition];
    })
    // GitHub's own expressions have a space behind their brackets.
    .map((line) =>
      line.replace(CONDITION, '').replace(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole),
    );
  return addStamp(lines.join('\n'), `relay-phone ${version} (relay-phone ci ${system.name})`);
}

function verifyCommands({ appCommand, appSetup }: PipelineOptions): void {
  for (const [flag, command] of Object.entries({ '--app-command': appCommand, '--app-setup': appSetup })) {
    if (command === undefined) continue;
    if (command.trim() === '' || /[\r\n]/.test(command))
      throw createUsageError(`${flag} takes one line for a shell`);
  }
  if (appSetup !== undefined && appCommand === undefined)
    throw createUsageError('--app-setup is for the app of --app-command');
}

function createUsageError(reason: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: 'understand the command',
    reason,
    tryNext: ["relay-phone ci github --app-setup 'npm ci' --app-command 'npm start'"],
  });
}

/** What is at the place already: nothing, the same text, or one that we wrote once and nobody has changed. */
export type ExistingFile =
  | { readonly kind: 'nothing' | 'same' }
  | { readonly kind: 'ours'; readonly text: string; readonly by: string };

/** The top of the repository that a folder is in: the nearest with a `.git`, else the folder itself. */
export function findRepositoryRoot(folder: string): string {
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
export function checkExistingFile(path: string, text: string, system: CiSystem): ExistingFile {
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
    throw createFileError('write', path, error);
  }
}

/** The lines of `text` that are not in `other`, in their order. */
export function listNewLines(text: string, other: string): string[] {
  const known = new Set(other.split(/\r?\n/));
  return text.split(/\r?\n/).filter((line) => !known.has(line));
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (findSystemCode(error) === 'ENOENT') return undefined;
    throw createFileError('read', path, error);
  }
}

function createFileError(act: 'read' | 'write', path: string, cause: unknown): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `${act} ${path}`,
    reason: `the system says ${findSystemCode(cause) ?? String(cause)}`,
    tryNext: ['see to its folder, then run it again', 'the same with --stdout, which writes no file'],
    cause,
  });
}

const STAMP = /^# Written by (.+)\. Checksum of the rest: ([0-9a-f]{16})\r?\n/;

/** Puts the stamp before a text. @param by who wrote it, in words without a line end */
function addStamp(text: string, by: string): string {
  return `# Written by ${by}. Checksum of the rest: ${digest(text)}\n${text}`;
}

/** Who wrote a text; undefined for one without a stamp, or that was changed since. Line ends do not count. */
function findStamp(text: string): string | undefined {
  const [line = '', by, found] = STAMP.exec(text) ?? [];
  return found === digest(text.slice(line.length)) ? by : undefined;
}

/** Git may write the lines of a checkout with the ends that Windows knows. */
function digest(text: string): string {
  return createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex').slice(0, 16);
}
