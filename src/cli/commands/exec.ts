// `relay-phone exec`: runs a program whose Twilio is the sandbox, and changes nothing else about it.
import { ExitCode, RelayPhoneError } from '../../errors.js';
import { findFolderProxy } from '../../sandbox/instance/proxy.js';
import { NO_CHOICES, need } from '../../setup/setup.js';
import { openStateFolder, type StateFolder } from '../../state/folder.js';
import { apiOriginOf } from '../../twilio/target.js';
import type { CliPorts } from '../context.js';
import { formatEnvironment } from '../exec/print-environment.js';
import { type Execution, environmentFor, prepareExecution, startInSandbox } from '../exec/program.js';
import type { ExecReport } from '../exec/report.js';
import { forSandbox } from '../exec/sandbox-ground.js';
import type { ExecFlags } from '../flags.js';
import { openCommandContext } from '../ground.js';
import { openSession } from '../session.js';

/** Gives the program's exit code; that of ours only when it could not be started. */
export async function run(context: CliPorts, flags: ExecFlags, command: readonly string[]): Promise<number> {
  verifyAsked(flags, command);
  // What is for people goes to stderr: stdout is the program's.
  const { publicUrl, clock } = flags;
  const ground = forSandbox(
    await openCommandContext({ ...context, stdout: context.stderr }, flags, { publicUrl }),
  );
  const folder = openStateFolder(ground.statePath);
  const interceptor = flags.printEnv ? await needInterceptor(folder) : undefined;
  const session = await openSession(context, ground, 'sandbox', {
    command: 'exec',
    ask: undefined,
    choices: { ...NO_CHOICES, yes: true },
    keeps: true,
    hosts: true,
    clock,
  });
  try {
    // No time passes by this, but only a manual clock takes it: one that runs already may have another.
    if (clock === 'manual') await need(session.sandbox).control.advance(0);
    const execution = await prepareExecution(context, ground, session);
    return interceptor === undefined
      ? await runProgram(execution, flags, command)
      : printEnvironment(execution, flags, interceptor);
  } finally {
    await session.close();
  }
}

async function runProgram(
  execution: Execution,
  { json = false }: ExecFlags,
  command: readonly string[],
): Promise<number> {
  const { context } = execution;
  const { program, close } = await startInSandbox(execution, command, { json, isQuick: true });
  try {
    const typed = context.hasKeyboard() ? ['SIGINT', 'SIGQUIT'] : [];
    const takeBack = context.handSignals((signal) => {
      // It reaches the program without us, and twice would be once too often.
      if (!typed.includes(signal)) program.signal(signal);
    });
    const exitCode = await program.ended.finally(takeBack);
    report(execution, { exitCode, environment: null }, json);
    return exitCode;
  } finally {
    await close();
  }
}

function printEnvironment(execution: Execution, { printEnv, json = false }: ExecFlags, url: string): number {
  const environment = environmentFor(execution, url);
  if (printEnv && !json) execution.context.stdout.write(formatEnvironment(environment, printEnv));
  report(execution, { exitCode: null, environment }, json);
  return ExitCode.done;
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
    origin: apiOriginOf(target),
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
  const url = await findFolderProxy(folder);
  if (url !== undefined) return url;
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: 'print the environment',
    reason: `no sandbox runs in ${folder.path} that would be there for whoever uses it`,
    tryNext: ['relay-phone sandbox, in another terminal, and then this again', 'relay-phone exec -- COMMAND'],
  });
}
