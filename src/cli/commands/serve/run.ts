// `relay-phone serve`: runs the small Relay as a server.
import { ExitCode } from '../../../errors.js';
import type { Listening } from '../../../http/listen.js';
import { isWildcard } from '../../../origin.js';
import { obtainToken } from '../../../relay/api/access.js';
import { createRelay, type RunningRelay } from '../../../relay/create.js';
import type { ServeReport, TokenReport } from '../../../relay/report.js';
import { RELAY_DATABASE_FILE } from '../../../relay/store/schema.js';
import { NO_CHOICES, required } from '../../../setup/setup.js';
import { createTwilioClient } from '../../../twilio/client.js';
import { apiOriginOf } from '../../../twilio/target.js';
import { offerAccountPage } from '../../core/account-page.js';
import {
  type CommandContext,
  findTargetKind,
  openCommandContext,
  waitForLock,
} from '../../core/command-context.js';
import { createLines, showNext } from '../../core/next-lines.js';
import { textMask } from '../../core/next-steps.js';
import type { OfferedPage } from '../../core/offer-page.js';
import { createRequestGate, openPort, type RequestGate } from '../../core/port.js';
import type { CliPorts } from '../../core/ports.js';
import { findPrompts } from '../../core/prompts.js';
import { createRedactor, type Redactor } from '../../core/redact.js';
import { announceRelay } from '../../core/serve-announcement.js';
import { openSession, type Session } from '../../core/session.js';
import { offerToStopLeftovers } from '../../core/started-programs.js';
import {
  describeNoMask,
  findMaskAndPhone,
  findRelayPublicBase,
  prepareAccount,
  verifyMaskFree,
} from './account.js';
import type { ServeFlags } from './command.js';
import { createNumberPurchaser } from './shop.js';
import { watchRelay } from './watch.js';

/** Firefox Relay counts texts and minutes per 30 days. */
const CYCLE_MS = 30 * 24 * 60 * 60_000;

/** How long Ctrl-C waits for requests in flight: a purchase that Twilio does not answer is looked up after its time limit. */
const DRAIN_MS = 60_000;

/** Relays texts and calls until Ctrl-C. */
export async function run(ports: CliPorts, flags: ServeFlags): Promise<number> {
  const context = await openCommandContext(ports, flags);
  if (flags.showToken) return showToken(context);
  await offerToStopLeftovers(context);
  const kind = findTargetKind(context) ?? 'live';
  const session = await openSession(context, kind, {
    command: 'serve',
    prompts: findPrompts(ports, flags.yes),
    choices: { ...NO_CHOICES, yes: flags.yes ?? false },
    keeps: true,
    hosts: true,
  });
  const gate = createRequestGate();
  let server: Listening | undefined;
  try {
    server = await openPort(gate.listener, flags.port, flags.host, 'serve');
    await serve(context, session, { server, gate, flags });
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
  context: CommandContext,
  session: Session,
  { server, gate, flags }: Serving,
): Promise<void> {
  const { ports, screen } = context;
  const { setup } = session;
  const showsNumbers = flags.showNumbers ?? false;
  const watch = watchRelay(context, showsNumbers);
  const publicBase = findRelayPublicBase(setup, server.origin);
  const pair = findMaskAndPhone(setup, flags.mask);
  const folder = context.state.open();
  const waiting = waitForLock(context, 'serve');
  const connect = createConnect(ports, session);
  const relay = createRelay({
    database: folder.file(RELAY_DATABASE_FILE),
    // One attempt, because the outbox repeats a request itself, and checks first whether it arrived.
    client: await connect({ attempts: 1 }),
    authToken: setup.authToken,
    publicBase,
    apiOrigin: apiOriginOf(session.target),
    token: obtainToken(folder),
    isExposed: flags.exposeApi ?? false,
    mainNumber: setup.settings.mainNumber,
    purchaser: createNumberPurchaser({
      buyer: { ...setup, client: await connect({}) },
      findApplication: () => required(setup.facts.app?.sid),
      folder,
      waiting,
      isAllowed: setup.target === 'sandbox' || (flags.buy ?? false),
    }),
    allowance: { texts: flags.maxTexts, seconds: flags.maxMinutes * 60, cycleMs: CYCLE_MS },
    readsPrefixes: flags.prefixes,
    now: ports.now,
    emit: watch.emit,
  });
  let page: OfferedPage | undefined;
  try {
    verifyMaskFree(relay, pair);
    await prepareAccount(setup, { publicBase, pair }, folder, waiting);
    if (pair) relay.masks.add(pair.mask, pair.realNumber);
    const count = flags.resend ? relay.outgoing.resend() : 0;
    if (count > 0) screen.line(`Texts sent again: ${count}.`);
    const withdraw = await announceRelay(folder, server.origin);
    const report = showStart(context, relay, createRedactor(showsNumbers), {
      host: flags.host,
      origin: server.origin,
      publicBase,
      target: setup.target,
    });
    page = await offerAccountPage(context, session, {
      host: 'serve',
      app: server.origin,
      flags,
      ownsTerminal: true,
    });
    screen.record({ ...report, page: page?.origin ?? null } satisfies ServeReport);
    await relay.start();
    gate.open(relay.listener);
    await page?.show();
    await untilInterrupted(ports, async () => {
      withdraw();
      await server.drain(DRAIN_MS);
      watch.sumUp(await relay.close());
    });
  } catch (error) {
    await page?.close();
    await relay.close();
    throw error;
  }
}

/** Prints a secret, because the user asked for it. Only `exec --print-env` does so too. */
function showToken({ state, screen }: CommandContext): number {
  const token = obtainToken(state.open());
  screen.line(token);
  screen.document({ command: 'serve', token } satisfies TokenReport);
  return ExitCode.done;
}

/** Creates clients that show no progress: a server sends requests all the time. */
function createConnect({ environment, sleep }: CliPorts, { setup, target }: Session) {
  const credentials = { accountSid: setup.client.accountSid, authToken: setup.authToken };
  const { timeout } = setup.settings;
  const options = { target, environment, sleep, ...(timeout !== undefined && { timeoutMs: timeout * 1000 }) };
  return (more: { readonly attempts?: number }) =>
    createTwilioClient(credentials, { ...options, ...more, isApp: true });
}

/** @returns the first document of `--json`, without the page */
function showStart(
  context: CommandContext,
  relay: RunningRelay,
  { text: redact }: Redactor,
  {
    host,
    origin,
    publicBase,
    target,
  }: Pick<ServeReport, 'origin' | 'publicBase' | 'target'> & {
    readonly host: string;
  },
): Omit<ServeReport, 'page'> {
  const { screen } = context;
  const [first] = relay.masks.list();
  const masks = relay.masks
    .list()
    .map(({ number, realNumber }) => ({ number, realNumber: redact(realNumber) }));
  const unsent = relay.outgoing.listUnsent();
  for (const { kind, recipient, problem } of unsent)
    screen.warn(redact(`not sent: ${kind} to ${recipient}: ${problem}`));
  if (unsent.length > 0) screen.line('relay-phone serve --resend sends them again.');
  for (const { number, realNumber } of masks) screen.line(`${number} stands in front of ${realNumber}.`);
  if (masks.length === 0) for (const line of describeNoMask(relay)) screen.line(redact(line));
  if (isWildcard(host))
    screen.warn(`it listens on every address of this machine (${host}): other machines can reach it too`);
  screen.line(`The relay is at ${origin}, and Twilio reaches it under ${publicBase}. Ctrl-C ends it.`);
  if (first && target === 'sandbox') {
    const { number, realNumber } = first;
    showNext(screen, [textMask(createLines(context, { target }), number, realNumber, redact(realNumber))]);
  }
  return { command: 'serve', target, origin, publicBase, masks, unsent: unsent.length };
}

function untilInterrupted(ports: CliPorts, close: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    ports.onInterrupt(() => close().then(resolve, reject));
  });
}
