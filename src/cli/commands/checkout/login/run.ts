// `relay-phone checkout login`: signs a browser on this machine in to Relay, by an address that is good once.
import { rmSync } from 'node:fs';
import { ExitCode, RelayPhoneError } from '../../../../errors.js';
import {
  LOGIN_TASK,
  type LoginPlan,
  planLogin,
  startSession,
  verifyLocalSite,
} from '../../../../firefox-relay/login.js';
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
import { isSandboxSid } from '../../../../sandbox-sid.js';
import { JOURNAL, openJournal } from '../../../../setup/journal.js';
import { acquireLock } from '../../../../state/lock.js';
import { writePrivateFile } from '../../../../state/private-file.js';
import { type CommandContext, findTargetKind, waitForLock } from '../../../core/command-context.js';
import type { CliPorts } from '../../../core/ports.js';
import { openCheckout } from '../open.js';
import type { CheckoutLoginFlags } from './command.js';

const SECONDS = LOGIN_TTL_MS / 1000;

/** Prints the address, and ends when a browser was signed in; exit code 3 if none was in time. */
export async function run(ports: CliPorts, flags: CheckoutLoginFlags): Promise<number> {
  const { context, work } = await openCheckout(ports, flags, 'checkout login');
  const { screen } = context;
  const preparable = await verifyPreparable(work, LOGIN_TASK);
  const site = await verifyLocalSite(work);
  verifyNoTunnel(context);
  await verifyTrusted(preparable, LOGIN_TASK);
  const looking = screen.progress('looking for the user');
  const plan = await planLogin(preparable, site).finally(looking.end);
  const signIn = () => signInOnce(context, preparable, plan);
  const page = await openPage(ports, plan, signIn);
  ports.onInterrupt(page.close);
  try {
    await warnOfAbsence(context, plan);
    show(context, plan, page);
    if (flags.open) await open(context, page.address);
    if ((await page.outcome) === 'expired') throw expired();
    screen.done(`signed a browser in to ${site.origin} as ${plan.email}; relay-phone undo ends that session`);
    screen.record(createReport(context, plan));
    return ExitCode.done;
  } finally {
    removeOpener(context);
    await page.close();
  }
}

async function openPage(
  { now, sleep }: CliPorts,
  { site, landing, email }: LoginPlan,
  signIn: () => Promise<readonly SessionCookie[]>,
): Promise<LoginPage> {
  try {
    return await openLoginPage({ site, landing, email, signIn, now, sleep });
  } catch (error) {
    throw new RelayPhoneError({
      kind: 'needsUser',
      task: LOGIN_TASK,
      reason: `no port can be opened at ${site.hostname}, the host of SITE_ORIGIN (${error})`,
      tryNext: ['SITE_ORIGIN=http://127.0.0.1:8000 in .env'],
      cause: error,
    });
  }
}

/** Starts the session, with its change in the journal. Holds the lock of `init` and `undo`, which write the same journal. */
async function signInOnce(
  context: CommandContext,
  preparable: PreparableCheckout,
  plan: LoginPlan,
): Promise<readonly SessionCookie[]> {
  const { ports, state, loaded } = context;
  const folder = state.open();
  const lock = await acquireLock(folder, 'setup', waitForLock(context, 'checkout login'));
  try {
    verifyNoTunnel(context);
    const { now, newId } = ports;
    const { accountSid = '' } = loaded.values;
    const target = findTargetKind(context) ?? 'sandbox';
    const journal = openJournal(folder.file(JOURNAL), { target, accountSid, now, newId });
    const change = journal.intend({
      kind: 'session-started',
      checkout: preparable.checkout.path,
      python: preparable.python.path,
      database: plan.database,
      email: plan.email,
    });
    const cookies = await startSession(preparable, plan, change.id, () => journal.abandoned(change));
    journal.done(change);
    return cookies;
  } finally {
    lock.release();
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

async function warnOfAbsence(context: CommandContext, { site }: LoginPlan): Promise<void> {
  if ((await recognizeApp(site.origin)) === 'relay') return;
  const server = `manage.py runserver ${site.port || '80'}`;
  const inSandbox = isSandboxSid(context.loaded.values.accountSid ?? '');
  context.screen.warn(`Relay does not answer at ${site.origin}; start it first, in another terminal:`);
  context.screen.detail(
    inSandbox ? `relay-phone exec -- .venv/bin/python ${server}` : `.venv/bin/python ${server}`,
  );
}

function show(context: CommandContext, plan: LoginPlan, page: LoginPage): void {
  const { screen } = context;
  screen.line(`Open this address in a browser on this machine within ${SECONDS} seconds; it works once:`);
  screen.line(`  ${page.address}`);
  if (plan.landing !== '/phone/')
    screen.line('The frontend is not built, so you will see the API. relay-phone checkout status says how.');
  screen.record(createReport(context, plan, page));
}

const OPENER = 'login.html';

/** Opens a file that leads to the address: other users of the machine can read the arguments of programs. */
async function open({ ports, screen, state }: CommandContext, address: string): Promise<void> {
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
  { email, site }: LoginPlan,
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
