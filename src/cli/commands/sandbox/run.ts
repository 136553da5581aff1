// `relay-phone sandbox`: runs the local Twilio as a server.
import { ExitCode, RelayPhoneError } from '../../../errors.js';
import { once } from '../../../once.js';
import { isLoopback } from '../../../origin.js';
import { listPages } from '../../../page/server/address.js';
import type { TokenSource } from '../../../sandbox/accounts/account/store.js';
import { type ControlClient, createControlClient } from '../../../sandbox/control/client.js';
import { findJoinable, type JoinedSandbox, serveSandbox } from '../../../sandbox/instance/join.js';
import {
  describeUnsupportedUse,
  type UnsupportedUse,
} from '../../../sandbox/platform/events/unsupported-use.js';
import type { SandboxReport } from '../../../sandbox/report.js';
import type { Sandbox } from '../../../sandbox/sandbox.js';
import type { StateFolder } from '../../../state/folder.js';
import { type CommandContext, openCommandContext, waitForLock } from '../../core/command-context.js';
import { type OfferedPage, offerPage } from '../../core/offer-page.js';
import { cannotListen, isListenError } from '../../core/port.js';
import type { CliPorts } from '../../core/ports.js';
import { warnOfLostWrites, warnOfUnsupported } from '../../core/sandbox.js';
import { adviseTrace } from '../../core/unsupported.js';
import type { SandboxFlags } from './command.js';
import { showEvent, warnOfMissedEvents } from './event-line.js';
import { readServing, type Serving } from './serving.js';
import { describeAddresses, showRemoteAccess } from './show-remote-access.js';

/** How many ports after the requested one are tried. */
const SPARE_PORTS = 20;

/**
 * Serves until Ctrl-C. With `--follow`, a sandbox that is running already is only watched. A strict one ends with 6 if
 * something was asked for that it lacks.
 */
export async function run(ports: CliPorts, flags: SandboxFlags): Promise<number> {
  // Here these name the sandbox's account; the settings of the same names are those of the Twilio account.
  const { accountSid, authTokenFile, ...common } = flags;
  const context = await openCommandContext(ports, common);
  const serving = await readServing(context, flags);
  const folder = context.state.open();
  const running = await findJoinable(folder);
  if (!running) return serve(context, folder, serving);
  if (!serving.follow) throw runsAlready(folder, running);
  await watch(context, folder, running);
  return ExitCode.done;
}

async function watch(context: CommandContext, folder: StateFolder, sandbox: JoinedSandbox): Promise<void> {
  const { screen } = context;
  const { origin, accountSid, control } = sandbox;
  // Before the line: what happens once it can be read is shown.
  const { epoch, lastEventId } = await control.state();
  screen.line(`The sandbox is at ${origin}, account ${accountSid}. It keeps running when Ctrl-C ends this.`);
  const page = listPages(folder).find(({ mode }) => mode === 'sandbox');
  screen.record(createReport(sandbox, page?.origin));
  await follow(context, control, `${epoch}-${lastEventId}`);
}

async function serve(context: CommandContext, folder: StateFolder, serving: Serving): Promise<number> {
  const { ports, screen } = context;
  const { port, strict, allowCountry, follow: isFollowed } = serving;
  let renewedBy: TokenSource | undefined;
  const sandbox = await serveSandbox(folder, {
    ...waitForLock(context, 'sandbox'),
    port,
    spare: port === 0 ? 0 : SPARE_PORTS,
    // Others were told this port, and would show their tokens to the program that has it.
    isPortFixed: serving.isRemote,
    ...formatOptions(serving),
    onTokenRenewed: (by) => {
      renewedBy = by;
    },
    onWriteFailed: warnOfLostWrites(context),
    failsOnUnsupported: strict,
    ...(!isFollowed && { onUnsupported: strict ? showUse(context) : warnOfUnsupported(context) }),
    proxyEnvironment: ports.environment,
  }).catch((error: unknown) => {
    throw isListenError(error) ? cannotListen(error, port, serving.host, 'sandbox') : error;
  });
  // Sandboxes that other commands start later allow them too.
  for (const country of allowCountry) sandbox.allowCountry(country);
  const end = once(async () => {
    await sandbox.close();
    const names = strict ? sandbox.unsupported().map(({ name }) => name) : [];
    if (names.length === 0) return undefined;
    screen.fault(`asked for, and not in the sandbox: ${names.join(', ')}`);
    return ExitCode.fault;
  });
  const ended = new Promise<number>((resolve) => {
    ports.onInterrupt(async () => {
      const exitCode = await end();
      resolve(exitCode ?? ExitCode.interrupted);
      return exitCode;
    });
  });
  if (port !== 0 && sandbox.port !== port)
    screen.warn(`port ${port} is taken, so this is on ${sandbox.port}`);
  if (serving.isRemote) showRemoteAccess(screen, sandbox, serving, renewedBy);
  const { pageHost } = serving;
  if (serving.page && pageHost !== undefined && !isLoopback(pageHost))
    screen.warn(`the page listens on ${describeAddresses(pageHost)}, and needs a code`);
  screen.line(`The sandbox is at ${sandbox.origin}, account ${sandbox.accountSid}. Ctrl-C ends it.`);
  const page = serving.page ? await offerSandboxPage(context, sandbox, serving) : undefined;
  const report = createReport(sandbox, page?.origin);
  if (isFollowed) screen.record(report);
  else screen.document(report);
  await page?.show();
  if (!isFollowed) return ended;
  await follow(context, createControlClient(sandbox), 0);
  await page?.close();
  return (await end()) ?? ExitCode.done;
}

/** The options that the sandbox shares with the library. */
function formatOptions({
  host,
  publicOrigin,
  allowedHosts,
  account,
  controlToken,
  strict,
  traceparent,
  allowCountry,
  clock,
}: Serving) {
  return {
    host,
    ...(publicOrigin !== undefined && { publicOrigin }),
    ...(allowedHosts && { webhooks: { allowedHosts } }),
    account,
    ...(controlToken !== undefined && { controlToken }),
    strict,
    traceparent,
    allowedCountries: allowCountry,
    clock,
  };
}

/** The page has the second port after the sandbox's: the first is the proxy's. */
function offerSandboxPage(
  context: CommandContext,
  sandbox: Sandbox,
  { port, open, pageHost }: Serving,
): Promise<OfferedPage | undefined> {
  return offerPage(context, {
    host: 'sandbox',
    subject: { kind: 'sandbox', sandbox },
    port: port && sandbox.port + 2,
    address: pageHost,
    opens: open,
    ownsTerminal: true,
  });
}

/**
 * Shows every event until Ctrl-C or a closed pipe.
 *
 * @param since the event before the first one that is shown: its position, or 0 for the oldest
 * @throws RelayPhoneError `network` if the sandbox goes away.
 */
async function follow(
  { ports, screen }: CommandContext,
  control: ControlClient,
  since: number | string,
): Promise<void> {
  const ending = new AbortController();
  const end = () => ending.abort();
  ports.onInterrupt(async () => end());
  // The pipe closes in `| head`.
  ports.stdout.on('error', end);
  await control.watch(
    (event) => {
      showEvent(screen, event);
      screen.record(event);
    },
    { ...warnOfMissedEvents(screen), signal: ending.signal, since },
  );
}

/** Returns a listener that shows what the sandbox lacks as a fault, at once. */
function showUse({ screen }: CommandContext): (use: UnsupportedUse) => void {
  return (use) => {
    screen.fault(describeUnsupportedUse(use));
    screen.advice([adviseTrace(use)]);
  };
}

function createReport(
  { origin, publicOrigin, accountSid }: Pick<JoinedSandbox, 'origin' | 'publicOrigin' | 'accountSid'>,
  page: string | undefined,
): SandboxReport {
  const port = Number(new URL(origin).port);
  return { command: 'sandbox', origin, publicOrigin, port, accountSid, page: page ?? null };
}

function runsAlready({ path }: StateFolder, { origin }: JoinedSandbox): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'start a sandbox',
    reason: `the sandbox of ${path} is already running at ${origin}`,
    tryNext: ['relay-phone sandbox --follow, to watch it', '--state-dir PATH, for another sandbox'],
  });
}
