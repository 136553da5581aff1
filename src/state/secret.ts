// A secret that a state folder keeps: made when it is first wanted, and for its owner's eyes only.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hideSecret } from '../debug.js';
import type { StateFolder } from './folder.js';

/** The secret in `file` of a state folder, 160 random bits in hex, made (0600) where there is none. */
export function obtainSecret(folder: StateFolder, file: string): string {
  const path = folder.file(file);
  if (!existsSync(path)) {
    // It appears whole, whenever we are killed.
    writeFileSync(`${path}.new`, randomBytes(20).toString('hex'), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
  const secret = readFileSync(path, 'utf8').trim();
  hideSecret(secret);
  return secret;
}
