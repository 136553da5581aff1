// `relay-phone sandbox`: the local Twilio as a server.
import { ExitCode, RelayPhoneError } from '../../errors.js';
import { serveSandbox } from '../../sandbox/instance.js';
import type { SandboxReport } from '../../sandbox/report.js';
import { openStateFolder } from '../../state/folder.js';
import type { Context } from '../context.js';
import type { SandboxFlags } from '../flags.js';
import { openGround, waitFor } from '../ground.js';

/** How many ports after the one asked for may be tried. */
const SPARE = 20;

/** Serves until it is interrupted. */
export async function run(context: Context, flags: SandboxFlags): Promise<number> {
  const port = readPort(flags.port);
  const ground = await openGround(context, flags);
  const { screen } = ground;
  const sandbox = await serveSandbox(openStateFolder(ground.statePath), {
    ...waitFor(ground, 'sandbox'),
    port,
    spare: port === 0 ? 0 : SPARE,
    strict: flags.strict ?? false,
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
  const { origin, accountSid } = sandbox;
  const report: SandboxReport = { command: 'sandbox', origin, port: sandbox.port, accountSid };
  screen.document(report);
  await ended;
  return ExitCode.done;
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
