// A folder of a test's own, and the CLI run in it: in this process where that makes no difference, else as a user starts it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { AUTHORITY } from './authority.js';

/** The file a user's shell starts. */
export const CLI = resolve(import.meta.dirname, '../../bin/relay-phone.js');

/** How one run ended. What it wrote is without the lines of progress: they come only where the machine is slow. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a run gets besides its arguments. */
export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** What stands on standard input; closed at once without it. */
  readonly input?: string;
  /** The CLI of another copy of the package. Default: {@link CLI}. */
  readonly cli?: string;
  /** The user it runs as, by number; only for root. */
  readonly uid?: number;
  /** Bytes a file may grow to, as on a disk that is full; POSIX systems only. */
  readonly fileLimit?: number;
  /** Whether the lines of progress stay in what it wrote, for a test that is about them. */
  readonly keepsProgress?: boolean;
  /** Whether it has no terminal at all, also where the tests have one. */
  readonly detached?: boolean;
}

/** An empty folder with the CLI at hand. */
export interface Workspace {
  readonly path: string;
  file(name: string): string;
  read(name: string): string;
  write(name: string, content: string): void;
  /** Every file in it, sorted, with folders marked by a slash. */
  list(): string[];
  /** Runs the CLI in this process, unless it starts another program or an option of it needs a process of its own. */
  run(args: readonly string[], options?: RunOptions): Promise<Ended>;
  /** Runs the built CLI in a process of its own, for what is about the build or the process. */
  runBuilt(args: readonly string[], options?: RunOptions): Promise<Ended>;
  /** Starts the built CLI, for a test to end. */
  start(args: readonly string[], options?: RunOptions): ReturnType<typeof spawn>;
  removeFiles(names: readonly string[]): void;
  remove(): void;
}

/** Makes a workspace under the system's temporary folder. */
export function createWorkspace(): Workspace {
  const path = mkdtempSync(join(tmpdir(), 'relay-phone-test-'));
  const environmentOf = ({ environment }: RunOptions) => ({
    PATH: process.env.PATH,
    HOME: path,
    NO_COLOR: '1',
    ...environment,
  });
  const start = (args: readonly string[], options: RunOptions = {}) => {
    const { fileLimit, detached = false, cli = CLI, uid } = options;
    const [program, ...rest] = [...limit(fileLimit), process.execPath, cli, ...args];
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
    return options.keepsProgress ? ended : withoutProgress(args, ended);
  };
  return {
    path,
    start,
    file: (name) => join(path, name),
    write: (name, content) => writeFileSync(join(path, name), content),
    read: (name) => readFileSync(join(path, name), 'utf8'),
    list: () => readdirSync(path, { recursive: true, encoding: 'utf8' }).sort(),
    runBuilt,
    run: async (args, options = {}) => {
      if (needsProcess(args, options)) return runBuilt(args, options);
      // Loaded only now: most of the code of the CLI comes with it.
      const { runInProcess } = await import('./in-process.js');
      const ended = await runInProcess(args, {
        cwd: path,
        environment: environmentOf(options),
        ...(options.input !== undefined && { input: options.input }),
      });
      return options.keepsProgress ? ended : withoutProgress(args, ended);
    },
    removeFiles: (names) => {
      for (const name of names) rmSync(join(path, name), { force: true });
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** What the environment says to Node.js itself, this process was told at its start. */
function needsProcess(
  args: readonly string[],
  { environment = {}, cli, uid, fileLimit, detached }: RunOptions,
): boolean {
  const isForNode = ([name, value]: [string, string]) => name.startsWith('NODE_') && value !== AUTHORITY;
  return (
    args.includes('--') ||
    Object.entries(environment).some(isForNode) ||
    [cli, uid, fileLimit, detached].some((option) => option !== undefined)
  );
}

const PROGRESS = /^ {4}… .*\n/gm;

/** Progress goes where what is for people goes: to stderr under `--json`, and then it has no place on stdout. */
export function withoutProgress(args: readonly string[], { code, stdout, stderr }: Ended): Ended {
  return args.includes('--json')
    ? { code, stdout, stderr: stderr.replace(PROGRESS, '') }
    : { code, stdout: stdout.replace(PROGRESS, ''), stderr };
}

/** POSIX counts the limit in blocks of 512 bytes. */
function limit(bytes: number | undefined): string[] {
  return bytes === undefined ? [] : ['sh', '-c', `ulimit -f ${bytes / 512}; exec "$@"`, 'sh'];
}
