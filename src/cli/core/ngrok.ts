// Finds ngrok's settings on this machine: authtoken, domain, and the public base that follows from the domain.
import { homedir } from 'node:os';
import { isAbsolute } from 'node:path';
import { RelayPhoneError } from '../../errors.js';
import { findAuthtoken, findDomain, type NgrokSettingSources } from '../../tunnel/ngrok/settings.js';
import { readNgrokYmlFiles } from '../../tunnel/ngrok-yml/ngrok-yml.js';
import type { CommandContext } from './command-context.js';

/** Reads the sources of ngrok's settings: the environment, `.env`, and every `ngrok.yml`. */
export function findNgrokSources({ ports, envFile, envPath }: CommandContext): NgrokSettingSources {
  const { environment } = ports;
  return {
    environment,
    envFile: envFile && { path: envPath, values: envFile.values },
    yml: readNgrokYmlFiles({ platform: process.platform, environment, home: findHome() }),
  };
}

/** Undefined for a user without a home folder: no HOME, and no entry in the system's list of users, as in a container. */
function findHome(): string | undefined {
  try {
    const home = homedir();
    // A relative path would lead into the project.
    return isAbsolute(home) ? home : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the public base of the configured domain, and its source; undefined without one, or (warned) if malformed. */
export function findNgrokBase(
  context: CommandContext,
): { readonly base: string; readonly source: string } | undefined {
  try {
    const domain = findDomain(undefined, findNgrokSources(context));
    return domain && { base: `https://${domain.value}`, source: domain.source };
  } catch (error) {
    if (!(error instanceof RelayPhoneError)) throw error;
    context.screen.warn(`ignored: ${error.reason}`);
    return undefined;
  }
}

/** True if ngrok's authtoken is configured, even if it is malformed: `tunnel` then says so. */
export function hasNgrokToken(context: CommandContext): boolean {
  try {
    return findAuthtoken(undefined, findNgrokSources(context)) !== undefined;
  } catch (error) {
    if (error instanceof RelayPhoneError) return true;
    throw error;
  }
}
