// Finds the processes below one that we started, and ends all of them.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { debug } from '../debug.js';

/** One running process. The group tells a process from a later one with the same number. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parentPid: number;
  readonly groupId: number;
}

/** Milliseconds between two looks at what still runs. */
const LOOK_INTERVAL_MS = 20;

/**
 * Sends SIGTERM to a process and everything below it, and SIGKILL to what still runs after `graceMs` milliseconds.
 * Windows has no SIGTERM: there all of them end at once. Resolves when none is left.
 *
 * @param pid undefined for a process that could not be started
 */
export async function stopTree(pid: number | undefined, graceMs: number): Promise<void> {
  const tree = signalTree(pid);
  const deadline = performance.now() + graceMs;
  let left = tree;
  while (left.length > 0 && performance.now() < deadline) {
    await sleep(LOOK_INTERVAL_MS);
    left = left.filter(({ pid }) => isRunning(pid));
  }
  if (left.length > 0) debug('programs', () => `kill ${left.map(({ pid }) => pid).join(', ')}`);
  if (left.length > 0) for (const { pid } of findSame(left)) send(pid, 'SIGKILL');
}

/** Sends SIGTERM to a process and everything below it when our process exits, until the returned function is called. */
export function stopTreeAtExit(pid: number | undefined): () => void {
  const stop = () => void signalTree(pid);
  process.once('exit', stop);
  return () => void process.off('exit', stop);
}

/** Does not wait. Returns what was running. */
function signalTree(pid: number | undefined): readonly ProcessEntry[] {
  if (pid === undefined) return [];
  debug('programs', () => `ask process ${pid} and those below it to end`);
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/PID', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true });
    return [];
  }
  // Listed before anything ends: the children of a process that ended get another parent.
  const tree = findTree(listProcesses(), pid);
  for (const entry of tree) send(entry.pid, 'SIGTERM');
  return tree;
}

/** A process and everything below it, parents first: one that restarts its children must not see them end before it. */
export function findTree(processes: readonly ProcessEntry[], pid: number): ProcessEntry[] {
  const tree = processes.filter((entry) => entry.pid === pid);
  for (const { pid: parent } of tree) tree.push(...processes.filter(({ parentPid }) => parentPid === parent));
  return tree;
}

/** Those of `before` that still run: a number that belongs to another process by now is left alone. */
function findSame(before: readonly ProcessEntry[]): ProcessEntry[] {
  const now = listProcesses();
  return before.filter((one) => now.some(({ pid, groupId }) => pid === one.pid && groupId === one.groupId));
}

function listProcesses(): ProcessEntry[] {
  return process.platform === 'linux' ? listFromProc() : listFromPs();
}

/** Small containers have no `ps`. Follows https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html. */
export function listFromProc(): ProcessEntry[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (readStat(Number(name)) ?? []) : []));
}

/** Undefined for a process that has ended, also one whose parent has not noticed yet. */
function readStat(pid: number): ProcessEntry | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of the program stands in parentheses, and may hold any character.
    const [state, parentPid, groupId] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : { pid, parentPid: Number(parentPid), groupId: Number(groupId) };
  } catch {
    return undefined;
  }
}

/** Follows https://pubs.opengroup.org/onlinepubs/9799919799/utilities/ps.html. */
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
    // It has ended meanwhile, or belongs to another user.
  }
}
