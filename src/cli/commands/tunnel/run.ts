// `relay-phone tunnel`: a public base for the app until Ctrl-C, with every webhook on record.
import { findHostFault } from '../../../checks/doctor/app/host-fault.js';
import { ExitCode } from '../../../errors.js';
import { NoAnswer, sendRequest } from '../../../http/send.js';
import { type StartedProgram, startProgram } from '../../../programs/start.js';
import { NO_CHOICES } from '../../../setup/setup.js';
import { waitForApp } from '../../core/app.js';
import { findTargetKind, openCommandContext, readSecret } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import { createAsk } from '../../core/prompts.js';
import { openSession, type Session } from '../../core/session.js';
import { type Closing, createClosing } from './closing.js';
import type { TunnelFlags } from './command.js';
import { openTunnel, type RunningTunnel } from './open.js';
import type { TunnelReport } from './report.js';
import { START_APP } from './tunnel-line.js';

/** Milliseconds for the answer of the app. */
const PATIENCE = 5000;

/** Keeps the tunnel until it is interrupted, the app's command ends, or there is no way to go on. */
export async function run(ports: CliPorts, flags: TunnelFlags): Promise<number> {
  const authtoken = await readSecret(ports, '--authtoken-file', flags.authtokenFile);
  const context = await openCommandContext(ports, flags);
  const kind = findTargetKind(context) ?? 'live';
  const session = await openSession(ports, context, kind, {
    command: 'tunnel',
    ask: ports.isTerminal && !flags.yes ? createAsk(ports) : undefined,
    choices: { ...NO_CHOICES, yes: flags.yes ?? false },
    keeps: true,
    hosts: true,
    temporary: !flags.keep,
  });
  const ending = createClosing(ports);
  ending.last(session.close);
  try {
    const open = await openTunnel({ ports, context, session, flags, app: flags.to, authtoken, ending });
    return await hold(open, flags.command, ending);
  } finally {
    await ending.end();
  }
}

/** Shows what is there, starts the app's command, and waits for the end. */
async function hold(open: RunningTunnel, command: readonly string[], ending: Closing): Promise<number> {
  const { ports, context, app, kept, watch } = open;
  const publicBase = await kept.up;
  ending.last(async () => watch.sumUp());
  const child = await startCommand(open, command, publicBase);
  if (child) ending.last(child.stop);
  const waiting = new AbortController();
  ending.last(async () => waiting.abort());
  showStart(open, publicBase);
  const onSlow = () => context.screen.warn(`nothing answers at ${app} yet; start it: ${START_APP}`);
  void waitForApp(ports, app, onSlow, waiting.signal)
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
async function checkApp({ context, session, flags, app }: RunningTunnel, publicBase: string): Promise<void> {
  const fault = await findHostFault(app, publicBase, hostsKeyOf(session));
  if (fault) for (const line of [fault.message, ...fault.tryNext]) context.screen.warn(line);
  if (flags.expose !== 'all') return;
  const shows = (await isDebugging(app)) ? ', and it shows its settings to everybody: set DEBUG=False' : '';
  context.screen.warn(`all of ${app} can be reached from outside${shows}`);
}

async function startCommand(
  { ports, flags }: RunningTunnel,
  command: readonly string[],
  publicBase: string,
): Promise<StartedProgram | undefined> {
  if (command.length === 0) return undefined;
  const environment = { SITE_ORIGIN: publicBase, RELAY_PHONE_PUBLIC_URL: publicBase };
  return startProgram(command, {
    command: 'tunnel',
    cwd: ports.cwd,
    environment,
    json: flags.json ?? false,
  });
}

function showStart(
  { context, session, flags, app, account, server }: RunningTunnel,
  publicBase: string,
): void {
  const { setup } = session;
  const { screen } = context;
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

/** Whether an app of Django's shows its debug pages, with settings in them. */
async function isDebugging(app: string): Promise<boolean> {
  try {
    const url = new URL('/relay-phone/no-such-page', app);
    const { body } = await sendRequest({ method: 'GET', url, timeout: PATIENCE });
    return /DEBUG\s*=\s*True/.test(body);
  } catch (error) {
    if (error instanceof NoAnswer) return false;
    throw error;
  }
}
