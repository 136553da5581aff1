// Finds the sandbox that a command is to join at a URL: in another container, or on another machine.
import { RelayPhoneError } from '../../errors.js';
import type { ControlAddress } from '../../sandbox/control/send.js';
import type { CommandContext } from './command-context.js';
import { findSandboxVariable, nameSandboxVariable, readSandboxToken } from './sandbox-variables.js';

const URL_VARIABLE = nameSandboxVariable('--url');

/**
 * Returns the address that the flags or the process environment name; undefined without a URL. Nothing is sent yet.
 *
 * @throws RelayPhoneError `needsUser` for a URL without a control token; `usage` for a token file that cannot be read; the
 *   error of the command line for a malformed variable.
 */
export async function findRemoteSandbox(
  context: CommandContext,
  command: string,
  flags: { readonly sandboxUrl?: string | undefined; readonly controlTokenFile?: string | undefined },
): Promise<ControlAddress | undefined> {
  const variable = findSandboxVariable(context, URL_VARIABLE);
  const origin = flags.sandboxUrl ?? (variable && (await readOrigin(variable, command)));
  if (!origin) return undefined;
  const controlToken = await readSandboxToken(context, '--control-token-file', flags.controlTokenFile);
  if (controlToken !== undefined) return { origin, controlToken };
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: `join the sandbox at ${origin}`,
    reason: 'the token of its control API is not given',
    tryNext: [
      `${nameSandboxVariable('--control-token')} in the environment, the same as for the sandbox`,
      '--control-token-file PATH of a file that contains only the token',
    ],
  });
}

/** Loads its reader only now: it brings the parser of command lines with it, and few set the variable. */
async function readOrigin(text: string, command: string): Promise<string> {
  const { sandboxOrigin } = await import('./values.js');
  return sandboxOrigin(text, { name: URL_VARIABLE, command });
}
