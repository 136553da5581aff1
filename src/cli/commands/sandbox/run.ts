// `relay-phone sandbox`: the local Twilio as a server.
import { ExitCode, RelayPhoneError } from '../../../errors.js';
import { createControlClient } from '../../../sandbox/control/client.js';
import { findJoinable, type JoinedSandbox, serveSandbox } from '../../../sandbox/instance/join.js';
import type { SandboxReport } from '../../../sandbox/report.js';
import { openStateFolder, type StateFolder } from '../../../state/folder.js';
import { type CommandContext, openCommandContext, waitForLock } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import type { SandboxFlags } from './command.js';
import { follow } from './follow.js';

/** How many ports after the one asked for may be tried. */
const SPARE = 20;

/** Serves until it is interrupted; with `--follow` a sandbox that runs already is only looked at. */
export async function run(ports: CliPorts, flags: SandboxFlags): Promise<number> {
  const context = await openCommandContext(ports, flags);
  const folder = openStateFolder(context.statePath);
  const running = await findJoinable(folder);
  if (!running) await serve(ports, context, folder, flags);
  else if (flags.follow) await watch(ports, context, running);
  else throw runsAlready(folder, running);
  return ExitCode.done;
}

async function watch(ports: CliPorts, { screen }: CommandContext, sandbox: JoinedSandbox): Promise<void> {
  const { origin, accountSid, control } = sandbox;
  screen.line(`The sandbox is at ${origin}, account ${accountSid}. It runs on when Ctrl-C ends this.`);
  screen.record(formatReport(sandbox));
  await follow(ports, screen, control);
}

async function serve(
  ports: CliPorts,
  context: CommandContext,
  folder: StateFolder,
  { port, strict = false, clock, follow: isFollowed }: SandboxFlags,
): Promise<void> {
  const { screen } = context;
  const spare = port === 0 ? 0 : SPARE;
  const sandbox = await serveSandbox(folder, {
    ...waitForLock(context, 'sandbox'),
    port,
    spare,
    strict,
    clock,
    intercepts: ports.environment,
  });
  const ended = new Promise<void>((resolve) => {
    ports.onInterrupt(async () => {
      await sandbox.close();
      resolve();
    });
  });
  if (port !== 0 && sandbox.port !== port)
    screen.warn(`port ${port} is taken, so this is on ${sandbox.port}`);
  screen.line(`The sandbox is at ${sandbox.origin}, account ${sandbox.accountSid}. Ctrl-C ends it.`);
  if (!isFollowed) {
    screen.document(formatReport(sandbox));
    return ended;
  }
  screen.record(formatReport(sandbox));
  await follow(ports, screen, createControlClient(sandbox), 0);
  await sandbox.close();
}

function formatReport({ origin, accountSid }: Pick<JoinedSandbox, 'origin' | 'accountSid'>): SandboxReport {
  return { command: 'sandbox', origin, port: Number(new URL(origin).port), accountSid };
}

function runsAlready({ path }: StateFolder, { origin }: JoinedSandbox): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'start a sandbox',
    reason: `that of ${path} runs at ${origin} already`,
    tryNext: ['relay-phone sandbox --follow, to look at it', '--state-dir PATH for another one'],
  });
}
