// `relay-phone exec`: runs a program whose requests to Twilio go to the sandbox.
import { hasControls } from '../../../control-characters.js';
import { ExitCode, RelayPhoneError } from '../../../errors.js';
import { findFolderProxy } from '../../../sandbox/instance/proxy.js';
import { NO_CHOICES, required } from '../../../setup/setup.js';
import type { StateFolder } from '../../../state/folder.js';
import { apiOriginOf } from '../../../twilio/target.js';
import { offerAccountPage } from '../../core/account-page.js';
import { openCommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import { findRemoteSandbox } from '../../core/remote-sandbox.js';
import { printJson, printLines } from '../../core/screen.js';
import { openSession, type Session } from '../../core/session.js';
import { findLastEventId, showUnsupported } from '../../core/unsupported.js';
import type { ExecFlags } from './command.js';
import { createEnvironment, type Execution, prepareExecution, startInSandbox } from './execution.js';
import type { ExecReport } from './report.js';
import { forSandbox } from './sandbox-settings.js';
import { watchSilence } from './silence.js';
import { watchUnsupported } from './unsupported.js';

/**
 * Runs the program, or prints its environment.
 *
 * @returns the program's exit code; instead of 0, 6 if it met something in a strict sandbox that this lacks
 */
export async function run(ports: CliPorts, flags: ExecFlags): Promise<number> {
  verifyFlags(flags);
  const { clock, printEnv, json, strict = false } = flags;
  // Everything for people goes to stderr, because stdout belongs to the program.
  const context = forSandbox(await openCommandContext({ ...ports, stdout: ports.stderr }, flags));
  const folder = context.state.open();
  const remote = await findRemoteSandbox(context, 'exec', flags);
  if (remote && printEnv) throw wrongUse('--print-env prints the variables for a sandbox of this machine');
  const proxyUrl = printEnv ? await verifyProxy(folder) : undefined;
  const session = await openSession(context, 'sandbox', {
    command: 'exec',
    prompts: undefined,
    choices: { ...NO_CHOICES, yes: true },
    keeps: true,
    hosts: true,
    remote,
    clock,
    failsOnUnsupported: strict,
  });
  try {
    // Advances nothing, but fails unless the clock is manual: a sandbox that was running may have a real one.
    if (clock === 'manual') await required(session.sandbox).control.advance(0);
    const execution = await prepareExecution(context, session);
    if (flags.verbose) showRemoved(execution);
    if (proxyUrl === undefined) {
      const { exitCode, unsupported, hasFailed, page } = await runProgram(execution, flags);
      if (json) report(ports, session, { exitCode, unsupported, environment: null, page });
      return exitCode === ExitCode.done && hasFailed ? ExitCode.fault : exitCode;
    }
    const environment = Object.fromEntries(
      Object.entries(createEnvironment(execution, proxyUrl)).map(([name, value = null]) => [name, value]),
    );
    if (json) report(ports, session, { exitCode: null, unsupported: [], environment, page: null });
    else if (printEnv) printLines(ports.stdout, formatEnvironment(environment, printEnv));
    return ExitCode.done;
  } finally {
    await session.close();
  }
}

/** How a program ended, and what was asked for meanwhile that the sandbox lacks. */
interface EndedProgram extends Pick<ExecReport, 'unsupported' | 'page'> {
  /** The program's own. */
  readonly exitCode: number;
  /** True if that is a failure. */
  readonly hasFailed: boolean;
}

async function runProgram(
  execution: Execution,
  { command, json = false, strict = false, page: hasPage = false }: ExecFlags,
): Promise<EndedProgram> {
  const { context, session } = execution;
  const { ports } = context;
  const sandbox = required(session.sandbox);
  const isStrict = strict || sandbox.failsOnUnsupported;
  // Before the program, which may ask at once.
  const since = await findLastEventId(sandbox);
  const listUnsupported = isStrict || json ? () => sandbox.control.unsupported({ since }) : async () => [];
  const page = await offerAccountPage(context, session, {
    host: 'exec',
    app: required(session.setup.facts.publicBase),
    flags: { page: hasPage },
    ownsTerminal: false,
  });
  await page?.show();
  const { program, close } = await startInSandbox(execution, command, { json, isQuick: true });
  const origin = required(session.setup.facts.publicBase);
  const stopWatching = watchSilence({ context, control: sandbox.control, origin, command }, program);
  const endWatch = watchUnsupported(sandbox, context.screen, since);
  let exitCode: number;
  try {
    // On Ctrl-C the terminal itself sends these to the program too.
    const typed = ports.hasKeyboard() ? ['SIGINT', 'SIGQUIT'] : [];
    const takeBack = ports.handSignals((signal) => {
      if (!typed.includes(signal)) program.signal(signal);
    });
    exitCode = await program.ended.finally(takeBack);
  } finally {
    stopWatching();
    await endWatch();
    await close();
    await page?.close();
  }
  const unsupported = await listUnsupported().catch((error: unknown) => {
    // The exit code of the program comes before that of a sandbox that is gone.
    if (!(error instanceof RelayPhoneError) || (isStrict && exitCode === ExitCode.done)) throw error;
    context.screen.warn(error.message);
    return [];
  });
  const hasFailed = isStrict && unsupported.length > 0;
  if (hasFailed) await showUnsupported(context, sandbox, unsupported);
  return { exitCode, unsupported, hasFailed, page: page?.origin ?? null };
}

function showRemoved({ context, removed }: Execution): void {
  const names = Object.keys(removed);
  if (names.length > 0)
    context.screen.line(
      `not for the program, because they are for Twilio's own service: ${names.join(', ')}`,
    );
}

/** Write a variable, or remove it. */
interface Writer {
  set(name: string, value: string): string;
  remove?(name: string): string;
}

const WRITERS: Readonly<Record<NonNullable<ExecFlags['printEnv']>, Writer>> = {
  shell: {
    set: (name, value) => `export ${name}='${value.replaceAll("'", "'\\''")}'`,
    remove: (name) => `unset ${name}`,
  },
  powershell: {
    set: (name, value) => `$env:${name} = '${value.replaceAll("'", "''")}'`,
    remove: (name) => `$env:${name} = $null`,
  },
  compose: {
    // Docker Compose reads the rest of the line unchanged in an env_file with `format: raw`.
    set: (name, value) => `${name}=${value}`,
    // A container has no variable that nobody sets.
  },
};

/** @throws RelayPhoneError `needsUser` for a value with control characters: a line end in it could add a variable. */
function formatEnvironment(
  values: Readonly<Record<string, string | null>>,
  form: keyof typeof WRITERS,
): readonly string[] {
  const { set, remove } = WRITERS[form];
  return Object.entries(values).flatMap(([name, value]) => {
    if (value === null) return remove?.(name) ?? [];
    const line = set(name, value);
    if (hasControls(line)) throw unprintable(name, value);
    return line;
  });
}

function report(
  { stdout }: CliPorts,
  { target, setup }: Session,
  outcome: Pick<ExecReport, 'exitCode' | 'unsupported' | 'environment' | 'page'>,
): void {
  const document: ExecReport = {
    command: 'exec',
    origin: apiOriginOf(target),
    accountSid: setup.client.accountSid,
    ...outcome,
  };
  printJson(stdout, document, 2);
}

function verifyFlags({ command, printEnv, strict = false }: ExecFlags): void {
  if ((printEnv === undefined) === command.length > 0 && !(printEnv && strict)) return;
  throw wrongUse(printEnv ? '--print-env runs no program' : 'exec takes a program to run');
}

function wrongUse(reason: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: 'understand the command',
    reason,
    tryNext: ['relay-phone exec -- python manage.py runserver', 'relay-phone exec --print-env'],
  });
}

function unprintable(name: string, value: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'print the environment',
    reason: `${name} contains control characters: ${value}`,
    tryNext: [
      'relay-phone exec -- COMMAND, which passes on any value',
      'relay-phone exec --print-env --json',
    ],
  });
}

/** Returns the proxy URL of the running sandbox. @throws RelayPhoneError `needsUser` if no sandbox runs */
async function verifyProxy(folder: StateFolder): Promise<string> {
  const url = await findFolderProxy(folder);
  if (url !== undefined) return url;
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: 'print the environment',
    reason: `no sandbox runs in ${folder.path}, and the variables are those of a running sandbox`,
    tryNext: ['relay-phone sandbox in another terminal, then this again', 'relay-phone exec -- COMMAND'],
  });
}
