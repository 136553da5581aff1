// Finds the sandbox that a command is to look at or act in.
import { RelayPhoneError } from '../../errors.js';
import { hasSandbox } from '../../sandbox/instance/join.js';
import { findStateFolder, type StateFolder } from '../../state/folder.js';
import type { CommandContext } from './command-context.js';

/**
 * The state folder, when there is a sandbox in it, running or not.
 *
 * @param task what cannot be done without one, as the rest of "Failed to …"
 * @throws RelayPhoneError `needsUser` when there is none.
 */
export function verifySandboxFolder({ statePath }: CommandContext, task: string): StateFolder {
  const folder = findStateFolder(statePath);
  if (folder && hasSandbox(folder)) return folder;
  throw new RelayPhoneError({
    kind: 'needsUser',
    task,
    reason: `there is no sandbox in ${statePath}`,
    tryNext: ['relay-phone init --sandbox', 'relay-phone sandbox', '--state-dir PATH of the sandbox'],
  });
}
