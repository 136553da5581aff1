// Writes a CI pipeline from its template, without overwriting a file that somebody changed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findSystemCode, RelayPhoneError } from '../errors.js';
import { findPackageFile } from '../package-file.js';
import type { CiSystem } from './systems.js';

/** The values that {@link formatPipeline} puts into a template. */
export interface PipelineOptions {
  /** The version of relay-phone that the pipeline runs. */
  readonly version: string;
  /** A shell command that starts the app. Without it the pipeline does not check the app. */
  readonly appCommand?: string | undefined;
  /** A shell command to run before `appCommand`, such as `npm ci`. */
  readonly appSetup?: string | undefined;
}

/** Starts a template line that is kept only with an app, or only with a setup command. */
const CONDITION = /^\{\{(app|setup)\}\}/;

/**
 * Formats the pipeline file. Its first line is a stamp, by which {@link checkExistingFile} recognises it later.
 *
 * @throws RelayPhoneError `usage` for an empty command, one of several lines, or a setup command without an app.
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
    // GitHub's own expressions have a space after the braces, so they do not match.
    .map((line) =>
      line.replace(CONDITION, '').replace(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole),
    );
  return addStamp(lines.join('\n'), `relay-phone ${version} (relay-phone ci ${system.name})`);
}

function verifyCommands({ appCommand, appSetup }: PipelineOptions): void {
  for (const [flag, command] of Object.entries({ '--app-command': appCommand, '--app-setup': appSetup })) {
    if (command === undefined) continue;
    if (command.trim() === '' || /[\r\n]/.test(command))
      throw createUsageError(`${flag} takes a shell command of one line`);
  }
  if (appSetup !== undefined && appCommand === undefined)
    throw createUsageError('--app-setup needs --app-command');
}

function createUsageError(reason: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: 'understand the command',
    reason,
    tryNext: ["relay-phone ci github --app-setup 'npm ci' --app-command 'npm start'"],
  });
}

/** The file at the path: none, one with the same text, or one that relay-phone wrote and nobody has changed. */
export type ExistingFile =
  | { readonly kind: 'nothing' | 'same' }
  | { readonly kind: 'ours'; readonly text: string; readonly by: string };

/** Returns the nearest parent folder with a `.git`, else the folder itself. */
export function findRepositoryRoot(folder: string): string {
  for (let root = folder; ; root = dirname(root)) {
    if (existsSync(join(root, '.git'))) return root;
    if (root === dirname(root)) return folder;
  }
}

/**
 * Checks what is at the path.
 *
 * @param text the text that will be written
 * @throws RelayPhoneError `needsUser` for a file that relay-phone did not write, was changed, or cannot be read.
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
    reason: 'relay-phone did not write this file, or somebody has changed it, so it stays as it is',
    tryNext: [
      `relay-phone ci ${system.name} --stdout, and copy what you need`,
      'move the file away, then run it again',
    ],
  });
}

/** Writes the file and its folders. @throws RelayPhoneError `needsUser` if the system refuses. */
export function writePipeline(path: string, text: string, found: ExistingFile): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    // `wx` fails if a file has appeared in the meantime.
    writeFileSync(path, text, { flag: found.kind === 'nothing' ? 'wx' : 'w' });
  } catch (error) {
    throw createFileError('write', path, error);
  }
}

/** Lists the lines of `text` that are not in `other`, in order. */
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

function createFileError(action: 'read' | 'write', path: string, cause: unknown): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `${action} ${path}`,
    reason: `the system reports ${findSystemCode(cause) ?? String(cause)}`,
    tryNext: ['check the folder, then run it again', 'run it with --stdout, which writes no file'],
    cause,
  });
}

const STAMP = /^# Written by (.+)\. Checksum of the rest: ([0-9a-f]{16})\r?\n/;

/** Adds the stamp as the first line. @param by the author, without a line break */
function addStamp(text: string, by: string): string {
  return `# Written by ${by}. Checksum of the rest: ${digest(text)}\n${text}`;
}

/** Returns the author of a text; undefined without a stamp, or if the text was changed. Line endings do not count. */
function findStamp(text: string): string | undefined {
  const [line = '', by, found] = STAMP.exec(text) ?? [];
  return found === digest(text.slice(line.length)) ? by : undefined;
}

/** Line endings are normalised, because git may check files out with CRLF. */
function digest(text: string): string {
  return createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex').slice(0, 16);
}
