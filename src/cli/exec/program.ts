// Starts a program whose Twilio is the sandbox: for `exec`, and for an app that a story is played with.

import { type ProgramOptions, type StartedProgram, startProgram } from '../../programs/start.js';
import { type Authority, openAuthority } from '../../sandbox/intercept/authority.js';
import { createInterceptedEnvironment } from '../../sandbox/intercept/environment.js';
import { obtainInterceptorToken, openInterceptor } from '../../sandbox/intercept/interceptor.js';
import { writeTrust } from '../../sandbox/intercept/trust.js';
import { need } from '../../setup/setup.js';
import { openStateFolder, type StateFolder } from '../../state/folder.js';
import type { Context } from '../context.js';
import { type Ground, waitFor } from '../ground.js';
import type { Session } from '../session.js';
import { furnish } from './furnish.js';
import { createSandboxValues } from './sandbox-values.js';

/** All that a program in the sandbox is given. */
export interface Execution {
  readonly context: Context;
  readonly session: Session;
  readonly folder: StateFolder;
  readonly authority: Authority;
  /** The settings of the app that say which account it uses and where it is. */
  readonly values: Readonly<Record<string, string>>;
}

/** Sets up what the account lacks, and says what a program is to be told. */
export async function prepareExecution(
  context: Context,
  ground: Ground,
  session: Session,
): Promise<Execution> {
  const { setup } = session;
  await furnish(ground, setup);
  const values = createSandboxValues(context, ground, setup);
  const folder = openStateFolder(ground.statePath);
  const authority = await openAuthority(folder, context.now, waitFor(ground, setup.command));
  return { context, session, folder, authority, values };
}

/** The environment of a program that goes through the proxy at `url`. */
export function environmentFor(
  { context, folder, authority, values }: Execution,
  url: string,
): Record<string, string> {
  const { environment } = context;
  const trust = writeTrust(folder, { authority: authority.certificate, url, environment });
  return {
    ...createInterceptedEnvironment(environment, url, trust),
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
  const { context, session, folder, authority } = execution;
  const interceptor = await openInterceptor({
    sandbox: need(session.sandbox),
    token: obtainInterceptorToken(folder),
    contextFor: authority.contextFor,
    environment: context.environment,
  });
  try {
    const program = await startProgram(command, {
      command: session.setup.command,
      cwd: context.cwd,
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
