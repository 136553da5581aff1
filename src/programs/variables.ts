// Looks into the environment of another process, of which nothing is handed out.
import { readFileSync } from 'node:fs';

/**
 * Returns whether the value of a variable that a process was started with passes the test.
 *
 * Undefined where that is not seen: on other systems than Linux, for the processes of other users, and for a process that
 * has overwritten its environment, as those that set their own title do.
 *
 * @param isWanted gets each value, which may be a secret
 */
export function someVariable(pid: number, isWanted: (value: string) => boolean): boolean | undefined {
  try {
    const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    const values = entries.flatMap((entry) => {
      const at = entry.indexOf('=');
      return at > 0 ? [entry.slice(at + 1)] : [];
    });
    if (values.some(isWanted)) return true;
    return entries.some((entry) => entry.startsWith('PATH=')) ? false : undefined;
  } catch {
    return undefined;
  }
}
