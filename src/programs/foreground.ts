// Finds out whether this process is in the foreground of its terminal: only then may it read keys or change modes there.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Milliseconds for `ps`. */
const PS_TIMEOUT_MS = 2000;

/**
 * True if the process group of this process is in the foreground of its terminal. In the background, as with `&`, a shell
 * stops a process that reads from the terminal (SIGTTIN) or changes its modes (SIGTTOU). False if it cannot be found out.
 */
export function isInForeground(platform: NodeJS.Platform = process.platform): boolean {
  // Windows has no background.
  if (platform === 'win32') return true;
  const [group, foreground] = platform === 'linux' ? readLinuxGroups() : readGroups();
  return group !== undefined && group > 0 && group === foreground;
}

/** See proc_pid_stat(5): field 5 is the group of the process, field 8 that in the foreground of its terminal. */
function readLinuxGroups(): readonly (number | undefined)[] {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    // The name of the program is in brackets, and may contain spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [Number(fields[2]), Number(fields[5])];
  } catch {
    return [];
  }
}

function readGroups(): readonly (number | undefined)[] {
  const options = { encoding: 'utf8', timeout: PS_TIMEOUT_MS } as const;
  const { stdout } = spawnSync('ps', ['-o', 'pgid=,tpgid=', '-p', String(process.pid)], options);
  return (stdout ?? '').trim().split(/\s+/).map(Number);
}
