// Starts a program whose Twilio is the sandbox: for `exec`, and for an app that a story is played with.
import { type ProgramOptions, type StartedProgram, startProgram } from '../../../programs/start.js';
import {
  type CertificateAuthority,
  openCertificateAuthority,
} from '../../../sandbox/proxy/certificate-authority.js';
import { createProxiedEnvironment } from '../../../sandbox/proxy/environment.js';
import { obtainProxyToken, openExecProxy } from '../../../sandbox/proxy/proxy.js';
import { writeTrust } from '../../../sandbox/proxy/trust.js';
import { required } from '../../../setup/setup.js';
import { openStateFolder, type StateFolder } from '../../../state/folder.js';
import { type CommandContext, waitForLock } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import type { Session } from '../../core/session.js';
import { provision } from './provision.js';
import { createSandboxValues } from './sandbox-values.js';

/** All that a program in the sandbox is given. */
export interface Execution {
  readonly ports: CliPorts;
  readonly session: Session;
  readonly folder: StateFolder;
  readonly authority: CertificateAuthority;
  /** The settings of the app that say which account it uses and where it is. */
  readonly values: Readonly<Record<string, string>>;
}

/** Sets up what the account lacks, and says what a program is to be told. */
export async function prepareExecution(
  ports: CliPorts,
  context: CommandContext,
  session: Session,
): Promise<Execution> {
  const { setup } = session;
  await provision(context, setup);
  const values = createSandboxValues(ports, context, setup);
  const folder = openStateFolder(context.statePath);
  const authority = await openCertificateAuthority(folder, ports.now, waitForLock(context, setup.command));
  return { ports, session, folder, authority, values };
}

/** The environment of a program that goes through the proxy at `url`. */
export function environmentFor(
  { ports, folder, authority, values }: Execution,
  url: string,
): Record<string, string> {
  const { environment } = ports;
  const trust = writeTrust(folder, { authority: authority.certificate, url, environment });
  return {
    ...createProxiedEnvironment(environment, url, trust),
    ...values,
    // Where the control API's address is found, and which sandbox a relay-phone that the program runs is to join.
    RELAY_PHONE_STATE_DIR: folder.path,
  };
}

/**
 * Starts a program, with a proxy of its own.
 *
 * @returns it, and what frees the proxy once it has ended
 * @throws RelayPhoneError `usage` when there is no such program.
 */
export async function startInSandbox(
  execution: Execution,
  command: readonly string[],
  { json, isQuick = false }: Pick<ProgramOptions, 'json' | 'isQuick'>,
): Promise<{ readonly program: StartedProgram; close(): Promise<void> }> {
  const { ports, session, folder, authority } = execution;
  const interceptor = await openExecProxy({
    sandbox: required(session.sandbox),
    token: obtainProxyToken(folder),
    contextFor: authority.contextFor,
    environment: ports.environment,
  });
  try {
    const program = await startProgram(command, {
      command: session.setup.command,
      cwd: ports.cwd,
      environment: environmentFor(execution, interceptor.url),
      json,
      isQuick,
    });
    return { program, close: interceptor.close };
  } catch (error) {
    await interceptor.close();
    throw error;
  }
}
