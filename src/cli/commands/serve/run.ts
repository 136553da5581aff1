// `relay-phone serve`: the small Relay as a server, behind numbers of the account.
import { ExitCode } from '../../../errors.js';
import type { Listening } from '../../../http/listen.js';
import { obtainToken } from '../../../relay/api/access.js';
import { createRelay, type RunningRelay } from '../../../relay/create.js';
import type { ServeReport, TokenReport } from '../../../relay/report.js';
import { NO_CHOICES, required } from '../../../setup/setup.js';
import { openStateFolder } from '../../../state/folder.js';
import { createTwilioClient } from '../../../twilio/client.js';
import { apiOriginOf } from '../../../twilio/target.js';
import {
  type CommandContext,
  findTargetKind,
  openCommandContext,
  waitForLock,
} from '../../core/command-context.js';
import { createRequestGate, openPort, type RequestGate } from '../../core/port.js';
import type { CliPorts } from '../../core/ports.js';
import { createAsk } from '../../core/prompts.js';
import { openSession, type Session } from '../../core/session.js';
import {
  choosePublicBase,
  describeNoMask,
  findMaskAndPhone,
  prepareAccount,
  verifyMasks,
} from './account.js';
import { announceRelay } from './announcement.js';
import type { ServeFlags } from './command.js';
import { createShop } from './shop.js';
import { type RelayWatch, watchRelay } from './watch.js';

/** Milliseconds: Firefox Relay counts texts and minutes anew after thirty days. */
const CYCLE = 30 * 24 * 60 * 60_000;

/** Relays until it is interrupted. */
export async function run(ports: CliPorts, flags: ServeFlags): Promise<number> {
  const context = await openCommandContext(ports, flags);
  if (flags.showToken) return showToken(context);
  const ask = ports.isTerminal && !flags.yes ? createAsk(ports) : undefined;
  const choices = { ...NO_CHOICES, yes: flags.yes ?? false };
  const kind = findTargetKind(context) ?? 'live';
  const options = { command: 'serve', ask, choices, keeps: true, hosts: true };
  const session = await openSession(ports, context, kind, options);
  const gate = createRequestGate();
  let server: Listening | undefined;
  try {
    server = await openPort(gate.listener, flags.port, flags.host, 'serve');
    await serve(ports, context, session, { server, gate, flags });
    return ExitCode.done;
  } finally {
    await server?.close();
    await session.close();
  }
}

interface Serving {
  readonly server: Listening;
  readonly gate: RequestGate;
  readonly flags: ServeFlags;
}

async function serve(
  ports: CliPorts,
  context: CommandContext,
  session: Session,
  { server, gate, flags }: Serving,
): Promise<void> {
  const { setup } = session;
  const watch = watchRelay(ports, context.screen, flags.showNumbers ?? false);
  const publicBase = choosePublicBase(setup, server.origin);
  const pair = findMaskAndPhone(setup, flags.mask);
  const folder = openStateFolder(context.statePath);
  const waiting = waitForLock(context, 'serve');
  const connect = connector(ports, session);
  const relay = createRelay({
    database: folder.file('relay.db'),
    // Asks once each time: the outbox knows better when to ask again, and looks before it does.
    client: await connect({ attempts: 1 }),
    authToken: setup.authToken,
    publicBase,
    apiOrigin: apiOriginOf(session.target),
    token: obtainToken(folder),
    isExposed: flags.exposeApi ?? false,
    mainNumber: setup.settings.mainNumber,
    purchaser: createShop({
      buyer: { ...setup, client: await connect({}) },
      findApplication: () => required(setup.facts.app?.sid),
      folder,
      waiting,
      isAllowed: setup.target === 'sandbox' || (flags.buy ?? false),
    }),
    allowance: { texts: flags.maxTexts, seconds: flags.maxMinutes * 60, cycleMs: CYCLE },
    readsPrefixes: flags.prefixes,
    now: ports.now,
    emit: watch.tell,
  });
  try {
    verifyMasks(relay, pair);
    await prepareAccount(setup, { publicBase, pair }, folder, waiting);
    if (pair) relay.masks.add(pair.mask, pair.realNumber);
    const count = flags.resend ? relay.outgoing.resend() : 0;
    if (count > 0) context.screen.line(`Texts that are sent again: ${count}.`);
    const leave = await announceRelay(folder, { host: flags.host, port: server.port });
    showStart(context, relay, watch, { server, publicBase, target: setup.target });
    await relay.start();
    gate.open(relay.listener);
    await untilInterrupted(ports, async () => {
      leave();
      await server.drain();
      watch.sumUp(await relay.close());
    });
  } catch (error) {
    await relay.close();
    throw error;
  }
}

/** One of the two places where a secret is shown: somebody asked for it. */
function showToken({ statePath, screen }: CommandContext): number {
  const token = obtainToken(openStateFolder(statePath));
  screen.line(token);
  screen.document({ command: 'serve', token } satisfies TokenReport);
  return ExitCode.done;
}

/** Makes clients that show no progress: nobody watches one request among many. */
function connector({ environment, sleep }: CliPorts, { setup, target }: Session) {
  const credentials = { accountSid: setup.client.accountSid, authToken: setup.authToken };
  const { timeout } = setup.settings;
  const options = { target, environment, sleep, ...(timeout !== undefined && { timeout: timeout * 1000 }) };
  return (more: { readonly attempts?: number }) => createTwilioClient(credentials, { ...options, ...more });
}

function showStart(
  { screen }: CommandContext,
  relay: RunningRelay,
  { show }: RelayWatch,
  place: { readonly server: Listening; readonly publicBase: string; readonly target: ServeReport['target'] },
): void {
  const { origin } = place.server;
  const masks = relay.masks
    .list()
    .map(({ number, realNumber }) => ({ number, realNumber: show(realNumber) }));
  const unsent = relay.outgoing.listUnsent();
  for (const { kind, recipient, problem } of unsent)
    screen.warn(show(`not sent: ${kind} to ${recipient}: ${problem}`));
  if (unsent.length > 0) screen.line('relay-phone serve --resend sends again what was not sent.');
  for (const { number, realNumber } of masks) screen.line(`${number} stands in front of ${realNumber}.`);
  if (masks.length === 0) for (const line of describeNoMask(relay)) screen.line(show(line));
  const { publicBase, target } = place;
  screen.line(`The relay is at ${origin}, and Twilio reaches it under ${publicBase}. Ctrl-C ends it.`);
  screen.record({
    command: 'serve',
    target,
    origin,
    publicBase,
    masks,
    unsent: unsent.length,
  } satisfies ServeReport);
}

function untilInterrupted(ports: CliPorts, close: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    ports.onInterrupt(() => close().then(resolve, reject));
  });
}
