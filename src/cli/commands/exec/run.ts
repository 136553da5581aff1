// `relay-phone exec`: runs a program whose Twilio is the sandbox, and changes nothing else about it.
import { ExitCode, RelayPhoneError } from '../../../errors.js';
import { findFolderProxy } from '../../../sandbox/instance/proxy.js';
import { NO_CHOICES, required } from '../../../setup/setup.js';
import { openStateFolder, type StateFolder } from '../../../state/folder.js';
import { apiOriginOf } from '../../../twilio/target.js';
import { openCommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import { openSession } from '../../core/session.js';
import type { ExecFlags } from './command.js';
import { formatEnvironment } from './print-environment.js';
import { type Execution, environmentFor, prepareExecution, startInSandbox } from './program.js';
import type { ExecReport } from './report.js';
import { forSandbox } from './sandbox-settings.js';

/** Gives the program's exit code; that of ours only when it could not be started. */
export async function run(ports: CliPorts, flags: ExecFlags): Promise<number> {
  verifyAsked(flags);
  // What is for people goes to stderr: stdout is the program's.
  const { clock } = flags;
  const context = forSandbox(await openCommandContext({ ...ports, stdout: ports.stderr }, flags));
  const folder = openStateFolder(context.statePath);
  const interceptor = flags.printEnv ? await needInterceptor(folder) : undefined;
  const session = await openSession(ports, context, 'sandbox', {
    command: 'exec',
    ask: undefined,
    choices: { ...NO_CHOICES, yes: true },
    keeps: true,
    hosts: true,
    clock,
  });
  try {
    // No time passes by this, but only a manual clock takes it: one that runs already may have another.
    if (clock === 'manual') await required(session.sandbox).control.advance(0);
    const execution = await prepareExecution(ports, context, session);
    return interceptor === undefined
      ? await runProgram(execution, flags)
      : printEnvironment(execution, flags, interceptor);
  } finally {
    await session.close();
  }
}

async function runProgram(execution: Execution, { command, json = false }: ExecFlags): Promise<number> {
  const { ports } = execution;
  const { program, close } = await startInSandbox(execution, command, { json, isQuick: true });
  try {
    const typed = ports.hasKeyboard() ? ['SIGINT', 'SIGQUIT'] : [];
    const takeBack = ports.handSignals((signal) => {
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
  if (printEnv && !json) execution.ports.stdout.write(formatEnvironment(environment, printEnv));
  report(execution, { exitCode: null, environment }, json);
  return ExitCode.done;
}

function report(
  { ports, session }: Execution,
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
  ports.stdout.write(`${JSON.stringify(document, undefined, 2)}
`);
}

function verifyAsked({ command, printEnv }: ExecFlags): void {
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
