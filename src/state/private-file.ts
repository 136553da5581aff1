// Writes the small files of the state folder: readable by their owner only, and never half written.
import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { onPath } from '../machine-fault.js';

/**
 * Replaces a file by a rename, mode 0600: even after a kill it is the old file or the new one.
 *
 * @throws the system's error, which names the file
 */
export function writePrivateFile(path: string, content: string | Uint8Array): void {
  onPath(path, () => {
    const temporary = `${path}.${randomBytes(4).toString('hex')}`;
    try {
      writeFileSync(temporary, content, { mode: 0o600, flag: 'wx' });
      renameSync(temporary, path);
    } catch (error) {
      remove(temporary);
      throw error;
    }
  });
}

/** What could not be written often cannot be removed: only the first error tells why. */
function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // See above.
  }
}
