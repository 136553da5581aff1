// Takes back what was written to an .env file, and finds out whether an interrupted write took place.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { readEnvFile } from '../settings/env-file/read.js';
import { hashValue, restoreEnv } from '../settings/env-file/restore.js';
import { saveEnvFile } from '../settings/env-file/save.js';
import type { Change, ChangeDataOf } from './changes.js';
import type { Setup, UndoOutcome } from './setup.js';

/** The file is replaced whole, so one of our values in it means that all are. */
export async function settleEnv(setup: Setup, change: Change): Promise<void> {
  const { data } = change;
  if (data.kind !== 'env-written') return;
  const values = readEnvFile(data.path)?.values;
  const written = Object.entries(data.keys).some(([key, hash]) => {
    const value = values?.get(key);
    return value !== undefined && hashValue(value) === hash;
  });
  if (written) setup.journal.done(change);
  else setup.journal.abandoned(change);
}

/** Gives each key that still holds our value its old one back; the others are left and named. */
export async function undoEnv(_setup: Setup, change: Change): Promise<UndoOutcome> {
  const { data } = change;
  if (data.kind !== 'env-written') throw new Error(`not an env file: ${data.kind}`);
  const file = readEnvFile(data.path);
  if (!file) return { undone: true, text: `${data.path} is no longer there` };
  const before = findBackup(data);
  if (data.backup && !before)
    return { undone: false, text: `${data.path} stays: the copy ${data.backup} is gone` };
  const { bytes, keys } = restoreEnv(file.bytes, before, new Map(Object.entries(data.keys)));
  if (!bytes || (data.created && before?.equals(bytes))) {
    rmSync(file.realPath);
    return { undone: true, text: `removed ${data.path}` };
  }
  if (!bytes.equals(file.bytes)) saveEnvFile(data.path, bytes, { expected: file.bytes });
  const left = keys.filter(({ outcome }) => outcome === 'changed-since').map(({ key }) => key);
  const except = left.length > 0 ? `, but for ${left.join(', ')}: changed since` : '';
  return { undone: true, text: `restored ${data.path}${except}` };
}

function findBackup(data: ChangeDataOf<'env-written'>): Buffer | undefined {
  return data.backup && existsSync(data.backup) ? readFileSync(data.backup) : undefined;
}
