// Starts a program whose requests to Twilio go to the sandbox: for `exec`, and for the app of a story.
import type { ProgramOptions, StartedProgram } from '../../../programs/start.js';
import {
  type CertificateAuthority,
  openCertificateAuthority,
} from '../../../sandbox/proxy/certificate-authority.js';
import { createProxiedEnvironment } from '../../../sandbox/proxy/environment.js';
import { obtainProxyToken, openExecProxy } from '../../../sandbox/proxy/proxy.js';
import { writeTrust } from '../../../sandbox/proxy/trust.js';
import { runSetup } from '../../../setup/run.js';
import { required, type Setup, type SetupOutput } from '../../../setup/setup.js';
import { ACCOUNT_STEPS, isProvisioned } from '../../../setup/steps.js';
import type { StateFolder } from '../../../state/folder.js';
import { acquireLock } from '../../../state/lock.js';
import { type CommandContext, waitForLock } from '../../core/command-context.js';
import type { Session } from '../../core/session.js';
import { offerToStopLeftovers, startRecordedProgram } from '../../core/started-programs.js';
import { warnOfDirectRequests } from './direct-requests.js';
import { createSandboxValues, listRemovedVariables } from './sandbox-settings.js';

/** The parts that a program in the sandbox is started with. */
export interface Execution {
  readonly context: CommandContext;
  readonly session: Session;
  readonly folder: StateFolder;
  readonly authority: CertificateAuthority;
  /** The app's settings for its account and its address. */
  readonly values: Readonly<Record<string, string>>;
  /** What it must not see: undefined for a variable to remove, empty for one that is also in `.env`. */
  readonly removed: Readonly<Record<string, '' | undefined>>;
}

/** Sets up what the account lacks, and prepares the start of a program. */
export async function prepareExecution(context: CommandContext, session: Session): Promise<Execution> {
  const { setup } = session;
  await provision(context, setup);
  const values = createSandboxValues(context, setup);
  const removed = await listRemovedVariables(context, setup);
  const folder = context.state.open();
  const waiting = waitForLock(context, setup.command);
  const authority = await openCertificateAuthority(folder, context.ports.now, waiting);
  return { context, session, folder, authority, values, removed };
}

/** Does what `init --sandbox` does, except for `.env` and the verification text. Prints nothing if nothing is lacking. */
async function provision(context: CommandContext, setup: Setup): Promise<void> {
  if (await isProvisioned(setup)) return;
  const { screen, state } = context;
  const lock = await acquireLock(state.open(), 'setup', waitForLock(context, setup.command));
  try {
    const silent: SetupOutput = { ...setup.output, step: ignore, done: ignore, planned: ignore };
    for (const { outcome, summary } of await runSetup({ ...setup, output: silent }, ACCOUNT_STEPS)) {
      if (outcome === 'changed') screen.done(summary);
    }
    for (const warning of setup.warnings) screen.warn(warning);
  } finally {
    lock.release();
  }
}

function ignore(): void {}

/**
 * Returns the environment of a program that uses the proxy at `proxyUrl`; undefined for a variable that it must not have.
 * Writes the trust files that it names.
 */
export function createEnvironment(
  { context, folder, authority, values, removed }: Execution,
  proxyUrl: string,
): Record<string, string | undefined> {
  const { environment } = context.ports;
  const trust = writeTrust(folder, { authority: authority.certificate, url: proxyUrl, environment });
  return {
    ...createProxiedEnvironment(environment, proxyUrl, trust),
    ...removed,
    ...values,
    // A relay-phone that the program runs joins this sandbox, and finds its control API here.
    RELAY_PHONE_STATE_DIR: folder.path,
    ...context.state.environment(),
  };
}

/**
 * Starts a program with a proxy of its own, and warns of code in its folder that goes past the proxy.
 *
 * @param origin where the program will listen: the user is warned of another one that listens there already
 * @returns the program, and `close`, which stops the proxy once the program has ended
 * @throws RelayPhoneError `usage` if there is no such program.
 */
export async function startInSandbox(
  execution: Execution,
  command: readonly string[],
  { json, isQuick = false, origin }: Pick<ProgramOptions, 'json' | 'isQuick'> & { readonly origin?: string },
): Promise<{ readonly program: StartedProgram; close(): Promise<void> }> {
  const { context, session, folder, authority } = execution;
  const { cwd, environment } = context.ports;
  const proxy = await openExecProxy({
    sandbox: required(session.sandbox),
    token: obtainProxyToken(folder),
    contextFor: authority.contextFor,
    environment,
  });
  try {
    await offerToStopLeftovers(context);
    const program = await startRecordedProgram(
      context,
      command,
      {
        command: session.setup.command,
        cwd,
        environment: createEnvironment(execution, proxy.url),
        json,
        hasTerminal: context.ports.hasKeyboard(),
        isQuick,
      },
      origin,
    );
    const warned = warnOfDirectRequests(context, command);
    const close = async () => {
      await warned;
      await proxy.close();
    };
    return { program, close };
  } catch (error) {
    await proxy.close();
    throw error;
  }
}
