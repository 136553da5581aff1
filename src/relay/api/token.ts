// The token that the owner shows to the user API: made at the first start, and known to the owner alone.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { StateFolder } from '../../state/folder.js';

const FILE = 'relay-token';

/** The token of a state folder, made (0600) where there is none. */
export function obtainToken(folder: StateFolder): string {
  const path = folder.file(FILE);
  if (!existsSync(path)) {
    // It appears whole, whenever we are killed.
    writeFileSync(`${path}.new`, randomBytes(20).toString('hex'), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
  return readFileSync(path, 'utf8').trim();
}

/** Whether an `Authorization` header shows the token, compared in constant time. */
export function showsToken(header: string | undefined, token: string): boolean {
  const [shown, wanted] = [Buffer.from(header ?? ''), Buffer.from(`Token ${token}`)];
  return shown.length === wanted.length && timingSafeEqual(shown, wanted);
}
