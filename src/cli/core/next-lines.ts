// The lines that a user can copy into a shell to go on: how the app is started, and what comes after that.
import { relative, resolve } from 'node:path';
import { formatCommandLine } from '../../shell-quote.js';
import { findContextProject, findOwnOrigin } from './app-origin.js';
import type { CommandContext } from './command-context.js';
import type { AppCommand, Project } from './project.js';
import { isSandboxAccount } from './sandbox-account.js';
import type { Screen } from './screen.js';

/** What to do next: a line to copy, and what it does. */
export interface FollowUp {
  readonly why: string;
  readonly line: string;
}

/** Shows the next steps, each line by itself, so that it can be copied whole. */
export function showNext(screen: Screen, steps: readonly FollowUp[]): void {
  if (steps.length === 0) return;
  screen.line('Next:');
  for (const { why, line } of steps) {
    screen.line(`  ${why}:`);
    screen.line(`    ${line}`);
  }
}

/** What decides the lines, besides the settings and the files. */
export interface LineOptions {
  /** Default: the sandbox if the settings have an account of a sandbox. */
  readonly target?: 'live' | 'sandbox' | undefined;
  /** Where the app listens. Default: as `findOwnOrigin`. */
  readonly origin?: string | undefined;
  /** The public base that `exec` has to be told of. Default: it finds the origin by itself. */
  readonly publicUrl?: string | undefined;
  /** The words of the program that `exec` runs. Default: those of the project. */
  readonly command?: readonly string[] | undefined;
  /** See `PythonSearch.pythonPath`. */
  readonly pythonPath?: string | undefined;
}

/** The lines for the project that a command works on. */
export interface ProjectLines {
  readonly project: Project;
  /** Where the app listens. */
  readonly origin: string;
  /** Returns a relay-phone command that uses the files of this one, such as `relay-phone send-test --mask`. */
  relayPhone(command: string, ...words: readonly string[]): string;
  /** Starts the app so that its requests reach the sandbox. For an unknown project with a place for its command. */
  readonly exec: string;
  /** Starts the app for the target: through `exec` in the sandbox, else by itself. */
  readonly start: string;
  /** Runs a line of a POSIX shell with the settings of the sandbox; undefined on Windows. */
  runInShell(line: string): string | undefined;
  /** The ways to start an app, most promising first: {@link start}, and our small Relay. */
  readonly starts: readonly string[];
  /** Starts the app behind a tunnel. */
  readonly tunnel: string;
}

/** What stands for the command of an unknown project. */
const UNKNOWN: AppCommand = { words: ['YOUR', 'COMMAND'], variables: {} };

/** Returns the lines. They are quoted for the shell, and begin with `cd` if the project is in another folder. */
export function createLines(context: CommandContext, options: LineOptions = {}): ProjectLines {
  const { ports, checkout, loaded } = context;
  const { platform } = process;
  const project = findContextProject(context, options.pythonPath);
  const origin = options.origin ?? findOwnOrigin(context);
  const { accountSid } = loaded.values;
  const isSandbox = accountSid !== undefined && isSandboxAccount(context.state, accountSid);
  const target = options.target ?? (isSandbox ? 'sandbox' : 'live');
  const folder = checkout?.path ?? ports.cwd;
  const isElsewhere = relative(ports.cwd, folder) !== '';
  const named = listNamed(context, isElsewhere);
  // In the environment or `.env` may be a live account, which is not meant.
  const isOther = target === 'sandbox' && accountSid && !isSandbox;
  const flags = isOther ? ['--sandbox'] : [];
  const program = [...findRunner(ports.environment), 'relay-phone'];

  function format(words: readonly string[], { variables }: Pick<AppCommand, 'variables'> = UNKNOWN): string {
    const change = isElsewhere ? `${formatCommandLine(['cd', folder])} && ` : '';
    const set = Object.entries(variables).map(([name, value]) =>
      platform === 'win32' ? `$env:${name}=${value}; ` : `${name}=${value} `,
    );
    return change + set.join('') + formatCommandLine(words);
  }

  const app = project.startAt(origin);
  const run = options.command ? { words: options.command, variables: {} } : (app ?? UNKNOWN);
  const base = options.publicUrl ? ['--public-url', options.publicUrl] : [];
  const exec = format([...program, 'exec', ...base, ...named, '--', ...run.words], run);
  const isUsual = new URL(origin).port === '8000';
  const tunnel = [...program, 'tunnel', ...named, ...(isUsual ? [] : ['--to', origin])];
  const start = target === 'sandbox' ? exec : app ? format(app.words, app) : 'start the app';
  const relayPhone: ProjectLines['relayPhone'] = (command, ...words) =>
    format([...program, command, ...words, ...(takesTarget(command) ? flags : []), ...named]);
  const serve = relayPhone('serve');
  const starts =
    project.kind === 'unknown' ? [serve, start] : [start, ...(project.kind === 'relay' ? [] : [serve])];
  return {
    project,
    origin,
    relayPhone,
    exec,
    runInShell: (line) =>
      platform === 'win32' ? undefined : format([...program, 'exec', ...named, '--', 'sh', '-c', line]),
    start,
    starts,
    tunnel: format(app ? [...tunnel, '--', ...app.words] : tunnel, run),
  };
}

/** True for the commands that work in the sandbox or live; the others are only for one of them. */
function takesTarget(command: string): boolean {
  return ['send-test', 'serve', 'status', 'undo', 'tunnel', 'doctor'].includes(command);
}

/** Repeats the options that name files. A path of another folder than that of the line is absolute. */
function listNamed({ named: { envFile, stateDir }, ports: { cwd } }: CommandContext, isElsewhere: boolean) {
  const locate = (path: string) => (isElsewhere ? resolve(cwd, path) : path);
  return [
    ...(envFile === undefined ? [] : ['-e', locate(envFile)]),
    ...(stateDir === undefined ? [] : ['--state-dir', locate(stateDir)]),
  ];
}

/** What runs relay-phone from `node_modules`: what a package manager runs is in no PATH. Empty if it was not one. */
function findRunner({ npm_config_user_agent, npm_lifecycle_event }: NodeJS.ProcessEnv): readonly string[] {
  switch (/^\w+/.exec(npm_config_user_agent ?? '')?.[0]) {
    case 'pnpm':
      return ['pnpm', 'exec'];
    case 'yarn':
      return ['yarn'];
    case 'bun':
      return ['bunx'];
    default:
      // npm sets it for its scripts too, where `relay-phone` is in the PATH.
      return npm_lifecycle_event === 'npx' ? ['npx'] : [];
  }
}
