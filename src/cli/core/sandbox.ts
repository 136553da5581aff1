// Joins the sandbox of the state folder, for commands that look at it or act in it.
import { RelayPhoneError } from '../../errors.js';
import { explainMachineFault } from '../../machine-fault.js';
import { hasSandbox, type JoinedSandbox, joinSandbox } from '../../sandbox/instance/join.js';
import { describeUnsupported, type Unsupported } from '../../sandbox/platform/events/unsupported.js';
import type { StateFolder } from '../../state/folder.js';
import { type CommandContext, waitForLock } from './command-context.js';

/** How often lost writes are shown: every request may lose some. */
const WARN_EVERY_MS = 10_000;

/** Returns a listener for a sandbox that this process serves, which shows that its writes are lost, and why. */
export function warnOfLostWrites({ ports, screen }: CommandContext): (error: unknown) => void {
  let shownAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (ports.now() - shownAt < WARN_EVERY_MS) return;
    shownAt = ports.now();
    const { message } = explainMachineFault(error) ?? { message: `${error}` };
    screen.warn(`the sandbox lost what it could not write, and answers 507 until it can. ${message}`);
  };
}

/** Returns a listener for a sandbox that this process serves, which shows what was asked for that the sandbox lacks. */
export function warnOfUnsupported({ screen }: CommandContext): (unsupported: Unsupported) => void {
  return (unsupported) => screen.warn(describeUnsupported(unsupported));
}

/**
 * Joins the sandbox that runs, or runs the one of the state folder in this process until `close`.
 *
 * @param command for other commands that wait for this one
 * @param task what fails without a sandbox, as the rest of "Failed to …"
 * @throws RelayPhoneError `needsUser` if the state folder has no sandbox.
 */
export function connectSandbox(
  context: CommandContext,
  command: string,
  task: string,
): Promise<JoinedSandbox> {
  return joinSandbox(verifySandboxFolder(context, task), waitForLock(context, command));
}

/**
 * Finds the state folder, which must have a sandbox, running or not.
 *
 * @param task what fails without a sandbox, as the rest of "Failed to …"
 * @throws RelayPhoneError `needsUser` if it has none.
 */
export function verifySandboxFolder({ state }: CommandContext, task: string): StateFolder {
  const folder = state.find();
  if (folder && hasSandbox(folder)) return folder;
  throw new RelayPhoneError({
    kind: 'needsUser',
    task,
    reason: `there is no sandbox in ${state.path}`,
    tryNext: ['relay-phone init --sandbox', 'relay-phone sandbox', '--state-dir PATH of the sandbox'],
  });
}
