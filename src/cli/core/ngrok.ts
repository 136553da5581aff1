// What this machine has of ngrok: the places where an authtoken and a domain may be, and the public base they give.
import { homedir } from 'node:os';
import { RelayPhoneError } from '../../errors.js';
import { findDomain } from '../../tunnel/domain.js';
import { readNgrokYmlFiles } from '../../tunnel/ngrok-yml/read.js';
import type { NgrokPlaces } from '../../tunnel/setting-sources.js';
import type { CommandContext } from './command-context.js';
import type { CliPorts } from './ports.js';

/** The environment, `.env`, and every `ngrok.yml`. */
export function findNgrokPlaces(
  { environment }: Pick<CliPorts, 'environment'>,
  { envFile, envPath }: Pick<CommandContext, 'envFile' | 'envPath'>,
): NgrokPlaces {
  return {
    environment,
    envFile: envFile && { path: envPath, values: envFile.values },
    yml: readNgrokYmlFiles({ platform: process.platform, environment, home: homedir() }),
  };
}

/** The public base of the domain that is configured; undefined when none is, or it is no domain. */
export function findNgrokBase(
  ports: Pick<CliPorts, 'environment'>,
  context: Pick<CommandContext, 'envFile' | 'envPath' | 'screen'>,
): { readonly base: string; readonly source: string } | undefined {
  try {
    const domain = findDomain(undefined, findNgrokPlaces(ports, context));
    return domain && { base: `https://${domain.value}`, source: domain.source };
  } catch (error) {
    if (!(error instanceof RelayPhoneError)) throw error;
    context.screen.warn(`ignored: ${error.reason}`);
    return undefined;
  }
}
