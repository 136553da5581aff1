// `relay-phone sandbox`: the local Twilio as a server.
import { ExitCode, RelayPhoneError } from '../../errors.js';
import { createControlClient } from '../../sandbox/control/client.js';
import { findJoinable, type JoinedSandbox, serveSandbox } from '../../sandbox/instance/join.js';
import type { SandboxReport } from '../../sandbox/report.js';
import { openStateFolder, type StateFolder } from '../../state/folder.js';
import type { CliPorts } from '../context.js';
import type { SandboxFlags } from '../flags.js';
import { follow } from '../follow.js';
import { type CommandContext, openCommandContext, waitForLock } from '../ground.js';

/** How many ports after the one asked for may be tried. */
const SPARE = 20;

/** Serves until it is interrupted; with `--follow` a sandbox that runs already is only looked at. */
export async function run(context: CliPorts, flags: SandboxFlags): Promise<number> {
  const port = readPort(flags.port);
  const ground = await openCommandContext(context, flags);
  const folder = openStateFolder(ground.statePath);
  const running = await findJoinable(folder);
  if (!running) await serve(context, ground, folder, { ...flags, port });
  else if (flags.follow) await watch(context, ground, running);
  else throw runsAlready(folder, running);
  return ExitCode.done;
}

async function watch(context: CliPorts, { screen }: CommandContext, sandbox: JoinedSandbox): Promise<void> {
  const { origin, accountSid, control } = sandbox;
  screen.line(`The sandbox is at ${origin}, account ${accountSid}. It runs on when Ctrl-C ends this.`);
  screen.record(formatReport(sandbox));
  await follow(context, screen, control);
}

async function serve(
  context: CliPorts,
  ground: CommandContext,
  folder: StateFolder,
  { port, strict = false, clock, follow: isFollowed }: Omit<SandboxFlags, 'port'> & { readonly port: number },
): Promise<void> {
  const { screen } = ground;
  const spare = port === 0 ? 0 : SPARE;
  const sandbox = await serveSandbox(folder, {
    ...waitForLock(ground, 'sandbox'),
    port,
    spare,
    strict,
    clock,
    intercepts: context.environment,
  });
  const ended = new Promise<void>((resolve) => {
    context.onInterrupt(async () => {
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
  await follow(context, screen, createControlClient(sandbox), 0);
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

function readPort(raw: string): number {
  const port = Number(raw);
  if (/^\d+$/.test(raw) && port <= 65_535) return port;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'understand the command',
    reason: '--port takes a number from 0 to 65535',
    tryNext: ['relay-phone sandbox --help'],
  });
}
