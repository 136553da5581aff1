// Remembers the programs that a command starts, so that the next command finds what a killed one left running.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { describeListener, findListener, listListeners } from '../../programs/listeners.js';
import { type ProgramOptions, type StartedProgram, startProgram } from '../../programs/start.js';
import {
  findProcess,
  findProcessScope,
  listTree,
  type ProcessEntry,
  stopTree,
  waitForTree,
} from '../../programs/tree.js';
import type { StateFolder } from '../../state/folder.js';
import type { CommandContext } from './command-context.js';
import { findPrompts } from './prompts.js';

/** Milliseconds from SIGTERM to SIGKILL. */
const GRACE_MS = 5000;
/** Milliseconds that a guard may take to stop a program. */
const GUARD_TIMEOUT_MS = 2000;
const FOLDER = 'programs';
const LOOPBACK: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'];

const processSchema = z.object({ pid: z.int().positive(), startTime: z.string().min(1) });
/** A program, and the relay-phone that started it. Process ids are used again, so each has its start time. */
const recordSchema = z.object({
  command: z.string(),
  scope: z.object({ boot: z.string(), namespace: z.string() }),
  relayPhone: processSchema,
  tree: processSchema.extend({ leadsGroup: z.boolean(), mark: z.string().min(1) }),
});
type ProgramRecord = z.infer<typeof recordSchema>;

/**
 * Starts a program as {@link startProgram} does, and remembers it in the state folder until it has ended.
 *
 * @param origin where the program will listen: the user is warned of another one that listens there already
 */
export async function startRecordedProgram(
  context: CommandContext,
  command: readonly string[],
  options: ProgramOptions,
  origin?: string,
): Promise<StartedProgram> {
  if (origin !== undefined) warnOfListener(context, origin);
  const onLeft: ProgramOptions['onLeft'] = (left) =>
    context.screen.warn(`the program has ended; stopping what it left running: ${describe(left)}`);
  const program = await startProgram(command, { onLeft, ...options });
  const folder = context.state.find();
  const forget = folder && saveRecord(folder, options.command, program);
  return forget ? { ...program, ended: program.ended.finally(forget) } : program;
}

function warnOfListener({ screen }: CommandContext, origin: string): void {
  const { hostname, port, protocol } = new URL(origin);
  if (!LOOPBACK.includes(hostname)) return;
  const listener = findListener(Number(port) || (protocol === 'https:' ? 443 : 80));
  if (!listener) return;
  screen.warn(`${describeListener(listener)} listens at ${origin} already: your program may not start there`);
}

/** Returns undefined if the processes cannot be recognised later, as on Windows, or if the disk is full. */
function saveRecord(
  folder: StateFolder,
  command: string,
  { tree }: StartedProgram,
): (() => void) | undefined {
  const record = { command, scope: findProcessScope(), relayPhone: findProcess(process.pid), tree };
  const { data } = recordSchema.safeParse(record);
  if (!data) return undefined;
  const path = join(folder.file(FOLDER), `${data.tree.mark}.json`);
  try {
    mkdirSync(folder.file(FOLDER), { recursive: true, mode: 0o700 });
    writeFileSync(path, JSON.stringify(data), { mode: 0o600 });
  } catch {
    return undefined;
  }
  return () => rmSync(path, { force: true });
}

/**
 * Names the processes that a killed relay-phone left running, and the ports they hold. They are stopped if the user agrees
 * on a terminal or by `--yes`; otherwise the user is told how.
 */
export async function offerToStopLeftovers({ ports, screen, state, yes }: CommandContext): Promise<void> {
  const folder = state.find();
  for (const { path, record } of folder ? listRecords(folder) : []) {
    const { boot, namespace } = findProcessScope();
    // The folder may be shared with a container.
    if (record?.scope.boot === boot && record.scope.namespace !== namespace) continue;
    if (record?.scope.boot !== boot) {
      rmSync(path, { force: true });
      continue;
    }
    if (isRunning(record.relayPhone)) continue;
    // Its guard may be stopping it right now.
    await waitForTree(record.tree, GUARD_TIMEOUT_MS);
    const left = listTree(record.tree);
    if (left.length > 0) {
      screen.warn(`relay-phone ${record.command} was killed, and left running: ${describe(left)}`);
      const question = left.length === 1 ? 'Stop it?' : 'Stop them?';
      if (!yes && !(await findPrompts(ports)?.confirm(question))) {
        screen.warn(`to stop ${left.length === 1 ? 'it' : 'them'}: kill ${listPids(left)}`);
        continue;
      }
      await stopTree(record.tree, GRACE_MS);
      screen.done(`stopped ${left.length === 1 ? 'process' : 'processes'} ${listPids(left)}`);
    }
    rmSync(path, { force: true });
  }
}

function listPids(processes: readonly ProcessEntry[]): string {
  return processes.map(({ pid }) => pid).join(' ');
}

function describe(processes: readonly ProcessEntry[]): string {
  const listeners = listListeners();
  return processes
    .map(({ pid }) => {
      const own = listeners.filter((one) => one.pid === pid);
      const [first] = own;
      const held = [...new Set(own.map(({ port }) => port))].join(' and ');
      return first ? `${describeListener(first)}, which holds port ${held}` : `process ${pid}`;
    })
    .join('; ');
}

/** A record that cannot be read is undefined: nothing is known of its program. */
function listRecords(
  folder: StateFolder,
): { readonly path: string; readonly record: ProgramRecord | undefined }[] {
  return listNames(folder.file(FOLDER)).map((name) => {
    const path = join(folder.file(FOLDER), name);
    return { path, record: readRecord(path) };
  });
}

function listNames(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^[0-9a-f-]{36}\.json$/.test(name));
  } catch {
    return [];
  }
}

function readRecord(path: string): ProgramRecord | undefined {
  try {
    return recordSchema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

function isRunning({ pid, startTime }: ProgramRecord['relayPhone']): boolean {
  return findProcess(pid)?.startTime === startTime;
}
