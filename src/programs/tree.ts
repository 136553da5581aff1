// Finds the processes of a program that we started, and ends all of them.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { debug } from '../debug.js';

/** A running process. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parentPid: number;
  readonly groupId: number;
  /** When it started, in the system's own form. It distinguishes the process from a later one with the same pid. */
  readonly startTime: string;
}

/** How the processes of a program are recognised. */
export interface ProcessTree {
  /** The program itself. Undefined if it could not be started. */
  readonly pid: number | undefined;
  /** Of the program itself; undefined if unknown. */
  readonly startTime?: string | undefined;
  /** True if the program leads a process group of its own. */
  readonly leadsGroup?: boolean;
  /** What {@link MARK_VARIABLE} contains in the environment of each process. Only Linux shows us that. */
  readonly mark?: string;
}

/**
 * The variable that marks the programs we start. Children inherit it, so that a process is found that left the group, and
 * whose parent has ended. A program in a program has the marks of both, separated by commas.
 */
export const MARK_VARIABLE = 'RELAY_PHONE_PROGRAM';

/** Milliseconds between checks whether the processes still run. */
const POLL_INTERVAL_MS = 20;
/** Milliseconds after which a process that SIGKILL did not end is given up: it is another user's. */
const KILL_TIMEOUT_MS = 2000;
/** Milliseconds that ended processes may take to disappear. Until its parent has collected it, `kill -0` still finds one. */
const COLLECT_TIMEOUT_MS = 2500;

/**
 * Sends SIGTERM to the processes of a program, and SIGKILL to those that still run after `graceMs` milliseconds. Windows
 * has no SIGTERM: there all of them end at once. Resolves when none is left, or only another user's.
 */
export async function stopTree(tree: ProcessTree, graceMs: number): Promise<void> {
  if (process.platform === 'win32') return killOnWindows(tree);
  const start = performance.now();
  let signalled: readonly ProcessEntry[] = [];
  for (;;) {
    // Listed again each time, because a process may have started another one meanwhile.
    const members = listTree(tree, signalled);
    const elapsed = performance.now() - start;
    if (members.length === 0 || elapsed > graceMs + KILL_TIMEOUT_MS) break;
    const isOver = elapsed >= graceMs;
    const due = isOver ? members : members.filter((one) => !isAmong(signalled, one));
    signal(due, isOver ? 'SIGKILL' : 'SIGTERM');
    signalled = [...signalled, ...members.filter((one) => !isAmong(signalled, one))];
    await sleep(POLL_INTERVAL_MS);
  }
  await waitUntil(() => !signalled.some(isListed), COLLECT_TIMEOUT_MS);
}

/** Sends SIGTERM to the processes of a program when our process exits, until the returned function is called. */
export function stopTreeAtExit(tree: ProcessTree): () => void {
  const stop = () => {
    if (process.platform === 'win32') killOnWindows(tree);
    else signal(listTree(tree), 'SIGTERM');
  };
  process.once('exit', stop);
  return () => void process.off('exit', stop);
}

/**
 * Waits until no process of the program runs any more, but at most `timeoutMs` milliseconds, and not on Windows. Returns the
 * processes that still run.
 */
export async function waitForTree(tree: ProcessTree, timeoutMs: number): Promise<readonly ProcessEntry[]> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const left = listTree(tree);
    if (left.length === 0 || performance.now() >= deadline) return left;
    await sleep(POLL_INTERVAL_MS);
  }
}

/**
 * Returns the running processes of a program, parents first, so that no parent restarts a child that has ended. Always
 * empty on Windows.
 *
 * @param known more processes of it, which may have lost their parent
 */
export function listTree(tree: ProcessTree, known: readonly ProcessEntry[] = []): ProcessEntry[] {
  if (process.platform === 'win32') return [];
  const processes = listProcesses();
  const { mark, startTime } = tree;
  // A process that is older than the program is none of it, and to read an environment takes time.
  const isOlder = (entry: ProcessEntry) => Number(entry.startTime) < Number(startTime);
  const isMarked = (entry: ProcessEntry) => mark !== undefined && !isOlder(entry) && hasMark(entry.pid, mark);
  return findTree(processes, tree, (entry) => isAmong(known, entry) || isMarked(entry));
}

/** Returns the program, its group, the processes that `isMember` accepts, and the descendants of all of them. */
export function findTree(
  processes: readonly ProcessEntry[],
  { pid, startTime, leadsGroup = false }: ProcessTree,
  isMember: (entry: ProcessEntry) => boolean = () => false,
): ProcessEntry[] {
  if (pid === undefined) return [];
  const root = processes.find((entry) => entry.pid === pid);
  // A pid is used again, and with it the number of a group.
  const isReused = root !== undefined && startTime !== undefined && root.startTime !== startTime;
  const isOwn = (entry: ProcessEntry) =>
    !isReused && (entry === root || (leadsGroup && entry.groupId === pid));
  const members = new Set(root && isOwn(root) ? [root] : []);
  for (const entry of processes) if (isOwn(entry) || isMember(entry)) members.add(entry);
  for (const { pid: parent } of members)
    for (const entry of processes) if (entry.parentPid === parent) members.add(entry);
  return [...members].filter((entry) => entry.pid !== process.pid);
}

/** Returns a running process; undefined if no process has this pid, and on Windows. */
export function findProcess(pid: number): ProcessEntry | undefined {
  if (process.platform === 'win32') return undefined;
  return process.platform === 'linux' ? readStat(pid) : listFromPs().find((entry) => entry.pid === pid);
}

/** Returns the start time of a child of ours; undefined on Windows. One that has ended already has a time that no other has. */
export function findStartTime(pid: number): string | undefined {
  if (process.platform === 'win32') return undefined;
  const startTime = process.platform === 'linux' ? readFields(pid)?.[19] : findProcess(pid)?.startTime;
  return startTime ?? 'ended';
}

/** Where process ids and start times mean the same. Both are empty on other systems than Linux. */
export interface ProcessScope {
  /** Identifies the current run of the machine, from whose start Linux counts start times. */
  readonly boot: string;
  /** A container has its own process ids. */
  readonly namespace: string;
}

/** Returns the scope of this process. */
export function findProcessScope(): ProcessScope {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return { boot, namespace: readlinkSync('/proc/self/ns/pid') };
  } catch {
    return { boot: '', namespace: '' };
  }
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
  const fields = readFields(pid);
  if (fields === undefined || fields[0] === 'Z') return undefined;
  const [, parentPid, groupId] = fields;
  return { pid, parentPid: Number(parentPid), groupId: Number(groupId), startTime: fields[19] ?? '' };
}

/** Returns the fields from the third one on, the state. */
function readFields(pid: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The program's name is in parentheses and may hold any character.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** Lists processes with `ps`: POSIX, and `lstart`, which the BSDs and macOS have too. */
export function listFromPs(): ProcessEntry[] {
  const columns = 'pid=,ppid=,pgid=,stat=,lstart=';
  const { stdout } = spawnSync('ps', ['-A', '-o', columns], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  return (stdout ?? '').split('\n').flatMap((line) => {
    const [pid, parentPid, groupId, state, ...startTime] = line.trim().split(/\s+/);
    return !pid || state?.startsWith('Z')
      ? []
      : {
          pid: Number(pid),
          parentPid: Number(parentPid),
          groupId: Number(groupId),
          startTime: startTime.join(' '),
        };
  });
}

/** True if the process was started with the mark in its environment. False where the system does not show us that. */
export function hasMark(pid: number, mark: string): boolean {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
    const value = variables.find((one) => one.startsWith(`${MARK_VARIABLE}=`));
    return (
      value
        ?.slice(MARK_VARIABLE.length + 1)
        .split(',')
        .includes(mark) ?? false
    );
  } catch {
    return false;
  }
}

function isAmong(entries: readonly ProcessEntry[], { pid, startTime }: ProcessEntry): boolean {
  return entries.some((one) => one.pid === pid && one.startTime === startTime);
}

/** True if the system still lists the process, even if it has ended. False for an orphan of ours: Node.js collects none. */
function isListed({ pid, startTime }: ProcessEntry): boolean {
  if (process.platform === 'linux') {
    const fields = readFields(pid);
    return fields?.[19] === startTime && Number(fields[1]) !== process.pid;
  }
  return send(pid, 0);
}

function signal(entries: readonly ProcessEntry[], name: NodeJS.Signals): void {
  if (entries.length === 0) return;
  debug('programs', () => `${name} to ${entries.map(({ pid }) => pid).join(', ')}`);
  for (const { pid } of entries) send(pid, name);
}

/** Returns false if the process has ended in the meantime, or belongs to another user. */
function send(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

function killOnWindows({ pid }: ProcessTree): void {
  if (pid === undefined) return;
  spawnSync('taskkill', ['/PID', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true });
}

async function waitUntil(isDone: () => boolean, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!isDone() && performance.now() < deadline) await sleep(POLL_INTERVAL_MS);
}
