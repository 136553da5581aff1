// Reads the variables RELAY_PHONE_SANDBOX_…: those that decide whom to trust count only in the process environment.
import { hideSecret } from '../../debug.js';
import { type CommandContext, readSecret } from './command-context.js';

/** Returns the variable of an option: `RELAY_PHONE_SANDBOX_ALLOW_HOST` for `--allow-host`. */
export function nameSandboxVariable(option: string): string {
  return `RELAY_PHONE_SANDBOX_${option.slice(2).replaceAll('-', '_').toUpperCase()}`;
}

/** What decides who reaches the sandbox, and whom it reaches: a `.env` file may have come with a repository. */
const TRUST_OPTIONS: ReadonlySet<string> = new Set(
  [
    '--host',
    '--allow-host',
    '--public-origin',
    '--page-host',
    '--account-sid',
    '--auth-token-file',
    '--auth-token',
    '--control-token-file',
    '--control-token',
    '--url',
  ].map(nameSandboxVariable),
);

/**
 * Returns a variable from the environment or, unless it decides whom to trust, from `.env`.
 *
 * @returns undefined for an empty one, too
 */
export function findSandboxVariable(
  { ports, envFile, screen }: CommandContext,
  variable: string,
): string | undefined {
  const text = ports.environment[variable];
  if (text) return text;
  const inFile = envFile?.values.get(variable);
  if (!inFile || !TRUST_OPTIONS.has(variable)) return inFile || undefined;
  screen.warn(
    `ignored: ${variable} in the env file, which may come with a repository: set it in the environment`,
  );
  return undefined;
}

/**
 * Reads a token: from the file of the flag or its variable, or from the variable without `_FILE`.
 *
 * @throws RelayPhoneError `usage` if the file cannot be read or is empty.
 */
export async function readSandboxToken(
  context: CommandContext,
  option: '--auth-token-file' | '--control-token-file',
  flag: string | undefined,
): Promise<string | undefined> {
  const path = flag ?? findSandboxVariable(context, nameSandboxVariable(option));
  if (path !== undefined) return readSecret(context.ports, option, path);
  const token = findSandboxVariable(context, nameSandboxVariable(option.replace(/-file$/, '')));
  if (token !== undefined) hideSecret(token);
  return token;
}
