// Opens the context of the doctor checks. Creates nothing, and loads the database's binary only when a check needs it.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type AccountView, createAccountView } from '../../../checks/doctor/account-view.js';
import type { AppProcess, DoctorContext } from '../../../checks/doctor/doctor-context.js';
import { RelayPhoneError } from '../../../errors.js';
import type { CheckoutContext } from '../../../firefox-relay/checkout.js';
import { packageFiles } from '../../../package-file.js';
import { NO_CHOICES } from '../../../setup/setup.js';
import { readNgrokEdge } from '../../../tunnel/ngrok/edge.js';
import { findAppOrigin } from '../../core/app-origin.js';
import { createCheckoutTrust } from '../../core/checkout-trust.js';
import {
  type CommandContext,
  findTargetKind,
  openCommandContext,
  waitForLock,
} from '../../core/command-context.js';
import { createLines, type ProjectLines } from '../../core/next-lines.js';
import { findNgrokSources } from '../../core/ngrok.js';
import type { CliPorts } from '../../core/ports.js';
import { findRelay } from '../../core/serve-announcement.js';
import { openSession, type Session } from '../../core/session.js';
import type { StatePlace } from '../../core/state-place.js';
import type { DoctorFlags } from './command.js';

/** Twilio gets less time than elsewhere: a slow Twilio is a finding. */
const REQUEST_LIMITS = { attempts: 2, timeoutMs: 5000 } as const;

/** Less than the time of a check, so that the script is ended first. */
const SCRIPT_TIMEOUT_MS = 18_000;

/** How many recorded exchanges are looked at, newest first. */
const MAX_EXCHANGES = 500;

/** The context of the checks, and how to close it. */
export interface DoctorSession {
  readonly doctorContext: DoctorContext;
  readonly context: CommandContext;
  readonly lines: ProjectLines;
  close(): Promise<void>;
}

/** Opens the context. @throws RelayPhoneError `usage` for a malformed flag; the checks report all other faults */
export async function openDoctorContext(ports: CliPorts, flags: DoctorFlags): Promise<DoctorSession> {
  const faults: RelayPhoneError[] = [];
  let stateFault: RelayPhoneError | undefined;
  const context = await openCommandContext(ports, flags, (fault, about) => {
    if (about === 'state-folder') stateFault = fault;
    else faults.push(fault);
  });
  const { envPath, envFile, loaded, state } = context;
  const { environment, now } = ports;
  const account = createAccount(context);
  const target = findTarget(context);
  const lines = createLines(context, {
    target: target.target,
    origin: flags.app,
    pythonPath: flags.python === undefined ? undefined : resolve(ports.cwd, flags.python),
  });
  const doctorContext: DoctorContext = {
    nodeVersion: process.version,
    packageFiles,
    environment,
    envPath,
    envFile,
    envFault: faults.find(({ kind }) => kind === 'needsUser'),
    settingFaults: faults.filter(({ kind }) => kind === 'usage'),
    loaded,
    statePath: state.path,
    openState: state.open,
    stateFault,
    ...target,
    findSandbox: () => findSandbox(state),
    findAppContact: () => findAppContact(state),
    listExchanges: (since) => listExchanges(context, since),
    seeAppProcess: () => seeProcess(context, findAppOrigin(context, flags.app)),
    lines,
    openAccount: account.open,
    findAppOrigin: () => findAppOrigin(context, flags.app),
    ngrok: { sources: findNgrokSources(context), readEdge: () => readNgrokEdge(environment) },
    isOtherProject: !['relay', 'unknown'].includes(lines.project.kind),
    inspectCheckout: await findInspection(context, flags),
    now,
    timeoutMs: (loaded.values.timeout ?? REQUEST_LIMITS.timeoutMs / 1000) * 1000,
  };
  return { doctorContext, context, lines, close: account.close };
}

/** The inspection of the checkout, once the user was asked to agree to it; undefined without a checkout. */
async function findInspection(
  { ports, checkout, readEnv, state }: CommandContext,
  flags: DoctorFlags,
): Promise<DoctorContext['inspectCheckout']> {
  if (!checkout) return undefined;
  const { inspectCheckout, askForTrust } = await import('../../../firefox-relay/inspect.js');
  const { environment, cwd } = ports;
  const work: CheckoutContext = {
    checkout,
    environment,
    readEnv,
    pythonPath: flags.python === undefined ? undefined : resolve(cwd, flags.python),
    folder: state.find(),
    findDistrust: createCheckoutTrust(ports, flags, 'doctor').findDistrust,
  };
  await askForTrust(work);
  return () => inspectCheckout({ ...work, signal: AbortSignal.timeout(SCRIPT_TIMEOUT_MS) });
}

/** The target is unknown if the journal cannot be read. */
function findTarget(context: CommandContext): Pick<DoctorContext, 'target' | 'targetFault'> {
  try {
    return { target: findTargetKind(context), targetFault: undefined };
  } catch (error) {
    if (error instanceof RelayPhoneError) return { target: undefined, targetFault: error };
    throw error;
  }
}

/** The account; its session is opened by the first check that needs it. */
function createAccount(context: CommandContext) {
  let opening: Promise<{ readonly session: Session; readonly view: AccountView }> | undefined;

  async function open() {
    const kind = findTargetKind(context) ?? 'live';
    const options = {
      command: 'doctor',
      prompts: undefined,
      choices: NO_CHOICES,
      keeps: false,
      requestLimits: REQUEST_LIMITS,
    };
    const session = await openSession(context, kind, options);
    // Loaded here, because it loads the SDK.
    const { openProducts } = await import('../../../twilio/products.js');
    return { session, view: createAccountView(session.setup, openProducts(session.setup.client)) };
  }

  return {
    open: async () => {
      opening ??= open();
      return (await opening).view;
    },
    close: async () => {
      const opened = await opening?.catch(() => undefined);
      await opened?.session.close();
    },
  };
}

async function findSandbox(state: StatePlace): ReturnType<DoctorContext['findSandbox']> {
  const folder = state.find();
  if (!folder) return { exists: false, origin: undefined };
  const [{ findRunningSandbox }, { hasSandbox }] = await Promise.all([
    import('../../../sandbox/instance/address.js'),
    import('../../../sandbox/instance/join.js'),
  ]);
  return { exists: hasSandbox(folder), origin: await findRunningSandbox(folder) };
}

async function findAppContact(state: StatePlace): ReturnType<DoctorContext['findAppContact']> {
  const folder = state.find();
  if (!folder) return undefined;
  const { findJoinable } = await import('../../../sandbox/instance/join.js');
  const running = await findJoinable(folder);
  return running && (await running.control.state()).app;
}

async function listExchanges(
  context: CommandContext,
  since: number,
): ReturnType<DoctorContext['listExchanges']> {
  const folder = context.state.find();
  const { DATABASE, openExchanges } = await import('../../../gateway/open.js');
  // Opening creates the database.
  if (!folder || !existsSync(folder.file(DATABASE))) return [];
  const exchanges = await openExchanges(folder, waitForLock(context, 'doctor'));
  try {
    const [passed, refused] = await Promise.all(
      [false, true].map((isRefused) => exchanges.list({ since, refused: isRefused, limit: MAX_EXCHANGES })),
    );
    // What strangers try tells nothing of the app.
    const explained = refused?.filter(({ findings }) => findings !== undefined) ?? [];
    return [...(passed ?? []), ...explained].sort((one, other) => other.id - one.id);
  } finally {
    await exchanges.close();
  }
}

async function seeProcess({ state, envFile }: CommandContext, app: string): Promise<AppProcess> {
  const folder = state.find();
  // It is told the sandbox's address by itself.
  if (folder && findRelay(folder) === app) return { start: 'inside' };
  const [{ seeAppProcess }, { findProxyToken }, { origin: sandbox }] = await Promise.all([
    import('./app-process.js'),
    import('../../../sandbox/proxy/proxy.js'),
    findSandbox(state),
  ]);
  const token = folder && findProxyToken(folder);
  return seeAppProcess({ app, token, sandbox, envValues: [...(envFile?.values.values() ?? [])] });
}
