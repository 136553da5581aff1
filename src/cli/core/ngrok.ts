// Finds ngrok's settings on this machine: authtoken, domain, and the public base that follows from the domain.
import { homedir } from 'node:os';
import { RelayPhoneError } from '../../errors.js';
import { findDomain, type NgrokSettingSources } from '../../tunnel/ngrok/settings.js';
import { readNgrokYmlFiles } from '../../tunnel/ngrok-yml/ngrok-yml.js';
import type { CommandContext } from './command-context.js';

/** Reads the sources of ngrok's settings: the environment, `.env`, and every `ngrok.yml`. */
export function findNgrokSources({ ports, envFile, envPath }: CommandContext): NgrokSettingSources {
  const { environment } = ports;
  return {
    environment,
    envFile: envFile && { path: envPath, values: envFile.values },
    yml: readNgrokYmlFiles({ platform: process.platform, environment, home: homedir() }),
  };
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
