// `relay-phone checkout login`: signs a browser on this machine in to Relay, by an address that is good once.
import { rmSync } from 'node:fs';
import { ExitCode, RelayPhoneError } from '../../../../errors.js';
import { chooseEmail } from '../../../../firefox-relay/api-token.js';
import { inspectFrontend } from '../../../../firefox-relay/frontend.js';
import { endSession, LOGIN_TASK, startSession, verifyLocalSite } from '../../../../firefox-relay/login.js';
import { LOGIN_TTL_MS, type LoginPage, openLoginPage } from '../../../../firefox-relay/login-page.js';
import {
  type PreparableCheckout,
  verifyPreparable,
  verifyTrusted,
} from '../../../../firefox-relay/prepare.js';
import { recognizeApp } from '../../../../firefox-relay/recognize-app.js';
import type { CheckoutLoginReport } from '../../../../firefox-relay/report.js';
import type { SessionCookie } from '../../../../firefox-relay/script.js';
import { findRunningGateway } from '../../../../gateway/open.js';
import { openInBrowser } from '../../../../programs/open-in-browser.js';
import { JOURNAL, openJournal } from '../../../../setup/journal.js';
import { acquireLock } from '../../../../state/lock.js';
import { writePrivateFile } from '../../../../state/private-file.js';
import { type CommandContext, findTargetKind, waitForLock } from '../../../core/command-context.js';
import { createLines } from '../../../core/next-lines.js';
import type { CliPorts } from '../../../core/ports.js';
import { openCheckout } from '../open.js';
import type { CheckoutLoginFlags } from './command.js';

const SECONDS = LOGIN_TTL_MS / 1000;
/** Relay's page of the masks, and its API for a checkout whose frontend is not built. */
const [MASKS, API] = ['/phone/', '/api/v1/profiles/'] as const;

/** Where a browser is signed in, and as whom. */
interface Plan {
  readonly email: string;
  /** SITE_ORIGIN. */
  readonly site: URL;
  readonly landing: string;
}

/** Prints the address, and ends when a browser was signed in; exit code 3 if none was in time. */
export async function run(ports: CliPorts, flags: CheckoutLoginFlags): Promise<number> {
  const { context, work } = await openCheckout(ports, flags, 'checkout login');
  const { screen } = context;
  const preparable = await verifyPreparable(work, LOGIN_TASK);
  const site = await verifyLocalSite(work);
  verifyNoTunnel(context);
  await verifyTrusted(preparable, LOGIN_TASK);
  const landing = inspectFrontend(work.checkout).isBuilt ? MASKS : API;
  const plan: Plan = { email: chooseEmail(work), site, landing };
  const starting = screen.progress('starting a session in Relay');
  const session = await startJournaled(context, preparable, plan.email).finally(starting.end);
  try {
    await warnOfAbsence(context, plan);
    await handOver(context, plan, session.cookies, flags.open ?? false);
  } catch (error) {
    await session.end();
    throw error;
  }
  screen.done(`signed a browser in to ${site.origin} as ${plan.email}; relay-phone undo ends that session`);
  screen.record(createReport(context, plan));
  return ExitCode.done;
}

/** Serves the page until a browser got the cookies. @throws RelayPhoneError `needsUser` if none did */
async function handOver(
  context: CommandContext,
  plan: Plan,
  cookies: readonly SessionCookie[],
  isOpened: boolean,
): Promise<void> {
  const page = await openPage(context, plan, cookies);
  context.ports.onInterrupt(page.close);
  try {
    show(context, plan, page);
    if (isOpened) await openFile(context, page.address);
    if ((await page.outcome) === 'expired') throw expired();
  } finally {
    removeOpener(context);
    await page.close();
  }
}

/** A session, and how to end it if no browser got it. */
interface JournaledSession {
  readonly cookies: readonly SessionCookie[];
  end(): Promise<void>;
}

/** Starts the session, with its change in the journal. Holds the lock of `init` and `undo`, which write the same journal. */
async function startJournaled(
  context: CommandContext,
  preparable: PreparableCheckout,
  email: string,
): Promise<JournaledSession> {
  const { ports, state, loaded } = context;
  const folder = state.open();
  const lock = await acquireLock(folder, 'setup', waitForLock(context, 'checkout login'));
  try {
    const { now, newId } = ports;
    const { accountSid = '' } = loaded.values;
    const target = findTargetKind(context) ?? 'sandbox';
    const journal = openJournal(folder.file(JOURNAL), { target, accountSid, now, newId });
    const [checkout, python] = [preparable.checkout.path, preparable.python.path];
    const change = journal.intend({ kind: 'session-started', checkout, python, email });
    const onRefused = () => journal.abandoned(change);
    const { cookies, database } = await startSession(preparable, email, change.id, onRefused);
    journal.done(change, { database });
    const session = { id: change.id, checkout, python, email, database };
    const end = async () => {
      if ((await endSession(session, preparable)).undone) journal.undone(change);
    };
    return { cookies, end };
  } finally {
    lock.release();
  }
}

async function openPage(
  context: CommandContext,
  plan: Plan,
  cookies: readonly SessionCookie[],
): Promise<LoginPage> {
  const { now, sleep } = context.ports;
  const verify = () => verifyNoTunnel(context);
  try {
    return await openLoginPage({ ...plan, cookies, verify, now, sleep });
  } catch (error) {
    throw new RelayPhoneError({
      kind: 'needsUser',
      task: LOGIN_TASK,
      reason: `no port can be opened at ${plan.site.hostname}, the host of SITE_ORIGIN (${error})`,
      tryNext: ['SITE_ORIGIN=http://127.0.0.1:8000 in .env'],
      cause: error,
    });
  }
}

/** A login is for this machine alone, and a tunnel lets others reach Relay. */
function verifyNoTunnel({ state }: CommandContext): void {
  const folder = state.find();
  if (!folder || !findRunningGateway(folder)) return;
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: LOGIN_TASK,
    reason: 'relay-phone tunnel is running, so Relay is public',
    tryNext: ['end the tunnel, then run it again'],
  });
}

async function warnOfAbsence(context: CommandContext, { site }: Plan): Promise<void> {
  if ((await recognizeApp(site.origin)) === 'relay') return;
  const { start } = createLines(context, { origin: site.origin });
  context.screen.warn(`Relay does not answer at ${site.origin}; start it first, in another terminal:`);
  context.screen.detail(start);
}

function show(context: CommandContext, plan: Plan, page: LoginPage): void {
  const { screen } = context;
  screen.line(`Open this address in a browser on this machine within ${SECONDS} seconds; it works once:`);
  screen.line(`  ${page.address}`);
  if (plan.landing === API)
    screen.line('The frontend is not built, so you will see the API. relay-phone checkout status says how.');
  screen.record(createReport(context, plan, page));
}

const OPENER = 'login.html';

/** Opens a file that leads to the address: other users of the machine can read the arguments of programs. */
async function openFile({ ports, screen, state }: CommandContext, address: string): Promise<void> {
  if (!ports.isTerminal) return screen.warn('--open opens nothing: this is not a terminal');
  const path = state.open().file(OPENER);
  ports.onInterrupt(async () => rmSync(path, { force: true }));
  writePrivateFile(path, `<!doctype html><meta http-equiv="refresh" content="0;url=${address}">\n`);
  if (!(await openInBrowser(path, ports.environment)))
    screen.warn('no browser could be started: open the address yourself');
}

function removeOpener({ state }: CommandContext): void {
  const path = state.find()?.file(OPENER);
  if (path) rmSync(path, { force: true });
}

function createReport(
  { checkout }: CommandContext,
  { email, site }: Plan,
  page?: LoginPage,
): CheckoutLoginReport {
  return {
    command: 'checkout login',
    checkout: checkout?.path ?? '',
    email,
    origin: site.origin,
    state: page ? 'waiting' : 'signed-in',
    address: page?.address ?? null,
    expiresAt: page ? new Date(page.expiresAt).toISOString() : null,
  };
}

function expired(): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: LOGIN_TASK,
    reason: `nobody pressed the button within ${SECONDS} seconds`,
    tryNext: ['relay-phone checkout login'],
  });
}
