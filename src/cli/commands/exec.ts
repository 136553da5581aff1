// `relay-phone exec`: runs a program whose Twilio is the sandbox, and changes nothing else about it.
import { ExitCode, RelayPhoneError } from '../../errors.js';
import { type Authority, openAuthority } from '../../sandbox/intercept/authority.js';
import { createInterceptedEnvironment } from '../../sandbox/intercept/environment.js';
import { obtainInterceptorToken, openInterceptor } from '../../sandbox/intercept/interceptor.js';
import { findInterceptor } from '../../sandbox/intercept/of-folder.js';
import { writeTrust } from '../../sandbox/intercept/trust.js';
import { NO_CHOICES, need } from '../../setup/setup.js';
import { openStateFolder, type StateFolder } from '../../state/folder.js';
import { originOf } from '../../twilio/target.js';
import type { Context } from '../context.js';
import { furnish } from '../exec/furnish.js';
import { formatEnvironment } from '../exec/print-environment.js';
import type { ExecReport } from '../exec/report.js';
import { forSandbox } from '../exec/sandbox-ground.js';
import { createSandboxValues } from '../exec/sandbox-values.js';
import type { ExecFlags } from '../flags.js';
import { type Ground, openGround, waitFor } from '../ground.js';
import { openSession, type Session } from '../session.js';
import { startProgram } from '../started-program.js';

/** Gives the program's exit code; that of ours only when it could not be started. */
export async function run(context: Context, flags: ExecFlags, command: readonly string[]): Promise<number> {
  verifyAsked(flags, command);
  // What is for people goes to stderr: stdout is the program's.
  const { publicUrl } = flags;
  const ground = forSandbox(await openGround({ ...context, stdout: context.stderr }, flags, { publicUrl }));
  const folder = openStateFolder(ground.statePath);
  const interceptor = flags.printEnv ? await needInterceptor(folder) : undefined;
  const session = await openSession(context, ground, 'sandbox', {
    command: 'exec',
    ask: undefined,
    choices: { ...NO_CHOICES, yes: true },
    keeps: true,
    hosts: true,
  });
  try {
    await furnish(ground, session.setup);
    const values = createSandboxValues(context, ground, session.setup);
    const authority = await openAuthority(folder, context.now, waitFor(ground, 'exec'));
    const execution = { context, ground, session, folder, authority, values };
    return interceptor === undefined
      ? await runProgram(execution, flags, command)
      : printEnvironment(execution, flags, interceptor);
  } finally {
    await session.close();
  }
}

interface Execution {
  readonly context: Context;
  readonly ground: Ground;
  readonly session: Session;
  readonly folder: StateFolder;
  readonly authority: Authority;
  readonly values: Readonly<Record<string, string>>;
}

async function runProgram(
  execution: Execution,
  { json = false }: ExecFlags,
  command: readonly string[],
): Promise<number> {
  const { context, session, folder, authority } = execution;
  const interceptor = await openInterceptor({
    sandbox: need(session.sandbox),
    token: obtainInterceptorToken(folder),
    contextFor: authority.contextFor,
    environment: context.environment,
  });
  try {
    const environment = environmentFor(execution, interceptor.url);
    const program = await startProgram(command, { command: 'exec', cwd: context.cwd, environment, json });
    const typed = context.hasKeyboard() ? ['SIGINT', 'SIGQUIT'] : [];
    const takeBack = context.handSignals((signal) => {
      // It reaches the program without us, and twice would be once too often.
      if (!typed.includes(signal)) program.signal(signal);
    });
    const exitCode = await program.ended.finally(takeBack);
    report(execution, { exitCode, environment: null }, json);
    return exitCode;
  } finally {
    await interceptor.close();
  }
}

function printEnvironment(execution: Execution, { printEnv, json = false }: ExecFlags, url: string): number {
  const environment = environmentFor(execution, url);
  if (printEnv && !json) execution.context.stdout.write(formatEnvironment(environment, printEnv));
  report(execution, { exitCode: null, environment }, json);
  return ExitCode.done;
}

function environmentFor(
  { context, folder, authority, values }: Execution,
  url: string,
): Record<string, string> {
  const { environment } = context;
  const trust = writeTrust(folder, { authority: authority.certificate, url, environment });
  return { ...createInterceptedEnvironment(environment, url, trust), ...values };
}

function report(
  { context, session }: Execution,
  outcome: Pick<ExecReport, 'exitCode' | 'environment'>,
  json: boolean,
): void {
  if (!json) return;
  const { target, setup } = session;
  const document: ExecReport = {
    command: 'exec',
    origin: originOf(target),
    accountSid: setup.client.accountSid,
    ...outcome,
  };
  context.stdout.write(`${JSON.stringify(document, undefined, 2)}
`);
}

function verifyAsked({ printEnv }: ExecFlags, command: readonly string[]): void {
  if ((printEnv === undefined) === command.length > 0) return;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'understand the command',
    reason: printEnv ? '--print-env runs no program' : 'exec takes a program to run',
    tryNext: ['relay-phone exec -- python manage.py runserver', 'relay-phone exec --print-env'],
  });
}

async function needInterceptor(folder: StateFolder): Promise<string> {
  const url = await findInterceptor(folder);
  if (url !== undefined) return url;
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: 'print the environment',
    reason: `no sandbox runs in ${folder.path} that would be there for whoever uses it`,
    tryNext: ['relay-phone sandbox, in another terminal, and then this again', 'relay-phone exec -- COMMAND'],
  });
}
