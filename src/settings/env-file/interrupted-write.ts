// The record of a file that is being written in place: with it, a later run completes what a kill cut short.
import * as fs from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { findSystemCode } from '../../errors.js';

/** Both versions of a file that is being written in place. */
export interface WriteRecord {
  /** Absolute, without symbolic links. */
  readonly path: string;
  readonly before: Buffer;
  readonly after: Buffer;
}

const FILE = 'written-in-place.json';

const recordSchema = z.object({ path: z.string(), before: z.string(), after: z.string() });

/** Keeps both versions, mode 0600, until {@link removeWriteRecord}. @throws the system's error */
export function keepWriteRecord(folder: string, { path, before, after }: WriteRecord): void {
  const file = join(folder, FILE);
  const temporary = `${file}.${process.pid}`;
  const text = JSON.stringify({
    path,
    before: before.toString('base64'),
    after: after.toString('base64'),
  } satisfies z.infer<typeof recordSchema>);
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    fs.writeFileSync(temporary, text, { mode: 0o600, flush: true });
    fs.renameSync(temporary, file);
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

/** Removes the record, once the file has been written. */
export function removeWriteRecord(folder: string): void {
  fs.rmSync(join(folder, FILE), { force: true });
}

/**
 * Completes the write that a killed run left half done in this folder, if there is one. A file that was written completely, or
 * not at all, or changed by somebody since, stays as it is.
 *
 * @param isAllowed returns whether the file may be written: a record may have come with a folder of somebody else
 * @returns the path of the file that was completed; undefined if nothing had to be done
 * @throws the system's error
 */
export function completeInterruptedWrite(
  folder: string,
  isAllowed: (path: string) => boolean,
): string | undefined {
  const record = findWriteRecord(folder);
  if (!record) return undefined;
  const { path, after } = record;
  const isDue = isAllowed(path) && fs.statSync(path, { throwIfNoEntry: false })?.isFile();
  const isCut = isDue && isCutShort(fs.readFileSync(path), record);
  if (isCut) {
    const file = fs.openSync(path, 'r+');
    try {
      fs.writeFileSync(file, after);
      fs.ftruncateSync(file, after.length);
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
  }
  removeWriteRecord(folder);
  return isCut ? path : undefined;
}

/** True if a file holds the beginning of the new version and then the rest of the old one. */
function isCutShort(found: Buffer, { before, after }: WriteRecord): boolean {
  if (found.equals(before) || found.equals(after)) return false;
  let same = 0;
  while (same < found.length && found[same] === after[same]) same += 1;
  return found.subarray(same).equals(before.subarray(same));
}

function findWriteRecord(folder: string): WriteRecord | undefined {
  const parsed = recordSchema.safeParse(parseJson(findText(join(folder, FILE)) ?? ''));
  if (!parsed.success) return undefined;
  const { path, before, after } = parsed.data;
  return { path, before: Buffer.from(before, 'base64'), after: Buffer.from(after, 'base64') };
}

function findText(path: string): string | undefined {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(findSystemCode(error) ?? '')) return undefined;
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
