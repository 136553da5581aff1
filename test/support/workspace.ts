// A temporary folder in which a test runs the CLI, in this process if possible, otherwise as a separate process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { AUTHORITY } from './authority.js';

/** The program file of the CLI. */
export const CLI = resolve(import.meta.dirname, '../../bin/relay-phone.js');

/** The result of a run. Its output has no progress lines, because only slow machines print them. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of a run. */
export interface RunOptions {
  /** A variable that is undefined is removed. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** The content of standard input. Default: closed at once. */
  readonly input?: string;
  /** The CLI of a built copy of the package, which is then run as a process. Default: {@link CLI}. */
  readonly cli?: string;
  /** The numeric user id to run as; only for root. */
  readonly uid?: number;
  /** The maximum size of a file in bytes, to simulate a full disk; POSIX systems only. */
  readonly fileLimit?: number;
  /** How many files the process may have open. */
  readonly openFiles?: number;
  /** Whether to keep the progress lines in the output. */
  readonly keepsProgress?: boolean;
  /** Whether to detach the run from the terminal of the tests. */
  readonly detached?: boolean;
}

/** A folder in which the CLI runs. */
export interface Workspace {
  readonly path: string;
  file(name: string): string;
  read(name: string): string;
  write(name: string, content: string): void;
  /** Returns all files and folders in it, sorted; folders end with a slash. */
  list(): string[];
  /** Runs the CLI in this process, unless it starts another program or an option needs a separate process. */
  run(args: readonly string[], options?: RunOptions): Promise<Ended>;
  /** Runs the built CLI in a separate process, for tests of the build or the process. */
  runBuilt(args: readonly string[], options?: RunOptions): Promise<Ended>;
  /** Starts the built CLI; the test has to end it. */
  start(args: readonly string[], options?: RunOptions): ReturnType<typeof spawn>;
  removeFiles(names: readonly string[]): void;
  remove(): void;
}

/** Creates a workspace in the temporary folder of the system. @param prefix of its name */
export function createWorkspace(prefix = 'relay-phone-test-'): Workspace {
  const path = mkdtempSync(join(tmpdir(), prefix));
  const environmentOf = ({ environment }: RunOptions) => ({
    PATH: process.env.PATH,
    HOME: path,
    XDG_CONFIG_HOME: process.env.XDG_CONFIG_HOME,
    NO_COLOR: '1',
    ...environment,
  });
  const start = (args: readonly string[], options: RunOptions = {}) => {
    const { fileLimit, openFiles, detached = false, cli = CLI, uid } = options;
    const limits = [...limit('f', fileLimit && fileLimit / 512), ...limit('n', openFiles)];
    const [program, ...rest] = [...limits, process.execPath, cli, ...args];
    return spawn(program ?? process.execPath, rest, {
      cwd: path,
      ...(uid !== undefined && { uid, gid: uid }),
      env: environmentOf(options),
      stdio: ['pipe', 'pipe', 'pipe'],
      detached,
    });
  };
  const runBuilt: Workspace['runBuilt'] = async (args, options = {}) => {
    const child = start(args, options);
    child.stdin?.end(options.input);
    const output = Promise.all([child.stdout, child.stderr].map((stream) => (stream ? text(stream) : '')));
    const [code] = (await once(child, 'exit')) as [number | null];
    const [stdout = '', stderr = ''] = await output;
    const ended = { code, stdout, stderr };
    return options.keepsProgress ? ended : withoutProgress(ended);
  };
  return {
    path,
    start,
    file: (name) => join(path, name),
    // A new file is as private as the `.env` that init creates.
    write: (name, content) => writeFileSync(join(path, name), content, { mode: 0o600 }),
    read: (name) => readFileSync(join(path, name), 'utf8'),
    list: () => readdirSync(path, { recursive: true, encoding: 'utf8' }).sort(),
    runBuilt,
    run: async (args, options = {}) => {
      if (needsProcess(args, options)) return runBuilt(args, options);
      // Loaded lazily, because it imports most of the CLI.
      const { runInProcess } = await import('./in-process.js');
      const ended = await runInProcess(args, {
        cwd: path,
        environment: environmentOf(options),
        ...(options.input !== undefined && { input: options.input }),
      });
      return options.keepsProgress ? ended : withoutProgress(ended);
    },
    removeFiles: (names) => {
      for (const name of names) rmSync(join(path, name), { force: true });
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

function needsProcess(
  args: readonly string[],
  { environment = {}, cli, uid, fileLimit, openFiles, detached }: RunOptions,
): boolean {
  // Node.js reads its own environment variables only at its start.
  const isForNode = ([name, value]: [string, string | undefined]) =>
    name.startsWith('NODE_') && value !== AUTHORITY;
  return (
    args.includes('--') ||
    Object.entries(environment).some(isForNode) ||
    [cli, uid, fileLimit, openFiles, detached].some((option) => option !== undefined)
  );
}

const PROGRESS = /^ {4}… .*\n/gm;

/** Removes progress lines: they are on stdout, or on stderr where stdout is for a document or a code. */
function withoutProgress({ code, stdout, stderr }: Ended): Ended {
  return { code, stdout: stdout.replace(PROGRESS, ''), stderr: stderr.replace(PROGRESS, '') };
}

/** POSIX gives the limit in blocks of 512 bytes. */
function limit(resource: 'f' | 'n', value: number | undefined): string[] {
  return value === undefined ? [] : ['sh', '-c', `ulimit -${resource} ${value}; exec "$@"`, 'sh'];
}
