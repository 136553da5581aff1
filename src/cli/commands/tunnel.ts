// `relay-phone tunnel`: a public base for the app until Ctrl-C, with every webhook on record.
import { findHostFault } from '../../checks/doctor/app/host-fault.js';
import { ExitCode, RelayPhoneError } from '../../errors.js';
import { type StartedProgram, startProgram } from '../../programs/start.js';
import { NO_CHOICES } from '../../setup/setup.js';
import type { CliPorts } from '../context.js';
import type { TunnelFlags } from '../flags.js';
import { findTargetKind, openCommandContext, readSecret } from '../ground.js';
import { openSession, type Session } from '../session.js';
import { createAsk } from '../terminal/prompts.js';
import { START_APP } from '../terminal/tunnel-line.js';
import { isDebugging, waitForApp } from '../tunnel/app.js';
import { type Closing, createClosing } from '../tunnel/ending.js';
import { openTunnel, type RunningTunnel } from '../tunnel/open.js';
import type { TunnelReport } from '../tunnel/report.js';

/** Keeps the tunnel until it is interrupted, the app's command ends, or there is no way to go on. */
export async function run(
  context: CliPorts,
  flags: TunnelFlags,
  command: readonly string[],
): Promise<number> {
  const app = readApp(flags.to);
  const authtoken = await readSecret(context, '--authtoken-file', flags.authtokenFile);
  const ground = await openCommandContext(context, flags);
  const kind = findTargetKind(ground) ?? 'live';
  const session = await openSession(context, ground, kind, {
    command: 'tunnel',
    ask: context.isTerminal && !flags.yes ? createAsk(context) : undefined,
    choices: { ...NO_CHOICES, yes: flags.yes ?? false },
    keeps: true,
    hosts: true,
    temporary: !flags.keep,
  });
  const ending = createClosing(context);
  ending.last(session.close);
  try {
    const open = await openTunnel({ context, ground, session, flags, app, authtoken, ending });
    return await hold(open, command, ending);
  } finally {
    await ending.end();
  }
}

/** Shows what is there, starts the app's command, and waits for the end. */
async function hold(open: RunningTunnel, command: readonly string[], ending: Closing): Promise<number> {
  const { context, ground, app, kept, watch } = open;
  const publicBase = await kept.up;
  ending.last(async () => watch.sumUp());
  const child = await startCommand(open, command, publicBase);
  if (child) ending.last(child.stop);
  const waiting = new AbortController();
  ending.last(async () => waiting.abort());
  showStart(open, publicBase);
  const onSlow = () => ground.screen.warn(`nothing answers at ${app} yet; start it: ${START_APP}`);
  void waitForApp(context, app, onSlow, waiting.signal)
    .then(async () => {
      if (!waiting.signal.aborted) await checkApp(open, publicBase);
    })
    .catch(ending.fail);
  const failed = Promise.race([kept.ended, ending.failed]).then((error) => {
    if (error) throw error;
    return ExitCode.done as number;
  });
  if (!child) return failed;
  const ended = child.ended.then((exitCode) => {
    watch.tell({ kind: 'app-ended', exitCode });
    return exitCode;
  });
  return Promise.race([failed, ended]);
}

/** Says what Twilio's requests, and in `--expose all` everybody's, will meet. */
async function checkApp({ ground, session, flags, app }: RunningTunnel, publicBase: string): Promise<void> {
  const fault = await findHostFault(app, publicBase, hostsKeyOf(session));
  if (fault) for (const line of [fault.message, ...fault.tryNext]) ground.screen.warn(line);
  if (flags.expose !== 'all') return;
  const shows = (await isDebugging(app)) ? ', and it shows its settings to everybody: set DEBUG=False' : '';
  ground.screen.warn(`all of ${app} can be reached from outside${shows}`);
}

async function startCommand(
  { context, flags }: RunningTunnel,
  command: readonly string[],
  publicBase: string,
): Promise<StartedProgram | undefined> {
  if (command.length === 0) return undefined;
  const environment = { SITE_ORIGIN: publicBase, RELAY_PHONE_PUBLIC_URL: publicBase };
  return startProgram(command, {
    command: 'tunnel',
    cwd: context.cwd,
    environment,
    json: flags.json ?? false,
  });
}

function showStart(
  { ground, session, flags, app, account, server }: RunningTunnel,
  publicBase: string,
): void {
  const { setup } = session;
  const { screen } = ground;
  const webhooks = account.webhooks().map(({ path }) => path);
  screen.line(`Twilio reaches ${app} under ${publicBase}, through ${server.origin}. Ctrl-C ends it.`);
  screen.record({
    command: 'tunnel',
    target: setup.target,
    publicBase,
    gateway: server.origin,
    app,
    applicationSid: setup.facts.app?.sid ?? null,
    webhooks,
    exposesAll: flags.expose === 'all',
  } satisfies TunnelReport);
}

function hostsKeyOf({ setup }: Session): string {
  const keys = setup.facts.envFile?.keys.map(({ key }) => key) ?? [];
  return keys.find((key) => key === 'DJANGO_ALLOWED_HOST') ?? 'ALLOWED_HOSTS';
}

/** `127.0.0.1:8000`, a port, or an http origin. */
function readApp(raw: string): string {
  const url = /^\d+$/.test(raw) ? `http://127.0.0.1:${raw}` : raw.includes('://') ? raw : `http://${raw}`;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === 'http:' && parsed.href === `${parsed.origin}/`) return parsed.origin;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'find the app',
    reason: '--to takes where the app listens on this machine, such as 127.0.0.1:8000',
    tryNext: ['relay-phone tunnel --to 127.0.0.1:8000'],
  });
}
