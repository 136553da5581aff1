// Gathers what the checks of `doctor` look at. Nothing is made by it, and what needs the database's binary comes last.
import { resolve } from 'node:path';
import { type AccountView, createAccountView } from '../../../checks/doctor/account-view.js';
import { type DoctorContext, findSetPublicBase } from '../../../checks/doctor/doctor-context.js';
import { RelayPhoneError } from '../../../errors.js';
import { packageFiles } from '../../../package-file.js';
import { NO_CHOICES } from '../../../setup/setup.js';
import { findStateFolder } from '../../../state/folder.js';
import { readNgrokEdge } from '../../../tunnel/ngrok/edge.js';
import { USUAL_APP } from '../../core/app.js';
import { type CommandContext, findTargetKind, openCommandContext } from '../../core/command-context.js';
import { findNgrokPlaces } from '../../core/ngrok.js';
import type { CliPorts } from '../../core/ports.js';
import { openSession, type Session } from '../../core/session.js';
import type { DoctorFlags } from './command.js';

/** Twilio gets less time than elsewhere: that it is slow is a finding. */
const PATIENCE = { attempts: 2, timeout: 5000 } as const;

/** Milliseconds; less than a check gets. */
const SCRIPT_PATIENCE = 18_000;

/** A patient, where it lies, and how to leave it. */
export interface DoctorSession {
  readonly patient: DoctorContext;
  readonly context: CommandContext;
  close(): Promise<void>;
}

/** Gathers it. @throws RelayPhoneError `usage` for a flag that makes no sense; all else is for the checks to find. */
export async function openDoctorContext(ports: CliPorts, flags: DoctorFlags): Promise<DoctorSession> {
  const faults: RelayPhoneError[] = [];
  const context = await openCommandContext(ports, flags, (fault) => faults.push(fault));
  const { envPath, envFile, loaded, statePath } = context;
  const { environment, now } = ports;
  const account = createAccount(ports, context);
  const surroundings = { loaded, statePath };
  const patient: DoctorContext = {
    nodeVersion: process.version,
    packageFiles,
    environment,
    envPath,
    envFile,
    envFault: faults.find(({ kind }) => kind === 'needsUser'),
    settingFaults: faults.filter(({ kind }) => kind === 'usage'),
    loaded,
    statePath,
    target: findTarget(context),
    findSandbox: () => findSandbox(statePath),
    openAccount: account.open,
    findAppOrigin: async () => flags.app ?? (await findAppOrigin(surroundings)),
    ngrok: { places: findNgrokPlaces(ports, context), readEdge: () => readNgrokEdge(environment) },
    inspectCheckout: findInspection(ports, context, flags.python),
    now,
    timeout: (loaded.values.timeout ?? PATIENCE.timeout / 1000) * 1000,
  };
  return { patient, context, close: account.close };
}

/** Its script is ended before it is given up. */
function findInspection(
  { environment, cwd }: CliPorts,
  { checkout, statePath }: CommandContext,
  python: string | undefined,
): DoctorContext['inspectCheckout'] {
  if (!checkout) return undefined;
  const named = python === undefined ? undefined : resolve(cwd, python);
  return async () => {
    const { inspectCheckout } = await import('../../../firefox-relay/inspect.js');
    const signal = AbortSignal.timeout(SCRIPT_PATIENCE);
    return inspectCheckout({ checkout, environment, named, folder: findStateFolder(statePath), signal });
  };
}

/** Nothing says so where the journal may not be read, which the look at the state folder finds. */
function findTarget(context: CommandContext): DoctorContext['target'] {
  try {
    return findTargetKind(context);
  } catch (error) {
    if (error instanceof RelayPhoneError) return undefined;
    throw error;
  }
}

/** The session is opened by the first check that asks for it. */
function createAccount(ports: CliPorts, context: CommandContext) {
  let opening: Promise<{ readonly session: Session; readonly view: AccountView }> | undefined;

  async function open() {
    const kind = findTargetKind(context) ?? 'live';
    const options = {
      command: 'doctor',
      ask: undefined,
      choices: NO_CHOICES,
      keeps: false,
      patience: PATIENCE,
    };
    const session = await openSession(ports, context, kind, options);
    // Loaded only now, as the SDK is.
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

async function findSandbox(statePath: string): ReturnType<DoctorContext['findSandbox']> {
  const folder = findStateFolder(statePath);
  if (!folder) return { exists: false, origin: undefined };
  const [{ findRunningSandbox }, { hasSandbox }] = await Promise.all([
    import('../../../sandbox/instance/address.js'),
    import('../../../sandbox/instance/join.js'),
  ]);
  return { exists: hasSandbox(folder), origin: await findRunningSandbox(folder) };
}

/** A `serve` that runs; an address of this machine that the sandbox calls is that of the app itself. */
async function findAppOrigin(patient: Pick<DoctorContext, 'loaded' | 'statePath'>): Promise<string> {
  const folder = findStateFolder(patient.statePath);
  const { findRelay } = await import('../serve/announcement.js');
  const serve = folder && findRelay(folder);
  const base = findSetPublicBase(patient);
  return serve ?? (base?.startsWith('http:') ? base : USUAL_APP);
}
