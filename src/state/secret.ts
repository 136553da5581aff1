// A random secret in the state folder, created when it is first needed and readable by its owner only.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hideSecret } from '../debug.js';
import type { StateFolder } from './folder.js';

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
