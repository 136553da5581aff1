// Takes back what was written to an .env file, and finds out whether an interrupted write took place.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { readEnvFile } from '../settings/env-file/read.js';
import { hashValue, restoreEnv } from '../settings/env-file/restore.js';
import { saveEnvFile } from '../settings/env-file/save.js';
import type { Change, ChangeDataOf } from './changes.js';
import type { Setup, UndoOutcome } from './setup.js';

/** The file is replaced whole, so one of our values in it means that all are. */
export async function settleEnv(setup: Setup, change: Change): Promise<void> {
  const { deed } = change;
  if (deed.kind !== 'env-written') return;
  const values = readEnvFile(deed.path)?.values;
  const written = Object.entries(deed.keys).some(([key, hash]) => {
    const value = values?.get(key);
    return value !== undefined && hashValue(value) === hash;
  });
  if (written) setup.journal.done(change);
  else setup.journal.abandoned(change);
}

/** Gives each key that still holds our value its old one back; the others are left and named. */
export async function undoEnv(_setup: Setup, change: Change): Promise<UndoOutcome> {
  const { deed } = change;
  if (deed.kind !== 'env-written') throw new Error(`not an env file: ${deed.kind}`);
  const file = readEnvFile(deed.path);
  if (!file) return { undone: true, text: `${deed.path} is no longer there` };
  const before = findBackup(deed);
  if (deed.backup && !before)
    return { undone: false, text: `${deed.path} stays: the copy ${deed.backup} is gone` };
  const { bytes, keys } = restoreEnv(file.bytes, before, new Map(Object.entries(deed.keys)));
  if (!bytes || (deed.created && before?.equals(bytes))) {
    rmSync(file.realPath);
    return { undone: true, text: `removed ${deed.path}` };
  }
  if (!bytes.equals(file.bytes)) saveEnvFile(deed.path, bytes, { expected: file.bytes });
  const left = keys.filter(({ outcome }) => outcome === 'changed-since').map(({ key }) => key);
  const except = left.length > 0 ? `, but for ${left.join(', ')}: changed since` : '';
  return { undone: true, text: `restored ${deed.path}${except}` };
}

function findBackup(deed: ChangeDataOf<'env-written'>): Buffer | undefined {
  return deed.backup && existsSync(deed.backup) ? readFileSync(deed.backup) : undefined;
}
