// Finds the descendants of a process that we started, and ends all of them.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { debug } from '../debug.js';

/** A running process. The group id distinguishes it from a later process with the same pid. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parentPid: number;
  readonly groupId: number;
}

/** Milliseconds between checks whether the processes still run. */
const POLL_INTERVAL_MS = 20;

/**
 * Sends SIGTERM to a process and its descendants, and SIGKILL to those that still run after `graceMs` milliseconds.
 * Windows has no SIGTERM: there all of them end at once. Resolves when none is left.
 *
 * @param pid undefined for a process that could not be started
 */
export async function stopTree(pid: number | undefined, graceMs: number): Promise<void> {
  const tree = signalTree(pid);
  const deadline = performance.now() + graceMs;
  let left = tree;
  while (left.length > 0 && performance.now() < deadline) {
    await sleep(POLL_INTERVAL_MS);
    left = left.filter(({ pid }) => isRunning(pid));
  }
  if (left.length > 0) debug('programs', () => `kill ${left.map(({ pid }) => pid).join(', ')}`);
  if (left.length > 0) for (const { pid } of findSame(left)) send(pid, 'SIGKILL');
}

/** Sends SIGTERM to a process and its descendants when our process exits, until the returned function is called. */
export function stopTreeAtExit(pid: number | undefined): () => void {
  const stop = () => void signalTree(pid);
  process.once('exit', stop);
  return () => void process.off('exit', stop);
}

/** Sends SIGTERM without waiting, and returns the processes that were running. */
function signalTree(pid: number | undefined): readonly ProcessEntry[] {
  if (pid === undefined) return [];
  debug('programs', () => `ask process ${pid} and its descendants to end`);
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/PID', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true });
    return [];
  }
  // Listed before any of them ends, because children of an ended process get another parent.
  const tree = findTree(listProcesses(), pid);
  for (const entry of tree) send(entry.pid, 'SIGTERM');
  return tree;
}

/** Returns a process and its descendants, parents first, so that no parent restarts a child that has ended. */
export function findTree(processes: readonly ProcessEntry[], pid: number): ProcessEntry[] {
  const tree = processes.filter((entry) => entry.pid === pid);
  for (const { pid: parent } of tree) tree.push(...processes.filter(({ parentPid }) => parentPid === parent));
  return tree;
}

/** Returns the entries of `before` that still run; a pid that now belongs to another process does not count. */
function findSame(before: readonly ProcessEntry[]): ProcessEntry[] {
  const now = listProcesses();
  return before.filter((one) => now.some(({ pid, groupId }) => pid === one.pid && groupId === one.groupId));
}

function listProcesses(): ProcessEntry[] {
  return process.platform === 'linux' ? listFromProc() : listFromPs();
}

/** Lists processes from /proc, because small containers have no `ps`. Follows https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html. */
export function listFromProc(): ProcessEntry[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (readStat(Number(name)) ?? []) : []));
}

/** Returns undefined if the process has ended, also if it is a zombie. */
function readStat(pid: number): ProcessEntry | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The program's name is in parentheses and may hold any character.
    const [state, parentPid, groupId] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : { pid, parentPid: Number(parentPid), groupId: Number(groupId) };
  } catch {
    return undefined;
  }
}

/** Lists processes with `ps`. Follows https://pubs.opengroup.org/onlinepubs/9799919799/utilities/ps.html. */
export function listFromPs(): ProcessEntry[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat='], { encoding: 'utf8' });
  return (stdout ?? '').split('\n').flatMap((line) => {
    const [pid, parentPid, groupId, state] = line.trim().split(/\s+/);
    return !pid || state?.startsWith('Z')
      ? []
      : { pid: Number(pid), parentPid: Number(parentPid), groupId: Number(groupId) };
  });
}

function isRunning(pid: number): boolean {
  if (process.platform === 'linux') return readStat(pid) !== undefined;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // The process has ended in the meantime, or belongs to another user.
  }
}
