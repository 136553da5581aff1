// `relay-phone tunnel`: gives the app a public base until Ctrl-C, and records every webhook.
import { NO_SUCH_PAGE } from '../../../app-host/compare-hosts.js';
import { ExitCode } from '../../../errors.js';
import { appAgentFor } from '../../../http/client.js';
import { isSchemeFailure } from '../../../http/failure.js';
import { NoAnswer, sendRequest } from '../../../http/send.js';
import type { StartedProgram } from '../../../programs/start.js';
import { NO_CHOICES } from '../../../setup/setup.js';
import { offerAccountPage } from '../../core/account-page.js';
import { waitForApp } from '../../core/app.js';
import { findTargetKind, openCommandContext, readSecret } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import { findPrompts } from '../../core/prompts.js';
import { openSession } from '../../core/session.js';
import { offerToStopLeftovers, startRecordedProgram } from '../../core/started-programs.js';
import { type Closing, createClosing } from './closing.js';
import { keepsSettings, type TunnelFlags } from './command.js';
import { openTunnel, type RunningTunnel } from './open.js';
import { verifyOtherAddress } from './own-address.js';
import type { TunnelReport } from './report.js';

const APP_TIMEOUT_MS = 5000;

/** Keeps the tunnel open until Ctrl-C, the end of the app's program, or a failure that cannot be repaired. */
export async function run(ports: CliPorts, flags: TunnelFlags): Promise<number> {
  const authtoken = await readSecret(ports, '--authtoken-file', flags.authtokenFile);
  const context = await openCommandContext(ports, flags);
  await offerToStopLeftovers(context);
  const kind = findTargetKind(context) ?? 'live';
  const session = await openSession(context, kind, {
    command: 'tunnel',
    prompts: findPrompts(ports, flags.yes),
    choices: { ...NO_CHOICES, yes: flags.yes ?? false },
    keeps: true,
    hosts: true,
    temporary: !keepsSettings(flags),
  });
  const closing = createClosing(ports);
  closing.add(session.close);
  try {
    await verifyOtherAddress(context, flags, session);
    const open = await openTunnel({ context, session, flags, authtoken, closing });
    return await hold(open, closing);
  } finally {
    await closing.closeAll();
  }
}

/** Shows what is open, starts the app's program if one was given, and waits for the end. */
async function hold(open: RunningTunnel, closing: Closing): Promise<number> {
  const { context, flags, tunnel, watch } = open;
  const app = flags.to;
  const publicBase = await tunnel.up;
  closing.add(async () => watch.sumUp());
  const program = await startApp(open, publicBase);
  if (program) closing.add(program.stop);
  const waiting = new AbortController();
  closing.add(async () => waiting.abort());
  const page = await offerAccountPage(context, open.session, {
    host: 'tunnel',
    app,
    flags,
    ownsTerminal: !program,
  });
  if (page) closing.add(page.close);
  showStart(open, publicBase, page?.origin);
  await page?.show();
  const onSlow = () => context.screen.warn(`nothing answers at ${app} yet; start it: ${open.howToStart()}`);
  void waitForApp(context.ports, app, onSlow, waiting.signal)
    .then(async () => {
      if (!waiting.signal.aborted) await checkApp(open, waiting.signal);
    })
    .catch(closing.fail);
  const failed = Promise.race([tunnel.ended, closing.failed]).then((error) => {
    if (error) throw error;
    return ExitCode.done as number;
  });
  if (!program) return failed;
  const ended = program.ended.then((exitCode) => {
    watch.emit({ kind: 'app-ended', exitCode });
    return exitCode;
  });
  return Promise.race([failed, ended]);
}

async function startApp(
  { context, flags: { command, json = false, to } }: RunningTunnel,
  publicBase: string,
): Promise<StartedProgram | undefined> {
  if (command.length === 0) return undefined;
  const environment = { SITE_ORIGIN: publicBase, RELAY_PHONE_PUBLIC_URL: publicBase };
  const { cwd, hasKeyboard } = context.ports;
  const options = { command: 'tunnel', cwd, environment, json, hasTerminal: hasKeyboard() };
  return startRecordedProgram(context, command, options, to);
}

function showStart(
  { context, session, flags, account, server }: RunningTunnel,
  publicBase: string,
  page: string | undefined,
): void {
  const { setup } = session;
  const { screen } = context;
  const app = flags.to;
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
    page: page ?? null,
  } satisfies TunnelReport);
}

/** Returns that the app speaks https where http was named, or the reverse; undefined if it answers, or fails otherwise. */
async function findSchemeFault(app: string): Promise<string | undefined> {
  const url = new URL('/', app);
  try {
    await sendRequest({ method: 'GET', url, timeoutMs: APP_TIMEOUT_MS, agent: appAgentFor(url) });
    return undefined;
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return isSchemeFailure(error.cause) ? error.message : undefined;
  }
}

/** Warns if the app refuses its public host, or is not the app, and about what `--expose all` exposes. */
async function checkApp({ context, flags, gateway }: RunningTunnel, signal: AbortSignal): Promise<void> {
  const app = flags.to;
  const schemeFault = await findSchemeFault(app);
  if (schemeFault !== undefined) {
    context.screen.warn(`${schemeFault}: no webhook gets through`);
    return;
  }
  try {
    const fault = await gateway.compareHosts();
    if (fault) for (const line of [fault.what, ...fault.tryNext]) context.screen.warn(line);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    // The end of the tunnel ends the requests, too.
    if (signal.aborted) return;
    context.screen.warn(`could not check whether the app accepts its public host: ${error.message}`);
  }
  if (flags.expose !== 'all') return;
  context.screen.warn(`the internet can reach all of ${app}${await describeDebugPages(app)}`);
}

/** Returns the rest of a sentence about an app: whether Django shows its debug pages, which contain settings. */
async function describeDebugPages(app: string): Promise<string> {
  try {
    const url = new URL(NO_SUCH_PAGE, app);
    const agent = appAgentFor(url);
    const { body } = await sendRequest({ method: 'GET', url, timeoutMs: APP_TIMEOUT_MS, agent });
    return /DEBUG\s*=\s*True/.test(body) ? ', and it shows its settings to everybody: set DEBUG=False' : '';
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return `; could not check whether it shows its settings to everybody: ${error.message}`;
  }
}
